"""The person's name inside a mention: which of its words are it, or none.

Names are written like other words, so that rules alone (names_by_rule.py) miss those that the tables take for something
else (رجاء الضوء، السر بابكر الحاج). A log-linear ranking weighs every stretch of the mention by where it begins and
ends and by its words; what the rules found is one of its facts. Its weights are in lexicon/sources.tsv.gz, by
train_sources.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import accumulate
from math import inf

from agents.extract.lexicon.classes import word_classes
from agents.extract.lexicon.words import affixes
from agents.extract.lexicon.words import words as classes
from agents.extract.model import Facts
from agents.extract.phrases import gazetteer as g
from agents.extract.phrases.gazetteer import Word, word
from agents.extract.phrases.person_names import name_parts, title_behind
from agents.extract.phrases.sorts import sort
from agents.extract.reading.text import Text
from agents.extract.report import Span
from agents.extract.source_tables import rankings
from agents.extract.sources import features as named
from streams.letters import WAW

# The longest name, and the longest mention that is searched for one, in tokens.
_NAME, _MENTION = 8, 20
_OUTSIDE = frozenset(("comma", "colon", "quote", "that", "which"))
# Before and after the mention.
_EDGE = ("edge", "edge", "edge")


class Stretches:
    """The stretches of a mention that may be the name in it, described by where they begin, their words, their end."""

    def __init__(self, text: Text, span: Span, by_rule: Span | None) -> None:
        self.first, last = span
        self.size, self.by_rule = last - self.first, by_rule
        words = [word(token) for token in text.word[self.first : last]]
        sorts = [sort(token) for token in text.word[self.first : last]]
        self._tokens = tokens = [
            _EDGE,
            *(
                (kind, _known(w), word_classes()[form][1])
                for kind, w, form in zip(sorts, words, text.form[self.first : last], strict=True)
            ),
            _EDGE,
        ]
        self.outside = [
            (kind in _OUTSIDE and form not in name_parts())  # فان is فإن, and a part of names
            or (i > self.first and title_behind(text, i))
            for i, kind, form in zip(range(self.first, last), sorts, text.form[self.first : last], strict=True)
        ]
        # Within the mention no name begins with a preposition (بجائزة, لترامب), and with و only another's.
        self._governed = [
            (w.clitic in affixes("conjunction") and (w.clitic == WAW or not w.classes & g.GIVEN))
            or (w.clitic in affixes("preposition") and not w.classes & g.GIVEN)
            or (n > 0 and _genitive(words[n - 1], w))
            or text.form[self.first + n] in _never_first()
            for n, w in enumerate(words)
        ]
        begins, ends = by_rule or (-1, -1)
        self.begin: list[tuple[Facts, ...]] = []
        self.inside: list[tuple[Facts, ...]] = []
        self.end: list[tuple[Facts, ...]] = [()]
        for n, w in enumerate(words):
            (before, known_before, class_before), (kind, known, coarse) = tokens[n : n + 2]
            after, known_after, class_after = tokens[n + 2]
            form = text.form[self.first + n]
            self.begin.append(
                (
                    (named.name_begins, before, kind, w.definite, n == 0, begins == self.first + n),
                    (named.name_begins_known, known_before, known, known_after, n == 0, begins == self.first + n),
                    (named.name_begins_class, class_before, coarse, w.clitic, n == 0),
                )
            )
            self.inside.append(
                (
                    (named.name_holds, kind, known_before, known, name_parts().get(form, ""), w.clitic),
                    (named.name_holds_class, known, coarse, form[-2:]),
                )
            )
            self.end.append(
                (
                    (named.name_ends, kind, after, n + 1 < self.size and words[n + 1].definite, n + 1 == self.size),
                    (named.name_ends_known, known, known_after, ends == self.first + n + 1),
                    (named.name_ends_class, coarse, class_after),
                )
            )

    def nameless(self) -> tuple[Facts, ...]:
        """What speaks for no name at all."""
        head, known, coarse = self._tokens[1]
        _, known_last, last = self._tokens[-2]
        unruled = self.by_rule is None
        return (
            (named.nameless, head, known, min(self.size, 4), unruled, known_last),
            (named.nameless_class, coarse, self.size == 1, unruled, last),
        )

    def spans(self) -> Iterator[tuple[int, int]]:
        """The stretches, by the numbers of their tokens in the mention."""
        for i in range(self.size):
            if i and self._governed[i]:
                continue
            for j in range(i + 1, min(self.size, i + _NAME) + 1):
                if self.outside[j - 1]:
                    break
                yield i, j

    def whole(self, i: int, j: int) -> tuple[Facts, ...]:
        """What speaks for the stretch [i, j) as a whole."""
        alone = self._tokens[i + 1][1] if j == i + 1 else "more"
        ruled = self.by_rule == (self.first + i, self.first + j)
        return ((named.name_whole, j - i, ruled, i == 0, j == self.size, alone, self._tokens[i][0]),)

    def candidates(self) -> Iterator[tuple[Span | None, tuple[Facts, ...]]]:
        """None and every stretch, as spans of the text, with all its facts."""
        yield None, self.nameless()
        for i, j in self.spans():
            inside = tuple(facts for within in self.inside[i:j] for facts in within)
            yield (self.first + i, self.first + j), self.begin[i] + inside + self.end[j] + self.whole(i, j)


def name_in(text: Text, mention: Span, by_rule: Span | None) -> Span | None:
    """The tokens of the mention that are a person's name; `by_rule`: what the rules take for it."""
    weights = rankings().get("name")
    if not weights or not weights.weights or mention[1] - mention[0] > _MENTION:
        return by_rule
    if _of_another(text, mention, by_rule):
        return None
    score = weights.score
    stretches = Stretches(text, mention, by_rule)
    begin, end = [score(facts) for facts in stretches.begin], [score(facts) for facts in stretches.end]
    inside = list(accumulate((score(facts) for facts in stretches.inside), initial=0.0))
    # That the rules find a name is hardly ever wrong; where it ends may be.
    best, most = by_rule, score(stretches.nameless()) if by_rule is None else -inf
    for i, j in stretches.spans():
        likely = begin[i] + inside[j] - inside[i] + end[j] + score(stretches.whole(i, j))
        if likely > most:
            best, most = (stretches.first + i, stretches.first + j), likely
    return best


@cache
def _never_first() -> frozenset[str]:
    """What goes with a word before it (بحر الدين، العقيد بحري), and the letter of a title (م. كريم)."""
    return classes()["of-the-faith"] | classes()["title-letter"] | classes()["of-rank"]


def _genitive(before: Word, w: Word) -> bool:
    """The word ends the construct that the one before it begins (وزارة الطاقة)."""
    return before.noun is not None and not before.definite and w.definite and not w.classes & g.GIVEN


def _of_another(text: Text, mention: Span, by_rule: Span | None) -> bool:
    """The name is another's: of a place of several people, or whose relative, lawyer or spokesman speaks (زوجة X)."""
    first, last = mention
    head = word(text.word[first])
    if head.noun and head.noun.number == "p" and not head.classes & g.GIVEN:
        return True  # مسؤولون في لواء دير علا
    bare = not head.definite and not text.form[first].endswith(g.POSSESSED)
    if bare and head.noun and head.noun.lemma in classes()["of-somebody"] and last - first > 1:
        behind = word(text.word[first + 1]).classes
        if not behind & g.HEAD & ~g.ROLE or behind & g.GIVEN:  # but وكيل وزارة المالية X
            return by_rule is None or by_rule[0] <= first + 2
    if by_rule is not None:
        return False
    if not (bare and head.classes & g.KIN):
        first = next((i + 1 for i in range(first, last - 1) if text.form[i] in classes()["for"]), last)
        if first == last or not word(text.word[first]).classes & _PEOPLE:
            return False
    return all(text.form[i] not in classes()["comma"] for i in range(first, last))


_PEOPLE = g.ROLE | g.TITLE | g.GIVEN | g.GROUP | g.KIN
_KNOWN = ((g.GIVEN, "G"), (g.ORDINARY, "O"), (g.PERHAPS, "P"), (g.NISBA, "N"), (g.VERB, "V"))


def _known(w: Word) -> str:
    """What the tables know of a word, in short."""
    told = [letter for bit, letter in _KNOWN if w.classes & bit]
    return "".join([*told, "H" if w.noun else "", "D" if w.definite else ""])
