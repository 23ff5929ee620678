"""Where the content of a report may end: candidates from its beginning on, each described by readable facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from agents.extract.contents import features as named
from agents.extract.contents.candidates import End, Start
from agents.extract.contents.cues import Occurrence
from agents.extract.contents.ranges import Ranges
from agents.extract.contents.tokens import Tokens
from agents.extract.model import Facts
from agents.extract.phrases import gazetteer

# How far, in tokens, an end is looked for, and how many candidates are weighed.
_LONGEST = 260
_MOST = 40
# Speech after a colon without marks may run over several sentences of its line.
_SENTENCES = 5
# How near behind a cut a verb tells something, in tokens.
_NEAR = 7
# How near behind his name somebody else in a headline says something, in tokens.
_WHO = 4
# How long what the cut leaves is, in tokens.
_SIZE = Ranges(1, 2, 4, 8, 16, 32)


class _Content(NamedTuple):
    """A content whose end is looked for. `opened`, `around`: the quotations opened there and around it, -1 for none."""

    cue: Occurrence
    start: Start
    opened: int
    around: int


@dataclass
class _Crossed:
    """What lies between the beginning and a cut: sentences, commas, cuts before what another cue heads, a verb."""

    sentences: int = 0
    commas: int = 0
    cues: int = 0
    verb: bool = False


class Ends:
    """Finds and describes ends in one text."""

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.layout = tokens.layout
        self.text = tokens.text

    def of(self, cue: Occurrence, start: Start, accepted: Mapping[int, Start]) -> list[End]:
        """Where content that begins at `start` may end, in order. `accepted`: the cues taken for reports, by token."""
        quotations, first = self.layout.quotations, start.first
        opened = self._opened(start)
        around = quotations.inside[start.mark] if opened < 0 else quotations.all[opened].parent
        content, crossed = _Content(cue, start, opened, around), _Crossed()
        home = quotations.inside[cue.at]
        limit = min(self.tokens.size, first + _LONGEST)
        verb_at, its_verb = self._first_verb(first, limit)
        out: list[End] = []
        for k in range(first, limit + 1):
            torn = self._torn(k, (around, opened, home))
            boundary = "" if torn else self._boundary(k, first, limit)
            if not boundary:
                continue
            last = self.tokens.trim(first, k)
            if last > first and not (out and out[-1].last == last):
                ahead = self._ahead(k, cue, accepted)
                clause = its_verb if verb_at < k else ""
                out.append(End(last, k, self._end_facts(content, crossed, last, k, boundary, ahead, clause)))
                crossed.cues += bool(ahead)
                if len(out) == _MOST:
                    break
            if k < self.tokens.size and self._closed(content, crossed, k, home):
                break
        return out

    def _opened(self, start: Start) -> int:
        """The quotation that opens where the content begins, -1 for none."""
        quotations, first = self.layout.quotations, start.first
        for mark in (start.mark, first - 1, first - 2):
            opened = quotations.opening.get(mark, -1)
            if opened >= 0 and quotations.all[opened].first <= first:
                return opened
        return -1

    def _torn(self, k: int, known: tuple[int, int, int]) -> bool:
        """A cut before token k would tear a quotation that opened later."""
        quotations = self.layout.quotations
        inside = quotations.inside[k] if k < self.tokens.size else -1
        return inside >= 0 and inside not in known and quotations.all[inside].close is not None

    def _closed(self, content: _Content, crossed: _Crossed, k: int, home: int) -> bool:
        """No end lies behind token k, which is counted to what is crossed."""
        text, quotations, opened = self.text, self.layout.quotations, content.opened
        if not text.line[k] and opened < 0 and content.cue.shape == "colon" and text.form[k] in self.tokens.colons:
            return True  # in a headline another speaks behind the next colon
        crossed.commas += text.word[k] in self.tokens.commas
        if self.layout.stop[k]:
            if text.word[k] == "\n" and (quotations.inside[k] < 0 or quotations.inside[k] != opened):
                return True
            crossed.sentences += 1
            quoted = opened >= 0 and k < quotations.all[opened].last
            flows = opened < 0 and content.start.kind == "colon" and crossed.sentences <= _SENTENCES
            if not quoted and not flows:
                return True
        crossed.verb = crossed.verb or self.tokens.verbal(k)
        # A quotation that holds the cue too ends what is in it.
        return home >= 0 and opened < 0 and k >= quotations.all[home].last

    def _first_verb(self, first: int, last: int) -> tuple[int, str]:
        """The first verb of the sentence from token `first`: where and what it is; empty where `last` comes before."""
        for k in range(first, min(last, self.tokens.size)):
            if self.layout.stop[k] and k > first:
                break
            verb = _verb(self.tokens.classes[k][1], k == first)
            if verb:
                return k, verb
        return last, ""

    def _ahead(self, k: int, cue: Occurrence, accepted: Mapping[int, Start]) -> str:
        """The accepted cue that heads what follows a cut at k, and how near it is; empty when none does."""
        text = self.text
        near = 0
        for j in range(k, min(k + 7, self.tokens.size)):
            if not text.wordlike[j]:
                if near:
                    break
                continue
            if j in accepted and j != cue.at:
                reading = self.layout.readings[j]
                shape = reading[0].form.shape if reading else "colon"
                back = accepted[j].kind == "before"
                return f"{shape}{' back' if back else ''} {near}"
            near += 1
            if near > 3:
                break
        return ""

    def _aside(self, j: int) -> str:
        """The kind of what the narrator adds from token j on (في إشارة إلى …); empty when nothing tells."""
        one, *two = self.text.form[j : j + 2] or [""]
        return self.tokens.asides.get(" ".join((one, *two))) or self.tokens.asides.get(one, "")

    def _boundary(self, k: int, first: int, limit: int) -> str:
        """What makes a cut before token k possible; empty when nothing does."""
        if k >= self.tokens.size or k == limit:
            return "edge"
        if not self.text.wordlike[k]:
            kind = self.tokens.kind[k]
            return kind if kind in ("comma", "stop", "dots", "line", "closes", "colon", "opens", "bracket") else ""
        if k == first or not self.text.wordlike[k - 1]:
            return ""
        readings = self.layout.readings[k]
        if readings:
            r = readings[0]
            if r.form.shape == "participle" and not r.definite and not r.preposition:
                return "participle"
            if r.form.shape == "finite" and r.conjunction:
                return "and cue"
            if r.form.shape == "attribution":
                return "attribution"
        form = self.text.form[k]
        if form in self.tokens.as_words:
            return "as"
        if form in self.tokens.subordinators:
            return "subordinator"
        if form in self.tokens.relative:
            return "relative"
        if gazetteer.is_time(form):
            return "time"
        return "and who" if self._other(k) else ""

    def _other(self, k: int) -> bool:
        """In a headline somebody else comes in at token k (… ودمشق تنفي، … والدفاع المدني: …)."""
        text = self.text
        if text.line[k] or text.form[k][0] not in self.tokens.conjunctions or self.layout.readings[k]:
            return False
        ahead = range(k + 1, min(k + _WHO, self.tokens.size))
        tells = (self.layout.readings[j] and self.layout.readings[j][0].form.shape == "finite" for j in ahead)
        return any(tells) or any(text.form[j] in self.tokens.colons for j in ahead)

    def _where(self, content: _Content, k: int) -> str:
        """In what quotation a cut before token k lies: the content's own, its own just closed, a later one, none."""
        quotations, opened = self.layout.quotations, content.opened
        if opened < 0:
            within = quotations.inside[k - 1] if k else -1
            return "later" if within >= 0 and within != content.around else "none"
        behind = k - quotations.all[opened].last
        return "own" if behind < 0 else ("closing", "just after own", "after own")[min(behind, 2)]

    def _end_facts(
        self, content: _Content, crossed: _Crossed, last: int, k: int, boundary: str, ahead: str, clause: str
    ) -> list[Facts]:
        """What speaks for an end at a cut before token k; `clause`: the verb that the content begins with."""
        text, layout, quotations = self.text, self.layout, self.layout.quotations
        cue, start, kind = content.cue, content.start, content.start.kind
        where = self._where(content, k)
        j = self.tokens.skip_marks(k)
        following = self.tokens.kind[j]
        form = self.tokens.form[j]
        readings = layout.readings[j] if j < self.tokens.size else ()
        size = _SIZE(last - start.first)
        final = j >= self.tokens.size or layout.stop[k if k < self.tokens.size else k - 1]
        fine, coarse = self.tokens.classes[j]
        second, inner = self.tokens.classes[j + 1][1], self.tokens.classes[last - 1][1]
        rest = "0" if final else _SIZE(layout.last[j] - j)
        verb_at, its_verb = self._first_verb(j, j + _NEAR)
        its_form = self.tokens.form[verb_at] if its_verb else ""
        begun, then = self.tokens.classes[start.first][1], self.tokens.form[j + 1]
        verbal_next = j < self.tokens.size and text.wordlike[j] and self.tokens.verbal(j)
        facts: list[Facts] = [
            (named.cut, boundary, where, kind, size, min(crossed.sentences, 3), min(crossed.commas, 4)),
            (named.cut_before, boundary, where, kind, following, final, crossed.verb, verbal_next, second),
            (named.cut_ahead, boundary, where, cue.shape, min(crossed.cues, 2), ahead),
            *named.cut_form(boundary, where, form, second),
            *named.cut_forms(boundary, form, then),
            *named.cut_last(boundary, text.form[last - 1], coarse),
            *named.cut_verb(boundary, its_form, self.tokens.form[verb_at - 1] if its_verb and verb_at > j else ""),
            *named.cut_rest(boundary, where, kind, rest, coarse, following),
            *named.cut_act(boundary, where, cue.entry.act, coarse),
            *named.cut_begun(boundary, where, begun, coarse),
            (named.cut_lemma, boundary, cue.entry.lemma),
            *named.cut_class(boundary, where, coarse, second),
            (named.cut_fine, boundary, fine),
            (named.cut_clause, boundary, where, its_verb, clause),
            *named.cut_classes(boundary, inner, coarse),
        ]
        if where == "later" or boundary == "closes":
            closed = quotations.closing.get(k)
            if closed is not None:
                q = quotations.all[closed]
                wide = q.last - q.first
                quoted = "1" if wide == 1 else "2-3" if wide < 4 else "4-7" if wide < 8 else "8+"
                tight = k + 1 < self.tokens.size and text.wordlike[k + 1]
                facts.append((named.cut_closes, quoted, where, kind, tight, following))
        aside = self._aside(j)
        if aside:
            facts.append((named.cut_aside, boundary, where, aside))
        if readings:
            r = readings[0]
            facts += [
                (named.cut_cue, boundary, where, r.form.shape, r.entry.strength, r.conjunction, r.definite),
                (named.cut_cue_lemma, r.entry.lemma, r.form.shape),
            ]
        elif form:
            facts.append((named.cut_letter, boundary, where, form[0]))
        return facts


@lru_cache(maxsize=4096)
def _verb(tag: str, first: bool) -> str:
    """The verb in a part of speech, if any: its form, joined by a conjunction or not, first in its clause or not."""
    tense = tag.find("VB")
    if tense < 0:
        return ""
    return f"{'and ' if tag.startswith('CC') else ''}{tag[tense : tense + 3]}{' first' if first else ''}"
