"""Names in full: the fullest way in which an article writes somebody's name, for every shorter one.

Looked up in the article alone: the words around another place of the same word, and the names that its mentions give.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cached_property
from itertools import pairwise

from agents.extract.lexicon.words import affixes, given_names
from agents.extract.lexicon.words import words as classes
from agents.extract.phrases import gazetteer as g
from agents.extract.phrases.agreement import may_be_one
from agents.extract.phrases.gazetteer import word
from agents.extract.phrases.person_names import name_end
from agents.extract.reading.text import Text
from agents.extract.report import Span
from agents.extract.sources.names import skeleton
from agents.extract.sources.offices import same_person
from streams.letters import HEH, WAW

_LONGEST = 6
# What stands behind a name, and in none.
_BEHIND = g.MARK | g.THAT | g.WHICH | g.PREPOSITION | g.LINK | g.TIME | g.VERB | g.ROLE
# What calls for a name behind it.
_CALLING = g.ROLE | g.TITLE | g.KIN | g.ADJECTIVE | g.NISBA | g.MARK | g.VERB | g.GIVEN


class FullNames:
    """The names of an article; grows as its mentions are read.

    `at`: where each folded word stands; `surnames`: the last names of those named, to which mentions add theirs.
    """

    def __init__(self, text: Text, at: dict[str, list[int]], surnames: set[str]) -> None:
        self.text, self._at, self._surnames = text, at, surnames
        self._full: dict[tuple[tuple[str, ...], str | None], Span] = {}
        self._named: dict[int, Span] = {}  # the names that mentions give, by each of their tokens
        self._genders: dict[tuple[str, ...], str] = {}

    def know(self, name: Span, first: int, gender: str | None = None) -> None:
        """Take it that these tokens of a mention, which begins at `first`, are a person's name, if their end is sure.

        So that who is called by another part of it than the last (حدي for أبو بكر عمر حدي روبله) has all of it.
        `gender`: the verb's, which tells more than a table of names (سيسيل).
        """
        begin, end = name
        last, next_ = (word(self.text.word[i]) for i in (end - 1, min(end, len(self.text) - 1)))
        common = last.classes & (g.ORDINARY | g.VERB | g.ADVERB) and not last.classes & (g.GIVEN | g.NISBA)
        doubtful = common and not last.definite and end - begin != 2
        if doubtful or not (next_.classes & _BEHIND or next_.clitic):
            return
        for i in range(begin, end):
            if i not in self._named or self._named[i][1] - self._named[i][0] < end - begin:
                self._named[i] = name
        if end - begin > 1:
            self._surnames.add(self.text.form[end - 1])
        if gender and begin == first:
            self._genders[self._forms(name)] = gender

    def of(self, name: Span, gender: str | None = None) -> Span:
        """The fullest way in which the article writes the name at `name` of a person of this gender, if it is known."""
        key = self._forms(name), gender
        if key not in self._full:
            self._full[key] = self._fullest(name, gender)
        return self._full[key]

    def _forms(self, span: Span) -> tuple[str, ...]:
        return tuple(self.text.form[i] for i in range(*span))

    def _fullest(self, name: Span, gender: str | None) -> Span:
        whole = self._forms(name)
        if whole[0][0] in affixes("conjunction", "complement") and whole[0][1:] in self._at:
            whole = (whole[0][1:], *whole[1:])  # وفقا لهولواي
        words = [skeleton(form) for form in whole]
        counts: Counter[tuple[str, ...]] = Counter()
        spans: dict[tuple[str, ...], Span] = {}
        for at in self._places(whole[-1]):
            span = self._around(at)
            forms = self._forms(span)
            longer = len(forms) - len(words)
            if longer > 0 and not may_be_one(gender, self._genders.get(forms) or _gender(forms)):
                continue  # قالت الأسد is not said of بشار الأسد
            if longer >= 0 and _within(words, [skeleton(form) for form in forms]):
                counts[forms] += 1
                spans.setdefault(forms, span)
        if not spans:
            return name
        # Of two people with one surname the office-holder is meant; longer is fuller; a name seen once may be none.
        known = {forms: same_person(" ".join(forms)) is not None for forms in spans}
        if any(span[0] in self._named for forms, span in spans.items() if len(forms) > len(words)):
            known[whole] = False  # but not where another of that surname speaks, named in full
        return spans[max(spans, key=lambda forms: (known[forms], min(len(forms), 4), counts[forms], -spans[forms][0]))]

    def _places(self, form: str) -> list[int]:
        """Where a word stands, in any of its spellings, and may be a name."""
        spelt = self._spelt_alike(form) or [form]
        places = (at for other in spelt for at in self._at.get(other, ()))
        return [at for at in places if not word(self.text.word[at]).classes & g.BOUND]

    def _spelt_alike(self, form: str) -> list[str]:
        """The longer words of the article that may be another spelling of a folded word."""
        wanted = skeleton(form)
        return [other for other in self._by_letter.get(form[0], ()) if skeleton(other) == wanted]

    @cached_property
    def _by_letter(self) -> dict[str, list[str]]:
        found: defaultdict[str, list[str]] = defaultdict(list)
        for form in self._at:
            if len(form) > 3:
                found[form[0]].append(form)
        return found

    @cached_property
    def _pairs(self) -> Counter[tuple[str, str]]:
        return Counter(pairwise(self.text.form))

    def _around(self, at: int) -> Span:
        """The longest name that holds the token `at`: by the words around it, or by a mention there."""
        first = self._back(at)
        last = self._on(at, first)
        if at in self._named:
            return min(first, self._named[at][0]), max(last, self._named[at][1])
        return first, last

    def _back(self, at: int) -> int:
        """Where the name that goes over token `at` begins, at it or before."""
        text, first = self.text, at
        if self._behind_title(at - 1):
            return at - 1
        for i in range(at - 1, max(-1, at - _LONGEST), -1):
            w = word(text.word[i])
            if text.line[i] != text.line[at] or (text.form[i] in self._surnames and not w.classes & g.GIVEN):
                break
            if i and word(text.word[i - 1]).classes & g.PLACE and (known := g.entity(text, i - 1, at)) and known[1] > i:
                break
            calls = at - i > 1 or w.classes & g.GIVEN
            if (calls and name_end(text, i, at) == at) or name_end(text, i, at + 1) == at + 1:
                if self._begins(i):
                    first = i
                if w.clitic:
                    break
            elif w.classes & g.COMMON & ~g.PLACE:
                break
        return first

    def _behind_title(self, i: int) -> bool:
        """Token `i` stands between a title and a last name (النائب ينال القطارنة): whatever it is, it is the first."""
        text = self.text
        if i < 1 or text.line[i - 1] != text.line[i + 1]:
            return False
        title, w = word(text.word[i - 1]), word(text.word[i])
        plain = not (w.definite or w.clitic or w.classes & _NO_FIRST) and text.form[i] not in self._surnames
        return bool(title.definite and title.classes & (g.TITLE | g.ROLE)) and plain

    def _on(self, at: int, first: int) -> int:
        """Where the name that begins at `first` and goes over token `at` ends."""
        text, end = self.text, at + 1
        if end + 1 < len(text) and text.form[end] in classes()["son-of"]:
            end = max(end, name_end(text, first, min(len(text), end + _LONGEST)))
        given = word(text.word[at]).classes & (g.GIVEN | g.COMMON) == g.GIVEN
        if first == at and (given or len(text.form[at]) < 4):
            end = max(end, name_end(text, at, min(len(text), at + _LONGEST)))
        return end

    def _begins(self, i: int) -> bool:
        """Token `i` may begin a name: a given name, or an unknown word that stands where names stand."""
        w, form = word(self.text.word[i]), self.text.form[i]
        if w.classes & g.GIVEN:
            return True
        if form.endswith(HEH) or form[0] == WAW:
            return False
        if i == 0 or self.text.line[i - 1] != self.text.line[i]:
            return True
        before = word(self.text.word[i - 1])
        return bool(before.classes & _CALLING or before.definite) or self._pairs[form, self.text.form[i + 1]] > 1


# Words that no first name is, not even behind a title.
_NO_FIRST = g.BOUND | g.MARK | g.NUMBER | g.SOME | g.HEAD | g.TITLE | g.PLACE


def _gender(name: tuple[str, ...]) -> str | None:
    """The gender of a full name: that of the given name, but نور الدين is a man."""
    faithful = len(name) > 1 and name[1] in classes()["of-the-faith"]
    return "m" if faithful else given_names().get(name[0])


def _within(short: list[str], long: list[str]) -> bool:
    """All words of the short name are in the long one, in order."""
    rest = iter(long)
    return all(word in rest for word in short)
