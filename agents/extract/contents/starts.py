"""Where the content of a report may begin: candidates after the cue, each described by readable facts.

By the guidelines a bare complementizer, a particle before a noun complement and the marks are left out; a
complementizer that carries a pronoun and any proclitic stay.
"""

from __future__ import annotations

from agents.extract.contents import features as named
from agents.extract.contents.candidates import Start
from agents.extract.contents.cues import Occurrence
from agents.extract.contents.preceding import Preceding
from agents.extract.contents.ranges import Ranges
from agents.extract.contents.tokens import Tokens
from agents.extract.lexicon.inflect import Form
from agents.extract.lexicon.words import affixes, words
from agents.extract.model import Facts
from agents.extract.phrases import gazetteer
from agents.extract.phrases.agreement import gender_of, is_oblique
from agents.extract.phrases.noun_phrases import subject
from agents.extract.phrases.sorts import sort
from streams.letters import ALEF, DAMMA

# How far, in tokens, a content's beginning is looked for.
_REACH = 45
# Distances from the cue, in tokens, that are told apart.
_NEAR = Ranges(0, 1, 3, 7, 14, least=0)
# How many tokens of its sentence stand before and behind a cue.
_PLACE = Ranges(0, 1, 3, 7, 14, 28, least=0)
# The longest name that is set in quotation marks, in tokens.
_NAME = 3
# Behind an attribution's word an outlet is named so soon.
_NAMED = 4
# Behind these another report begins.
_TELLING = frozenset(("finite", "participle"))
_HEADS = gazetteer.HEAD | gazetteer.GIVEN | gazetteer.PLACE | gazetteer.TITLE
# The frames that the kinds of candidates stand for; particles and clitics are frames of their own.
_FRAMES = {"that": "that", "that+": "that", "quote": "quote", "colon": "quote", "comma": "source", "object": "object"}


class Starts:
    """Finds and describes beginnings in one text."""

    def __init__(self, tokens: Tokens, preceding: Preceding) -> None:
        self.tokens = tokens
        self.preceding = preceding
        self.layout = tokens.layout
        self.text = tokens.text
        self._adverbial, self._manner = words()["adverbial"], words()["manner"]
        self._proclitics = affixes("complement")

    def proven(self, cue: Occurrence) -> bool:
        """Whether a weak cue has what proves it: a clause, quotation or colon ahead, or words before it."""
        if cue.entry.strength != "weak":
            return True
        text, i = self.text, cue.span[1]
        for k in range(i, min(self.tokens.size, i + _REACH, self.layout.last[i - 1])):
            form = text.form[k]
            if form in self.tokens.that or form in self.tokens.that_pronoun or form in self.tokens.colons:
                return True
            if k in self.layout.quotations.opening:
                return True
        return self.preceding.join(cue)[0] == "according" or self.preceding.follows(cue)

    def of(self, cue: Occurrence, alone: list[Facts]) -> list[Start]:
        """Candidates, the first being "none". Forward ones in order, then the content before the cue.

        `alone`: what the cue tells before any of them is known.
        """
        text, layout, entry = self.text, self.layout, cue.entry
        i = cue.span[1]
        size = len(text)
        quotations = layout.quotations
        found: list[Start] = []
        limit = min(size, i + _REACH, self._sentence_end(i - 1))
        # A quotation may hold several sentences; its opening lies before the stop anyway.
        phrase = self._source_end(cue, i, limit)
        # A source set before its statement is closed by a comma (بحسب الشرطة، …); after a verb a comma opens nothing.
        join = self.preceding.join(cue)
        joined = cue.shape == "attribution" or join[0] in ("as", "according", "source what")
        takes_object = "object" in entry.frames
        strong = commas = cues_between = relatives = 0
        k, governed = i, -1
        kinds, wordlike, readings = self.tokens.kind, text.wordlike, layout.readings
        opening, forms, skip_marks, proclitics = quotations.opening, text.form, self.tokens.skip_marks, self._proclitics
        while k < limit:
            form, what = forms[k], kinds[k]
            made: tuple[str, int] | None = None
            if k > i and forms[k - 1] in self._adverbial:
                pass  # nothing begins behind it: قبل أن، إلا أن
            elif what == "that":
                made = ("that", skip_marks(k + 1))
            elif what == "that+":
                made = ("that+", k)
            elif what == "opens":
                if k == i and self._named(cue, k, limit):
                    pass  # وأوضح "منصور"، خلال لقائه، أن …
                elif k == i or kinds[k - 1] not in ("that", "colon", "that+", "line"):
                    made = ("quote", skip_marks(k + 1))
            elif what == "colon":
                made = ("colon", skip_marks(k + 2 if kinds[k + 1] == "line" else k + 1))
            elif what == "comma":
                commas += 1
                if joined:
                    made = ("comma", skip_marks(k + 1))
            elif wordlike[k]:
                here = k in (i, phrase)
                if what == "particle":
                    if (here or form in entry.frames) and kinds[k + 1] not in ("that", "that+"):
                        made = ("particle", skip_marks(k + 1))
                elif form in proclitics:  # set off by tatweel: بـ"…"
                    if form in entry.frames:
                        made = ("clitic", k)
                elif form in self._manner:
                    pass  # it tells how it was said
                elif form[0] in proclitics and len(form) > 2 and k - i < 25 and (here or form[0] in entry.frames):
                    made = ("clitic", k)
                    governed = k + 1  # the noun behind it is its own (طالب بفتح تحقيق)
                elif what == "participle" and (kinds[k - 1] == "comma" or form.endswith(ALEF)):
                    pass  # it is another report: …، مطالبة بفتح تحقيق; وصاح متسائلا
                elif here or (
                    takes_object
                    and k != governed
                    and k - i <= 18
                    and (kinds[k - 1] in ("time", "comma", "closes", "bracket") or k - i <= 3 or self._possessed(k))
                    and kinds[k - 1] != "particle"
                ):
                    made = ("object", k)
            if made and made[1] < limit:
                kind, first = made
                found.append(
                    self._start(
                        cue,
                        kind,
                        first,
                        k,
                        strong=strong,
                        commas=commas,
                        cues_between=cues_between,
                        relatives=relatives,
                        phrase=phrase,
                    )
                )
                if kind in ("that", "that+", "quote", "colon"):
                    strong += 1
                    if strong >= 3:
                        break
            if what == "relative":
                relatives += 1
            if readings[k] and readings[k][0].entry.strength != "weak":
                cues_between += 1
            if k in opening and quotations.all[opening[k]].close is not None:
                k = max(k, quotations.all[opening[k]].last - 1)
            k += 1
        if cue.shape != "colon" and self.preceding.follows(cue):
            found.append(Start("before", cue.at, cue.at, self.preceding.facts(cue)))
            around = self.preceding.around(cue, phrase)
            if around:
                found.append(around)
        none = Start("none", cue.at, cue.at, [*alone, *self._rivals(cue, found, join[0])])
        return [none, *found]

    def _named(self, cue: Occurrence, k: int, limit: int) -> bool:
        """The quotation that opens at token k, behind a verb, is who speaks: the complementizer is to come."""
        quotations, kinds, readings = self.layout.quotations, self.tokens.kind, self.layout.readings
        quoted = quotations.all[quotations.opening[k]]
        if cue.shape != "finite" or quoted.close is None or quoted.last - quoted.first > _NAME:
            return False
        for j in range(quoted.last + 1, limit):
            if kinds[j] in ("that", "that+"):
                return True
            form = readings[j][0].form if readings[j] and kinds[j] != "subordinator" else None  # عبر is no verb here
            if kinds[j] in ("stop", "colon") or (form and form.shape in _TELLING and not readings[j][0].definite):
                return False
        return False

    def _sentence_end(self, at: int) -> int:
        """Where the sentence of token `at` ends; a colon at the end of its line leads on to a quotation on the next."""
        end = self.layout.last[at]
        return end + 3 if self.tokens.kind[end - 1 : end + 2] == ["colon", "line", "opens"] else end

    def _source_end(self, cue: Occurrence, i: int, limit: int) -> int:
        """Where the words that may name the source end, with the times and marks after them: an object begins there."""
        found = (
            subject(self.text, i, limit)
            if i < limit and not (cue.reading and cue.reading.pronoun and cue.shape != "finite")
            else None
        )
        if found and found[0] == i and self._agrees(cue, i) == "no":
            found = None  # the subject is in the verb (ودعت المجلس إلى …)
        end = found[1] if found else i
        while end < limit and (self.text.word[end] in self.tokens.commas or gazetteer.is_time(self.text.form[end])):
            end += 1
        return end

    def _start(
        self,
        cue: Occurrence,
        kind: str,
        first: int,
        mark: int,
        *,
        strong: int,
        commas: int,
        cues_between: int,
        relatives: int,
        phrase: int,
    ) -> Start:
        text, entry, shape = self.text, cue.entry, cue.shape
        i = cue.span[1]
        form = text.form[mark]
        kinds, classes, opening = self.tokens.kind, self.tokens.classes, self.layout.quotations.opening
        frame = _FRAMES.get(kind) or (form if kind == "particle" else form[0])
        label = kind if kind in _FRAMES else f"{kind} {frame}"
        if frame == "that" and mark > i and text.form[mark - 1] in self.tokens.particles:
            frame = text.form[mark - 1] if text.form[mark - 1] in entry.frames else frame
        fits = frame in entry.frames
        near = _NEAR(mark - i)
        # In front of a subject that stands alone the phrase ends at the mark.
        agrees = "here" if mark == phrase else "within" if mark < phrase else "beyond"
        if mark == phrase + 1 and text.word[phrase] in self.tokens.commas:
            agrees = "here"
        quoted = mark in opening or first - 1 in opening
        length = ""
        if quoted:
            quotation = self.layout.quotations.all[opening.get(mark, opening.get(first - 1, 0))]
            size = quotation.last - quotation.first
            length = "1" if size == 1 else "2-3" if size < 4 else "4-6" if size < 7 else "7+"
            speaks = any(self.tokens.verbal(n) for n in range(first, min(first + 4, quotation.last)))
        # Behind the source another noun may stand, which is the object (أعلن الحزب وفاة رئيسه عن ستين عاما).
        passed = kinds[phrase] if agrees == "beyond" else agrees
        nth = str(min(strong, 2))
        fine, coarse = classes[first]
        facts: list[Facts] = [
            (named.placed, kind, label, shape, fits, entry.strength, near, nth, agrees),
            (named.crossed, kind, kinds[mark - 1], min(commas, 3), min(cues_between, 2), min(relatives, 2)),
            (named.passing, kind, label, passed, "object" in entry.frames),
            *named.of_lemma(label, entry.lemma, agrees, near, coarse),
            (named.of_class, kind, agrees, coarse),
            *named.of_classes(kind, classes[mark - 1][1], coarse),
            (named.of_fine, kind, fine),
            (named.of_next, kind, classes[first + 1][1]),
            *named.of_form(kind, text.form[first]),
            *named.of_form_before(kind, text.form[mark - 1]),
        ]
        if quoted:
            facts.append((named.quoted, kind, length, fits, entry.strength, nth, speaks))
            length += " verb" if speaks else ""
        if kind == "object":
            readings = self.layout.readings[mark]
            own = any(r.pronoun for r in readings) or form.endswith(self.tokens.possessive)
            read_as = readings[0].form.shape if readings else ""
            noun = gazetteer.word(form)
            head = bool(noun.classes & _HEADS)
            joined = bool(cue.reading and cue.reading.conjunction)
            at_once, prior, agree = first == i, kinds[cue.at - 1], self._agrees(cue, first)
            facts += [
                (named.object_itself, kinds[mark], agrees, own, fits, at_once, form[-1:] == ALEF, shape, read_as),
                (named.object_or_subject, prior, at_once, shape, agrees, joined, head, agree),
            ]
        if cue.reading and cue.reading.pronoun:
            facts.append((named.of_pronoun, kind, label, shape, cue.reading.pronoun, entry.strength))
        if self.text.line[cue.at] == 0:
            facts.append((named.headline, kind, near))
        summary = ""
        if not cues_between:
            if kind in ("that", "that+", "quote", "colon"):
                summary = f"{kind} {near} {length} {agrees}"
            elif fits:
                summary = f"{label} {agrees}" if kind != "object" else f"object {agrees}"
        return Start(kind, first, mark, facts, summary)

    def _possessed(self, k: int) -> bool:
        """Token k carries a pronoun or is a verbal noun, as the heads of objects do (استقالته، إلغاء القمة)."""
        readings = self.layout.readings[k]
        return (bool(readings) and readings[0].form.shape == "masdar") or self.text.form[k].endswith(
            self.tokens.possessive
        )

    def _agrees(self, cue: Occurrence, k: int) -> str:
        """Whether the noun at k may be the subject of the cue's verb, by gender and case: else it is the object."""
        gender = cue.reading.form.gender if cue.reading and cue.shape == "finite" else None
        if not gender or k >= len(self.text):
            return "unknown"
        if is_oblique(self.text, k):
            return "no"
        own = gender_of(self.text, (k, k + 1))
        if not own:
            return "unknown"
        return "yes" if gender == own else "no"

    def _weighty(self, cue: Occurrence, join: str) -> tuple[str, str]:
        """The shape of the cue, and how strong it is where it stands."""
        if join == "according":
            return join, join  # whatever verb it is, it is part of the attribution (وفقا لما نقلته …)
        if cue.shape == "participle" and self.tokens.kind[cue.at + 1] in ("that", "that+"):
            return cue.shape, "strong"  # what takes a clause in passing says it (مسجلا أن …)
        return cue.shape, cue.entry.strength

    def _rivals(self, cue: Occurrence, found: list[Start], join: str) -> list[Facts]:
        """The contents that the cue might have, as facts of its having none."""
        shape, strength = self._weighty(cue, join)
        kinds = {s.kind for s in found}
        best = next((s.summary for s in found if s.summary and s.kind in ("that", "that+", "quote", "colon")), "")
        other = next(
            (s.summary for s in found if s.summary and s.kind in ("particle", "clitic") and s.summary.endswith("here")),
            "",
        )
        object_ = any(s.summary == "object here" for s in found)
        that, quote = "that" in kinds or "that+" in kinds, "quote" in kinds or "colon" in kinds
        return [
            (named.none_rivals, shape, strength, that, quote, best, other, object_),
            (named.none_lemma_rivals, cue.entry.lemma, best, other),
            (named.none_quoted, self.preceding.quoted(cue.at), shape, strength, bool(best)),
        ]

    def alone(self, cue: Occurrence) -> list[Facts]:
        """What the cue and the words beside it tell of its being no report, whatever its content might be."""
        text, layout, at = self.text, self.layout, cue.at
        join, joined = self.preceding.join(cue)
        shape, strength = self._weighty(cue, join)
        end, lemma = cue.span[1], cue.entry.lemma
        before, after = self.tokens.kind[at - 1], self.tokens.kind[end]
        inside = layout.quotations.inside[at] >= 0
        initial = layout.first[at] == at
        left, right = self.tokens.classes[at - 1], self.tokens.classes[end]
        near, then = (sort(text.word[k]) if k < self.tokens.size else "end" for k in (end, end + 1))
        rest = _PLACE(layout.last[at] - at)
        facts: list[Facts] = [
            (named.none_placed, shape, strength, before, after, inside, initial, text.line[at] == 0),
            *named.none_lemma(lemma, shape, left[1], right[1], self.tokens.form[end], rest),
            *named.none_form(text.form[at]),
            *named.none_word_before(self.tokens.form[at - 1]),
            (named.none_left, left[1], left[0], shape),
            *named.none_right(right[1], right[0], strength, shape),
            (named.none_second, self.tokens.classes[end + 1][1], shape),
            *named.none_word_after(self.tokens.form[end], shape),
            (named.none_rest, _PLACE(at - layout.first[at]), rest, shape, strength),
            *named.none_sorts(near, then, left[1], shape, lemma),
        ]
        if join != "bare":
            prior, medium = self.tokens.kind[joined - 1], self._medium(cue)
            facts.append((named.none_joined, join, prior, shape, strength, self._told(cue.at, joined), medium))
        r = cue.reading
        if r:
            f = r.form
            told = (f.person, f.number, f.past, r.preposition, r.definite, bool(r.pronoun), r.conjunction)
            facts.append((named.none_reading, *told, self._passive(f, at), shape, strength))
            if cue.also:
                facts.append((named.none_also, cue.also.form.shape, shape, before))
        else:
            head = self._head(at)
            opens = self.tokens.kind[at + 1] == "opens"
            fine, coarse = self.tokens.classes[head]
            shown = (sort(text.word[head]), sort(text.word[at - 1]), opens, min(at - head, 5), head > 0)
            facts += [
                (named.none_colon, opens, min(at - layout.first[at], 8)),
                (named.none_colon_head, *shown),
                (named.none_colon_class, coarse, fine),
            ]
        # A participle or another cue right behind takes the content over (تابع قائلا).
        for k in range(at + 1, min(at + 12, layout.last[at])):
            if layout.readings[k] and layout.readings[k][0].form.shape == "participle":
                facts.append((named.none_participle, strength))
                break
        return facts

    def _head(self, at: int) -> int:
        """The first word of what stands before a headline's colon, behind dots (فيديو.. الوزير: …)."""
        k = at - 1
        while k > 0 and self.tokens.kind[k - 1] not in ("dots", "mark", "stop", "line"):
            k -= 1
        return k

    def _passive(self, form: Form, at: int) -> bool:
        """The verb at token `at` is passive by its letters or by its first vowel (نُقل)."""
        return form.passive or (form.past and self.text.word[at][1:2] == DAMMA)

    def _told(self, at: int, joined: int) -> str:
        """The shape of the nearest cue of the sentence before `joined`: what is told has a source already."""
        for k in range(joined - 1, self.layout.first[at] - 1, -1):
            for reading in self.layout.readings[k][:1]:
                if reading.entry.strength != "weak" and reading.form.shape in ("finite", "attribution"):
                    return reading.form.shape
        return "no"

    def _medium(self, cue: Occurrence) -> bool:
        """An outlet's name follows the cue: it passes on what has another source."""
        behind = range(cue.span[1], min(cue.span[1] + _NAMED, self.layout.last[cue.at]))
        return any(gazetteer.word(self.text.form[k]).classes & gazetteer.MEDIA for k in behind)
