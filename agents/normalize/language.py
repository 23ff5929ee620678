"""Which language a text is in, by the small words that languages cannot do without (languages.tsv).

Counting stop words is the classic method for texts of a sentence or more; it needs no model, and tells Arabic from
the languages that share its script, which is what the pipeline turns on. Feeds' own claims are often wrong.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cache

from streams.arabic import unmarked
from streams.tables import rows

UNDETERMINED = "und"
_WORD = re.compile(r"[^\W\d_]+")
_ENOUGH = 20_000  # characters; the rest of a book says the same

# A script that no small word decides: who mostly writes it.
_SCRIPT_LANGUAGE = {"ARABIC": "ar", "HEBREW": "he"}


def language(text: str) -> str:
    """The BCP 47 tag of the language that `text` is mostly in; `und` when it has no words to tell by."""
    words = _WORD.findall(unmarked(text[:_ENOUGH]).lower())
    votes: dict[str, float] = {}
    for word in words:
        tags = _languages(word)
        for tag in tags:
            votes[tag] = votes.get(tag, 0) + 1 / len(tags)
    if not votes:
        votes = dict(Counter(_SCRIPT_LANGUAGE.get(_script(word), UNDETERMINED) for word in words))
    return max(sorted(votes), key=votes.__getitem__, default=UNDETERMINED)


def _languages(word: str) -> tuple[str, ...]:
    """The languages that `word` speaks for."""
    words, beginnings = _table()
    return words.get(word) or next((tags for prefix, tags in beginnings.items() if word.startswith(prefix)), ())


@cache
def _table() -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """The words of languages.tsv and their languages; the beginnings of words and theirs."""
    words: dict[str, tuple[str, ...]] = {}
    beginnings: dict[str, tuple[str, ...]] = {}
    for row in rows("agents.normalize", "languages.tsv"):
        for word in row["words"].split():
            table, key = (beginnings, word[:-1]) if word.endswith("*") else (words, word)
            table[key] = (*table.get(key, ()), row["language"])
    return words, beginnings


def _script(word: str) -> str:
    return unicodedata.name(word[0], "").partition(" ")[0]
