"""Words as a search compares them: folded, without proclitics. And the little language of `q`.

Light stemming after Larkey, Ballesteros and Connell (2002), prefixes only: و ف ب ل ك and ال are taken off while three
letters remain, until nothing more can be, so that a word is found behind any chain of them. What that would tear is in
whole.tsv. The result is for comparing only: it may be no word (بغداد stands whole there for that reason).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from hashlib import blake2b
from importlib.resources import files

import msgspec

from streams.arabic import fold
from streams.letters import ARTICLE, BEH, FEH, HAMZA_ON_WAW, HAMZA_ON_YEH, KAF, LAM, WAW

_WORD = re.compile(r"[^\W_]+")
_TERM = re.compile(r'"([^"]*)"|(\S+)')
_TO_THE = LAM + LAM
_PROCLITICS = frozenset((WAW, FEH, BEH, LAM, KAF))
_SHORTEST = 3
_DIGITS = {zero + n: str(n) for zero in (0x660, 0x6F0) for n in range(10)}
# A longer token is no word, and FTS5 and tsvector have their limits.
_LONGEST = 100


@cache
def _whole() -> frozenset[str]:
    lines = files(__package__).joinpath("whole.tsv").read_text("utf-8").splitlines()
    _header, *found = (line for line in lines if line and not line.startswith("#"))
    return frozenset(found)


@lru_cache(maxsize=4096)
def stem(word: str) -> str:
    """A folded word without its proclitics."""
    whole = _whole()
    while word not in whole:
        if word.startswith(_TO_THE) and word[1:] in whole:  # للجنة is ل + ال + لجنة
            return word[1:]
        rest = word[2:] if word.startswith((ARTICLE, _TO_THE)) else word[1:] if word[:1] in _PROCLITICS else word
        if rest == word or len(rest) < _SHORTEST:
            break
        word = rest
    return word


def tokens(text: str) -> Iterator[str]:
    """The folded words of `text`, digits as 0–9, in order."""
    # Cairo writes مسئول and شئون where others write مسؤول and شؤون.
    text = unicodedata.normalize("NFKC", text).replace(HAMZA_ON_WAW, HAMZA_ON_YEH)
    for found in _WORD.finditer(fold(text).translate(_DIGITS)):
        yield found[0][:_LONGEST]


def words(text: str) -> list[str]:
    """The words of `text` as they are indexed, in order."""
    return [stem(token) for token in tokens(text)]


def tag(column: str, value: str) -> str:
    """What stands among a statement's words for the value of a column: no word that can be asked for.

    A search for a frequent word of a rare speaker is then one of the index alone.
    """
    return f"|{blake2b(f'{column}={value}'.encode('utf-8', 'surrogatepass'), digest_size=8).hexdigest()}"


def of_speaker(word: str) -> str:
    """A word of the speaker's name, for the database that cannot look there alone: no word that can be asked for."""
    return f"@{word}"


class Term(msgspec.Struct, frozen=True):
    """Words that stand side by side; the last may be only a beginning."""

    words: tuple[str, ...]
    beginning: bool = False

    def occurs(self, text: Sequence[str]) -> bool:
        """Whether the term occurs in `text`, a list that `words` made."""
        size = len(self.words)
        if size == 1 and not self.beginning:
            return self.words[0] in text
        *head, last = self.words
        for at in range(len(text) - size + 1):
            end = text[at + size - 1]
            if (end.startswith(last) if self.beginning else end == last) and list(text[at : at + size - 1]) == head:
                return True
        return False


def terms(query: str) -> tuple[Term, ...]:
    """What must occur for `query`: each word, each "phrase in quotation marks", each beginning*.

    Raises `ValueError` when there is no word in it.
    """
    found = []
    for phrase, word in _TERM.findall(query.replace("“", '"').replace("”", '"').replace("«", '"').replace("»", '"')):
        if word.endswith("*") and len(parts := list(tokens(word))) == 1:
            # A beginning may be shorter than the word that whole.tsv keeps from being torn: only the article goes.
            start = parts[0].removeprefix(ARTICLE) if len(parts[0]) > len(ARTICLE) else parts[0]
            found.append(Term((start,), beginning=True))
        elif phrase:
            found.append(Term(tuple(words(phrase))))
        else:
            found += [Term((one,)) for one in words(word)]
    found = [term for term in found if term.words]
    if not found:
        raise ValueError("there is no word in it")
    return tuple(dict.fromkeys(found))
