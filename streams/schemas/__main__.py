"""`python -m streams.schemas`: write the schemas anew."""

from __future__ import annotations

from streams.schemas import FOLDER, documents

for name, text in documents().items():
    (FOLDER / name).write_text(text, "utf-8")
