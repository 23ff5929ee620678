"""Articles set in another outlet's ways keep their annotation."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from agents.extract.learning.variations import varied

TEXT = (
    "الوزير يفتتح السوق\n"
    'قال وزير الزراعة مروان الحلبي إن "السوق مفتوحة"، مضيفا أن الأسعار ستنخفض\n'
    "وذكرت الهيئة أنها ستراقب المحال."
)


def annotated(cue: str, mention: str | None, content: str, speaker: str) -> dict[str, Any]:
    def span(words: str) -> list[int]:
        return [TEXT.index(words), TEXT.index(words) + len(words)]

    return {
        "cue": span(cue),
        "mention": span(mention) if mention else None,
        "content": [span(content)],
        "speaker": speaker,
    }


STATEMENTS = [
    annotated("قال", "وزير الزراعة مروان الحلبي", 'إن "السوق مفتوحة', "مروان الحلبي"),
    annotated("مضيفا", None, "الأسعار ستنخفض", "مروان الحلبي"),
    annotated("وذكرت", "الهيئة", "أنها ستراقب المحال", "الهيئة"),
]


@given(st.text(max_size=8))
def test_spans_move_with_their_words(seed: str) -> None:
    document = {"text": TEXT, "statements": STATEMENTS}
    found = varied(document, seed)
    assert varied(document, seed) == found
    for before, after in zip(STATEMENTS, found["statements"], strict=True):
        for name in ("cue", "mention"):
            if before[name]:
                words = found["text"][slice(*after[name])]
                assert words.replace("،", "") == TEXT[slice(*before[name])]
        words = found["text"][slice(*after["content"][0])]
        assert [c for c in words if c.isalpha()] == [c for c in TEXT[slice(*before["content"][0])] if c.isalpha()]
        assert words[0].isalpha()
        assert words[-1].isalpha()


def test_something_varies() -> None:
    texts = {varied({"text": TEXT, "statements": STATEMENTS}, str(n))["text"] for n in range(40)}
    assert len(texts) > 20
