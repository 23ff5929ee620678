"""Words as a search compares them: folded, without proclitics. And the little language of `q`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import blake2b

import msgspec

from streams import arabic
from streams.letters import ARTICLE
from streams.proclitics import bare, torn

_TERM = re.compile(r'"([^"]*)"|(\S+)')
# A longer token is no word, and FTS5 and tsvector have their limits.
_LONGEST = 100
_GAP = "|"  # no phrase reaches across it


def tokens(text: str) -> list[str]:
    """The folded words of `text`, digits as 0–9, in order."""
    return [word[:_LONGEST] for word in arabic.words(text)]


def words(text: str) -> list[str]:
    """The words of `text` as they are compared, in order."""
    return [bare(token) for token in tokens(text)]


def indexed(text: str) -> list[str]:
    """The words of `text` as they are indexed: in order, and behind them those that may have been torn.

    Whole words are torn alike in text and search; a beginning is not, and بايد* would not find بايدن.
    """
    found = tokens(text)
    own = dict.fromkeys(form for token in found for form in torn(token))
    return [*map(bare, found), *([_GAP, *own] if own else ())]


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
        """Whether the term occurs in `text`, a list that `indexed` made."""
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
        if word.endswith("*") and len(parts := tokens(word)) == 1:
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
