"""The outlet or document that passes words on (نقلت رويترز عن مسؤول قوله): beside the speaker, never the speaker."""

from __future__ import annotations

from agents.extract.layout import Layout
from agents.extract.report import Report


def find(layout: Layout, report: Report) -> None:
    """Fill in `report.via`, where an outlet or document stands between speaker and reader."""
