"""Which rules a statement matches: pure, and fast with thousands of rules.

Every rule is filed under the condition that few statements fulfil (a speaker, else a word, else an outlet, an act, a
kind). A statement asks for the rules filed under what it has, and only those are looked at in full.

Words are looked for where a search on the page looks, in what was said (`content`) and in the speaker's name: whoever
makes an alert of a search is told of what it showed. Speakers are looked for in the speaker's id and name and in the
words of the article that name him.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from agents.alert.spelling import Name, forms, names, readings, stem
from streams.arabic import fold, words
from streams.records import AlertRule, Statement

# How many first letters of a `word*` and of a name a rule is filed under; it has at least the fewest (see rules.py).
PREFIX = 3
NAME, _LONG_NAME = 2, 5
_ANY = ("any", "")
# Between what was said and who said it: no word, so that no phrase begins in one and ends in the other.
_GAP: frozenset[str] = frozenset()

Feature = tuple[str, str]


class Matcher:
    """`rules`, ready to be matched. Disabled rules never match; those given are not changed."""

    def __init__(self, rules: Iterable[AlertRule]) -> None:
        self._filed: defaultdict[Feature, list[_Conditions]] = defaultdict(list)
        for place, rule in enumerate(rule for rule in rules if rule.enabled):
            conditions = _Conditions(place, rule)
            for feature in conditions.filed_under():
                self._filed[feature].append(conditions)

    def match(self, statement: Statement) -> list[AlertRule]:
        """The rules whose every condition `statement` fulfils, in their order."""
        seen = _Seen(statement)
        candidates = {c.place: c for feature in seen.features() for c in self._filed.get(feature, ())}
        return [candidates[place].rule for place in sorted(candidates) if candidates[place].hold(seen)]


class _Phrase:
    """Words that follow each other, each in all its readings; the last may end in `*`."""

    __slots__ = ("beginning", "closed", "size")

    def __init__(self, phrase: str) -> None:
        found = words(phrase)
        self.size = len(found)
        self.beginning = stem(found.pop()) if phrase.rstrip().endswith("*") else ""
        self.closed = [readings(word) for word in found]

    def features(self) -> list[Feature]:
        """Of these every text with this phrase has one."""
        if not self.closed:
            return [("prefix", self.beginning[:PREFIX])]
        return [("word", word) for word in self.closed[0]]


class _Seen:
    """What a statement has, in the shape in which rules ask for it."""

    def __init__(self, statement: Statement) -> None:
        self.statement = statement
        speaker = statement.speaker
        content, name = ([forms(word) for word in words(text)] for text in (statement.content, speaker.name or ""))
        self._text = [*content, _GAP, *name]
        self._at: defaultdict[str, list[int]] = defaultdict(list)
        for place, found in enumerate(self._text):
            for form in found:
                self._at[form].append(place)
        self._names = names(words(speaker.name)) if speaker.name else []
        if speaker.mention and (mention := words(speaker.mention.text)):
            for form in forms(mention[0]):
                self._names += names([form, *mention[1:]])
        self.outlet = fold(statement.outlet).strip()

    def features(self) -> Iterator[Feature]:
        """All under which rules for this statement may be filed; some come twice."""
        yield _ANY
        for form in self._at:
            yield ("word", form)
            yield ("prefix", form[:PREFIX])
        for name in self._names:
            for begin in name.begins:
                for size in range(NAME, _LONG_NAME + 1):
                    yield ("name", name.letters[begin : begin + size])
        if self.statement.speaker.id:
            yield ("id", self.statement.speaker.id)
        yield ("outlet", self.outlet)
        yield ("act", self.statement.act)
        if self.statement.speaker.kind:
            yield ("kind", self.statement.speaker.kind)

    def says(self, phrase: _Phrase) -> bool:
        """Whether the phrase stands in what was said, or in the speaker's name."""
        if len(phrase.closed) == 1 and not phrase.beginning:
            return not phrase.closed[0].isdisjoint(self._at)
        begins: Iterable[int] = range(len(self._text))
        if phrase.closed:
            begins = {place for word in phrase.closed[0] for place in self._at.get(word, ())}
        return any(self._follows(begin, phrase) for begin in begins)

    def _follows(self, begin: int, phrase: _Phrase) -> bool:
        found = self._text[begin : begin + phrase.size]
        if len(found) < phrase.size or any(map(frozenset.isdisjoint, phrase.closed, found)):
            return False
        return not phrase.beginning or any(form.startswith(phrase.beginning) for form in found[-1])

    def is_by(self, given: str, name: Name) -> bool:
        """Whether the speaker is the one given: by id, or by name."""
        return self.statement.speaker.id == given or any(known.has(name) for known in self._names)


class _Conditions:
    """A rule's conditions, compiled."""

    def __init__(self, place: int, rule: AlertRule) -> None:
        self.place, self.rule = place, rule
        self._speakers = [(speaker, name) for speaker in rule.speakers for name in names(words(speaker))]
        self._outlets = {fold(outlet).strip() for outlet in rule.outlets}
        self._any, self._all, self._none = (
            [_Phrase(phrase) for phrase in phrases] for phrases in (rule.words.any, rule.words.all, rule.words.none)
        )

    def filed_under(self) -> set[Feature]:
        """Features of which every statement that can match has one."""
        if self._speakers:
            ids = {("id", given) for given, _ in self._speakers}
            return ids | {("name", name.letters[:_LONG_NAME]) for _, name in self._speakers}
        if self._all:
            return set(max(self._all, key=lambda phrase: min(len(word) for _, word in phrase.features())).features())
        if self._any:
            return {feature for phrase in self._any for feature in phrase.features()}
        for kind, values in (("outlet", self._outlets), ("act", self.rule.acts), ("kind", self.rule.kinds)):
            if values:
                return {(kind, value) for value in values}
        return {_ANY}

    def hold(self, seen: _Seen) -> bool:
        """Whether all of them do."""
        rule, statement = self.rule, seen.statement
        return (
            statement.confidence >= rule.min_confidence
            and (not rule.headline or statement.headline)
            and (not rule.acts or statement.act in rule.acts)
            and (not rule.kinds or statement.speaker.kind in rule.kinds)
            and (not rule.forms or statement.form in rule.forms)
            and (not self._outlets or seen.outlet in self._outlets)
            and (not self._speakers or any(seen.is_by(given, name) for given, name in self._speakers))
            and all(seen.says(phrase) for phrase in self._all)
            and (not self._any or any(seen.says(phrase) for phrase in self._any))
            and not any(seen.says(phrase) for phrase in self._none)
        )
