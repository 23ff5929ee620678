"""The outlet or document that passes the words on (نقلت رويترز عن مسؤول قوله): beside the speaker, never the speaker.

It is told in the sentence of the report and outside its content, in one of three ways: an attribution besides the
report's own (قال …، بحسب رويترز؛ وفقا لما ذكرته الوكالة), a verb of passing on with its source behind a preposition
(نقلت رويترز عن مسؤول، نقلت عنه رويترز), or one whose object is what was said (في بيان نقلته الوكالة). An outlet to
which someone spoke (قال لقناة …) is only an audience and no via; neither is a person.
"""

from __future__ import annotations

from collections.abc import Iterator

from agents.extract.lexicon.words import words as classes
from agents.extract.phrases.nominals import quoted_name
from agents.extract.phrases.noun_phrases import past_time, phrase
from agents.extract.reading.layout import Layout
from agents.extract.report import Cue, Report, Span, meet
from agents.extract.source_tables import rankings
from agents.extract.sources.beside import Others
from agents.extract.sources.extents import likeliest
from agents.extract.sources.names import describe

# How far, in tokens, from cue and content the outlet is told; how far before its verb its name may begin, and how far
# behind the verb the source may stand.
_AROUND, _BACK, _ON = 40, 8, 20


def find(layout: Layout, report: Report, others: Others) -> Span | None:
    """The phrase that names the outlet or document between the report's speaker and the reader, if there is one.

    `others`: the article's reports. Never overlaps the mention or the content.
    """
    return next(_Sentence(layout, report, report.cue, others).outlets(), None) if report.cue else None


def from_him(layout: Layout, report: Report, others: Others) -> Span | None:
    """The same where the speaker is only a pronoun behind the verb of passing on (نقلت عنه الوكالة قوله)."""
    return _Sentence(layout, report, report.cue, others).from_him() if report.cue else None


class _Sentence:
    """The sentence of one report."""

    def __init__(self, layout: Layout, report: Report, cue: Cue, others: Others) -> None:
        self.layout, self.text, self.report, self.cue, self.others = layout, layout.text, report, cue, others
        at, end = cue.span[0], max(cue.span[1], report.content[-1][1])
        self.first, self.last = max(layout.first[at], at - _AROUND), min(layout.last[end - 1], end + _AROUND)

    def outlets(self) -> Iterator[Span]:
        """Those that are told to pass these words on, in order."""
        own, told, mention = self.report.content, self.others.told, self.report.mention
        inside, taken = self.cue.span[0] in told, [*own, mention] if mention else own
        i = self.first
        while i < self.last:
            if part := next((b for a, b in own if a <= i < b), None):
                i = part
                continue
            if self.layout.readings[i] and (i in told) == inside:
                found = self._attributed(i) or self._passing_on(i)
                if found and not any(meet(part, found) for part in taken):
                    yield found
            i += 1

    def from_him(self) -> Span | None:
        """The outlet of a verb of passing on that has the speaker's pronoun behind it, before the cue."""
        form = self.text.form
        pronoun = next((k for k in range(self.cue.span[0] - 1, self.first, -1) if form[k] in classes()["from-him"]), 0)
        relays = (i for i in range(pronoun - 1, max(self.first, pronoun - _ON) - 1, -1) if self._relays(i))
        verb = next(relays, None) if pronoun else None
        return None if verb is None else self._subject(verb) or self._before(verb)

    def _attributed(self, i: int) -> Span | None:
        """The outlet of an attribution that is no report of its own: بحسب رويترز، وفقا لما ذكرته رويترز."""
        if i in self.others.cues or not any(r.form.shape == "attribution" for r in self.layout.readings[i]):
            return None
        form, k = self.text.form, i + 1
        while k < self.last and (form[k] in classes()["attributing"] or form[k] in classes()["source-what"]):
            k += 1
        if k < self.last and any(r.form.shape == "finite" for r in self.layout.readings[k]):
            return self._subject(k)
        return self._outlet(k)

    def _passing_on(self, i: int) -> Span | None:
        """The outlet that is the subject of a verb of passing on, the words of this report being what it passes on."""
        if not self._relays(i):
            return None
        if any(r.pronoun for r in self.layout.readings[i]):
            return self._subject(i)
        return (self._subject(i) or self._before(i)) if self._from(i) else None

    def _relays(self, i: int) -> bool:
        return any(r.entry.lemma in classes()["relaying"] for r in self.layout.readings[i])

    def _from(self, i: int) -> bool:
        """Whether the source of this report stands behind the verb at `i` and a preposition (عن مسؤول)."""
        form, mention = self.text.form, self.report.mention
        if mention is None:
            return False
        before = mention[0] - 2 if form[mention[0] - 1] in classes()["quote-both"] else mention[0] - 1
        behind = i < before < i + _ON and form[before] in classes()["relayed-from"]
        return behind and not any(k in self.others.cues for k in range(max(i + 1, self.cue.span[1]), before))

    def _subject(self, verb: int) -> Span | None:
        """The outlet behind a verb, or behind the source that follows it (نقلت عنه الوكالة)."""
        k = verb + 1
        return self._outlet(k + 1 if k < self.last and self.text.form[k] in classes()["from-him"] else k)

    def _outlet(self, k: int) -> Span | None:
        """The outlet whose name begins at token `k`, words of time passed over."""
        k = past_time(self.text, k, self.last)
        bound = next((i for i in range(k, self.last) if self._bounds(i)), self.last)
        if k >= bound:
            return None
        quoted = quoted_name(self.text, k, bound)
        if quoted > k and self._passes((k + 1, quoted - 1)):
            return k, quoted
        passes = self._passes((k, max(phrase(self.text, k, bound)[0], k + 1)))
        return (k, likeliest(self.layout, k, bound, "end", rankings()["extent"])) if passes else None

    def _bounds(self, i: int) -> bool:
        form = self.text.form[i]
        return i in self.others.cues or i in self.others.told or any(form in classes()[name] for name in _BOUNDS)

    def _before(self, verb: int) -> Span | None:
        """The outlet right before its verb (أما الوكالة فنقلت عن …)."""
        for k in range(max(self.first, verb - _BACK), verb):
            if phrase(self.text, k, verb)[0] == verb and self._passes((k, verb)):
                return k, verb
        return None

    def _passes(self, span: Span) -> bool:
        """An outlet, or what somebody has issued (البيان); no law and no figures."""
        source = describe(self.text, span)
        issued = source.kind == "document" and source.head in classes()["issued-by-bodies"]
        return source.kind == "media" or issued


# What ends the name of an outlet at the latest.
_BOUNDS = ("comma", "relative", "relayed-from", "from-him")
