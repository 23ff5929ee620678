"""Where the content of a report begins and ends: candidates by rule, each described by readable features.

The rules follow the guidelines: a bare complementizer, a particle before a noun complement and the marks are left
out; a complementizer that carries a pronoun and any proclitic stay. Which candidate is right is ranked by model.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate

from agents.extract import features as named
from agents.extract import gazetteer
from agents.extract.cues import Occurrence
from agents.extract.layout import Layout
from agents.extract.lexicon import Words, word_classes, words
from agents.extract.mentions import subject
from agents.extract.model import Facts, features

# How far, in tokens, a content's beginning and its end are looked for.
_REACH = 45
_LONGEST = 260
_ENDS = 40
_EDGE = ("edge", "edge")
_HEADS = gazetteer.HEAD | gazetteer.GIVEN | gazetteer.PLACE | gazetteer.TITLE
# Speech after a colon without marks may run over several sentences of its line.
_SENTENCES = 5


@dataclass(slots=True)
class Start:
    """A place where content may begin; `kind` is what introduces it. `first` is None for "it is no report at all"."""

    kind: str
    first: int
    mark: int  # the token that introduces it
    facts: list[Facts]
    summary: str = ""  # what kind of candidate it is, for weighing it against "none"

    @property
    def features(self) -> list[str]:
        """The names of its features."""
        return features(self.facts)


@dataclass(slots=True)
class End:
    """A place where content may end."""

    last: int  # exclusive
    boundary: int  # the token at which it was cut
    facts: list[Facts]

    @property
    def features(self) -> list[str]:
        """The names of its features."""
        return features(self.facts)


class Contents:
    """Finds and describes candidates in one text."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.text = layout.text
        table: Words = words()
        self._size = len(self.text)
        self._wordlike = [word[0].isalnum() for word in self.text.word]
        self._count = [0, *accumulate(self._wordlike)]  # words before each token
        self._that = table["complementizer"]
        self._that_pronoun = frozenset(base + p for base in table["complementizer"] for p in table["pronoun"])
        self._particles = table["particle"]
        self._proclitics = table["proclitic"]
        self._commas = table["comma"] | table["semicolon"]
        self._colons = table["colon"]
        self._as = table["as"]
        self._source_what = table["source-what"]
        self._that_which = table["that-which"]
        self._negation = table["negation"]
        self._relative = table["relative"]
        self._subordinators = table["subordinator"]
        self._conjunctions = table["conjunction"]
        self._auxiliary = table["auxiliary"]
        self._possessive = tuple(table["object-pronoun"])
        self._verb_prefixes = tuple(table["verb-prefix"])
        self._the_matter = table["the-matter"]
        self._brackets = table["bracket-open"] | table["bracket-close"] | table["dash"]
        self._quote_marks = table["quote-open"] | table["quote-close"] | table["quote-both"]
        # By token, and "edge" at both sides (index -1 is the last): its kind, coarsely, and its classes by company.
        self.kind = [*map(self._kind, range(self._size)), "edge", "edge"]
        self.classes = [*map(word_classes().of, self.text.form), _EDGE, _EDGE]

    # ---- small facts about tokens

    def _kind(self, i: int) -> str:
        word, form = self.text.word[i], self.text.form[i]
        if word == "\n":
            return "line"
        if not word[0].isalnum():
            if word in self._commas:
                return "comma"
            if word in self._colons:
                return "colon"
            if word in self._quote_marks:
                return "opens" if i in self.layout.quotations.opening else "closes"
            if self.layout.stop[i]:
                return "stop"
            return "bracket" if word in self._brackets else "mark"
        if form in self._that:
            return "that"
        if form in self._that_pronoun:
            return "that+"
        if form in self._particles:
            return "particle"
        if form in self._as:
            return "as"
        if form in self._negation:
            return "negation"
        if form in self._relative:
            return "relative"
        if form in self._subordinators:
            return "subordinator"
        if form in self._auxiliary:
            return "auxiliary"
        readings = self.layout.readings[i]
        if readings:
            return readings[0].form.shape
        if form[0].isdigit():
            return "number"
        if gazetteer.word(form).classes & gazetteer.TIME:
            return "time"
        if form.startswith("ال"):
            return "definite"
        return "word"

    def skip_marks(self, i: int) -> int:
        """The first token from i on that is a word."""
        while i < len(self.text) and not self.text.word[i][0].isalnum() and self.text.word[i] != "\n":
            i += 1
        return i

    def count(self, first: int, last: int) -> int:
        """How many words the tokens [first, last) hold."""
        return self._count[last] - self._count[first]

    def trim(self, first: int, last: int) -> int:
        """`last` moved left over marks."""
        while last > first and not self.text.word[last - 1][0].isalnum():
            last -= 1
        return last

    # ---- beginnings

    def proven(self, cue: Occurrence) -> bool:
        """Whether a weak cue has what proves it: a clause, quotation or colon ahead, or words before it."""
        if cue.entry.strength != "weak":
            return True
        text, i = self.text, cue.span[1]
        for k in range(i, min(self._size, i + _REACH, self.layout.last[i - 1])):
            form = text.form[k]
            if form in self._that or form in self._that_pronoun or form in self._colons:
                return True
            if k in self.layout.quotations.opening:
                return True
        return self._follows(cue)

    def starts(self, cue: Occurrence) -> list[Start]:
        """Candidates, the first being "none". Forward ones in order, then the content before the cue."""
        text, layout, entry = self.text, self.layout, cue.entry
        i = cue.span[1]
        size = len(text)
        quotations = layout.quotations
        found: list[Start] = []
        limit = min(size, i + _REACH, layout.last[i - 1] if i - 1 < size else size)
        # A quotation may hold several sentences; its opening lies before the stop anyway.
        phrase = self._source_end(cue, i, limit)
        # A source set before its statement is closed by a comma (بحسب الشرطة، …); after a verb a comma opens nothing.
        joined = cue.shape == "attribution" or self._back(cue)[0] in ("as", "source what")
        takes_object = "object" in entry.frames
        strong = commas = cues_between = relatives = 0
        k = i
        kinds, wordlike, opening, readings = self.kind, self._wordlike, quotations.opening, layout.readings
        written, forms = text.word, text.form
        while k < limit:
            word, form = written[k], forms[k]
            made: tuple[str, int] | None = None
            if form in self._that:
                made = ("that", self.skip_marks(k + 1))
            elif form in self._that_pronoun:
                made = ("that+", k)
            elif k in opening:
                if kinds[k - 1] not in ("that", "colon", "that+"):
                    made = ("quote", self.skip_marks(k + 1))
            elif word in self._colons:
                made = ("colon", self.skip_marks(k + 1))
            elif word in self._commas:
                commas += 1
                if joined:
                    made = ("comma", self.skip_marks(k + 1))
            elif wordlike[k]:
                here = k in (i, phrase)
                if form in self._particles:
                    if (here or form in entry.frames) and kinds[k + 1] not in ("that", "that+"):
                        made = ("particle", self.skip_marks(k + 1))
                elif form[0] in self._proclitics and len(form) > 2 and k - i < 25 and (here or form[0] in entry.frames):
                    made = ("clitic", k)
                elif here or (
                    takes_object
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
            if form in self._relative:
                relatives += 1
            if readings[k] and readings[k][0].entry.strength != "weak":
                cues_between += 1
            if k in opening and quotations.all[opening[k]].close is not None:
                k = max(k, quotations.all[opening[k]].last - 1)
            k += 1
        if cue.shape != "colon" and self._follows(cue):
            found.append(Start("before", cue.at, cue.at, self._before_facts(cue)))
        none = Start("none", cue.at, cue.at, self._none_facts(cue, found))
        return [none, *found]

    def _source_end(self, cue: Occurrence, i: int, limit: int) -> int:
        """Where the words that may name the source end, with the times and marks after them: an object begins there."""
        found = (
            subject(self.text, i, limit)
            if i < limit and not (cue.reading and cue.reading.pronoun and cue.shape != "finite")
            else None
        )
        end = found[1] if found else i
        while end < limit and (
            self.text.word[end] in self._commas or gazetteer.word(self.text.form[end]).classes & gazetteer.TIME
        ):
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
        label = kind if kind not in ("particle", "clitic") else f"{kind} {form if kind == 'particle' else form[0]}"
        frame = {
            "that": "that",
            "that+": "that",
            "quote": "quote",
            "colon": "quote",
            "comma": "source",
            "object": "object",
            "particle": form,
            "clitic": form[0],
        }[kind]
        if kind in ("that", "that+") and text.form[mark - 1] in self._particles and mark - 1 >= i:
            frame = text.form[mark - 1] if text.form[mark - 1] in entry.frames else frame
        fits = frame in entry.frames
        distance = mark - i
        near = (
            "0"
            if distance == 0
            else "1"
            if distance == 1
            else "2-3"
            if distance < 4
            else "4-7"
            if distance < 8
            else "8-14"
            if distance < 15
            else "15+"
        )
        # In front of a subject that stands alone the phrase ends at the mark.
        agrees = "here" if mark == phrase else "within" if mark < phrase else "beyond"
        if mark == phrase + 1 and text.word[phrase] in self._commas:
            agrees = "here"
        before = self.kind[mark - 1]
        quoted = mark in self.layout.quotations.opening or (first - 1 in self.layout.quotations.opening)
        length = ""
        if quoted:
            index = self.layout.quotations.opening.get(mark, self.layout.quotations.opening.get(first - 1, 0))
            size = self.layout.quotations.all[index].last - self.layout.quotations.all[index].first
            length = "1" if size == 1 else "2-3" if size < 4 else "4-6" if size < 7 else "7+"
            speaks = any(self._verbal(n) for n in range(first, min(first + 4, len(text))))
        nth = str(min(strong, 2))
        fine, coarse = self.classes[first]
        left = self.classes[mark - 1][1]
        facts: list[Facts] = [
            (named.placed, kind, label, shape, fits, entry.strength, near, nth, agrees),
            (named.crossed, kind, before, min(commas, 3), min(cues_between, 2), min(relatives, 2)),
            (named.of_lemma, label, entry.lemma),
            (named.of_class, kind, agrees, coarse),
            (named.of_classes, kind, left, coarse),
            (named.of_fine, kind, fine),
            (named.of_next, kind, self.classes[first + 1][1]),
        ]
        if quoted:
            facts.append((named.quoted, kind, length, fits, entry.strength, nth, speaks))
            length += " verb" if speaks else ""
        if kind == "object":
            readings = self.layout.readings[mark]
            own = any(r.pronoun for r in readings) or form.endswith(self._possessive)
            read_as = readings[0].form.shape if readings else ""
            noun = gazetteer.word(form)
            head = bool(noun.classes & _HEADS)
            joined = bool(cue.reading and cue.reading.conjunction)
            at_once, prior, agree = first == i, self.kind[cue.at - 1], self._agrees(cue, first)
            facts += [
                (named.object_itself, self.kind[mark], agrees, own, fits, at_once, form[-1:] == "ا", shape, read_as),
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
        return (bool(readings) and readings[0].form.shape == "masdar") or self.text.form[k].endswith(self._possessive)

    def _agrees(self, cue: Occurrence, k: int) -> str:
        """Whether the noun at k may be the subject of the cue's verb, by gender: a mismatch makes it the object."""
        gender = cue.reading.form.gender if cue.reading and cue.shape == "finite" else None
        noun = gazetteer.word(self.text.form[k])
        own = noun.noun.gender if noun.noun else ("f" if noun.base.endswith("ه") and len(noun.base) > 3 else "")
        if not gender or not own:
            return "unknown"
        return "yes" if gender == own else "no"

    def _back(self, cue: Occurrence) -> tuple[str, int]:
        """What joins the cue to what stands before it, and the first token of that join."""
        text, at = self.text, cue.at
        j = at
        join = "bare"
        one = text.form[at - 1] if at else ""
        two = f"{text.form[at - 2]} {one}" if at > 1 else ""
        if one in self._as:
            join, j = "as", at - 1
        elif two in self._as:
            join, j = "as", at - 2
        elif two in self._that_which:
            join, j = "that which", at - 2
        elif one in self._source_what and at > 1:
            join, j = "source what", at - 1
            for r in self.layout.readings[at - 2]:
                if r.form.shape == "attribution":
                    join, j = "as", at - 2
        elif (
            one in self._relative
            and cue.reading
            and cue.reading.pronoun
            and cue.shape == "finite"
            and at > 2
            and text.form[at - 2] in self._the_matter
        ):
            join, j = "the matter", at - 2
            if text.form[j - 1] in self._subordinators:
                j -= 1
        elif cue.shape == "attribution":
            join = "attribution"
        return join, j

    def _follows(self, cue: Occurrence) -> bool:
        """Whether the cue may report what stands before it: it is joined to it by a word or set off from it."""
        join, j = self._back(cue)
        return j > 0 and (join != "bare" or self.kind[j - 1] in ("comma", "closes", "bracket", "stop", "line"))

    def _before_facts(self, cue: Occurrence) -> list[Facts]:
        text, layout, entry, at = self.text, self.layout, cue.entry, cue.at
        join, j = self._back(cue)
        prior = self.kind[j - 1]
        quote_before = prior == "closes" or (prior == "comma" and self.kind[j - 2] == "closes")
        remaining = layout.last[at] - at
        rest = "1-4" if remaining < 5 else "5-9" if remaining < 10 else "10-19" if remaining < 20 else "20+"
        initial = layout.first[at] == j
        shape = cue.shape
        pronoun = bool(cue.reading and cue.reading.pronoun)
        after = self.kind[cue.span[1]]
        conjunction = bool(cue.reading and cue.reading.conjunction)
        return [
            (named.before_joined, join, prior, after, conjunction, initial, rest),
            (named.before_cue, shape, entry.strength, join, quote_before, pronoun, text.line[at] == 0),
            (named.before_lemma, entry.lemma),
        ]

    def _none_facts(self, cue: Occurrence, found: list[Start]) -> list[Facts]:
        text, layout, entry, at, shape = self.text, self.layout, cue.entry, cue.at, cue.shape
        kinds = {s.kind for s in found}
        before, after = self.kind[at - 1], self.kind[cue.span[1]]
        inside = layout.quotations.inside[at] >= 0
        initial = layout.first[at] == at
        strength = entry.strength
        best = next((s.summary for s in found if s.summary and s.kind in ("that", "that+", "quote", "colon")), "")
        other = next(
            (s.summary for s in found if s.summary and s.kind in ("particle", "clitic") and s.summary.endswith("here")),
            "",
        )
        object_ = any(s.summary == "object here" for s in found)
        that, quote = "that" in kinds or "that+" in kinds, "quote" in kinds or "colon" in kinds
        left, right = self.classes[at - 1], self.classes[cue.span[1]]
        facts: list[Facts] = [
            (named.none_placed, shape, strength, before, after, inside, initial, text.line[at] == 0),
            (named.none_rivals, shape, strength, that, quote, best, other, object_),
            (named.none_lemma, entry.lemma, shape, best, other),
            (named.none_form, text.form[at]),
            (named.none_word_before, text.form[at - 1] if at else ""),
            (named.none_left, left[1], left[0], shape),
            (named.none_right, right[1], right[0], strength, shape),
            (named.none_second, self.classes[cue.span[1] + 1][1], shape),
        ]
        r = cue.reading
        if r:
            f = r.form
            told = (f.person, f.number, f.past, r.preposition, r.definite, bool(r.pronoun), r.conjunction)
            facts.append((named.none_reading, *told, shape, strength))
            if cue.also:
                facts.append((named.none_also, cue.also.form.shape, shape, before))
        else:
            facts.append((named.none_colon, self.kind[at + 1] == "opens", min(at, 8)))
        # A participle or another cue right behind takes the content over (تابع قائلا).
        for k in range(at + 1, min(at + 12, layout.last[at])):
            if layout.readings[k] and layout.readings[k][0].form.shape == "participle":
                facts.append((named.none_participle, strength))
                break
        return facts

    # ---- ends

    def ends(self, cue: Occurrence, start: Start, accepted: Mapping[int, Start]) -> list[End]:
        """Where content that begins at `start` may end, in order. `accepted`: the cues taken for reports, by token."""
        text, layout = self.text, self.layout
        quotations = layout.quotations
        first = start.first
        size = len(text)
        opened = -1
        for mark in (start.mark, first - 1, first - 2):
            if mark in quotations.opening and quotations.all[quotations.opening[mark]].first <= first:
                opened = quotations.opening[mark]
                break
        home = quotations.inside[cue.at]
        around = quotations.inside[start.mark] if opened < 0 else quotations.all[opened].parent
        out: list[End] = []
        limit = min(size, first + _LONGEST)
        sentences = commas = passed = 0
        verb = False
        last_last = -1
        k = first
        while k <= limit and len(out) < _ENDS:
            # A cut inside a quotation that opened later would tear it.
            torn = (
                k < size
                and quotations.inside[k] >= 0
                and quotations.inside[k] not in (around, opened, home)
                and (quotations.all[quotations.inside[k]].close is not None)
            )
            boundary = "" if torn else self._boundary(k, first, limit)
            if boundary:
                last = self.trim(first, k)
                if last > first and last != last_last:
                    within = quotations.inside[k - 1] if k else -1
                    ahead = self._ahead(k, cue, accepted)
                    out.append(
                        End(
                            last,
                            k,
                            self._end_facts(
                                cue,
                                start,
                                opened,
                                around,
                                last,
                                k,
                                boundary,
                                sentences,
                                commas,
                                within,
                                ahead,
                                passed,
                                verb,
                            ),
                        )
                    )
                    last_last = last
                    passed += bool(ahead)
                if k < size and not torn:
                    if text.word[k] in self._commas:
                        commas += 1
                    if layout.stop[k]:
                        if text.word[k] == "\n":
                            q = quotations.inside[k]
                            if q < 0 or q != opened:
                                break
                        sentences += 1
                        inside_opened = opened >= 0 and k < quotations.all[opened].last
                        if not inside_opened and (opened >= 0 or start.kind != "colon" or sentences > _SENTENCES):
                            break
                    verb = verb or self._verbal(k)
                    # A quotation that holds the cue too ends what is in it.
                    if home >= 0 and opened < 0 and k >= quotations.all[home].last:
                        break
            k += 1
        return out

    def _ahead(self, k: int, cue: Occurrence, accepted: Mapping[int, Start]) -> str:
        """The accepted cue that heads what follows a cut at k, and how near it is; empty when none does."""
        text = self.text
        near = 0
        for j in range(k, min(k + 7, len(text))):
            if not text.word[j][0].isalnum():
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

    def _verbal(self, k: int) -> bool:
        """Token k looks like a verb or stands for one: by its prefix, or an auxiliary or negation, or a cue's verb."""
        form = self.text.form[k]
        if form in self._auxiliary or form in self._negation:
            return True
        if self.layout.readings[k]:
            return self.layout.readings[k][0].form.shape == "finite"
        return (
            len(form) > 3
            and form.startswith(self._verb_prefixes)
            and not gazetteer.word(form).classes & ~gazetteer.MARK
        )

    def _boundary(self, k: int, first: int, limit: int) -> str:
        """What makes a cut before token k possible; empty when nothing does."""
        if k >= len(self.text) or k == limit:
            return "edge"
        word = self.text.word[k]
        if not word[0].isalnum():
            kind = self.kind[k]
            return kind if kind in ("comma", "stop", "line", "closes", "colon", "opens", "bracket") else ""
        if k == first or not self.text.word[k - 1][0].isalnum():
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
        if form in self._as:
            return "as"
        if form in self._subordinators:
            return "subordinator"
        if form in self._relative:
            return "relative"
        if gazetteer.word(form).classes & gazetteer.TIME:
            return "time"
        return ""

    def _end_facts(
        self,
        cue: Occurrence,
        start: Start,
        opened: int,
        around: int,
        last: int,
        k: int,
        boundary: str,
        sentences: int,
        commas: int,
        within: int,
        ahead: str,
        passed: int,
        verb: bool,
    ) -> list[Facts]:
        text, layout = self.text, self.layout
        quotations = layout.quotations
        kind = start.kind
        # In what quotation the cut lies: the content's own, its own just closed, one opened later, none.
        if opened >= 0:
            q = quotations.all[opened]
            where = "own" if k < q.last else "closing" if k == q.last else "after own"
            if where == "after own" and k == q.last + 1:
                where = "just after own"
        else:
            where = "later" if within >= 0 and within != around else "none"
        j = k
        while j < len(text) and not text.word[j][0].isalnum() and text.word[j] != "\n":
            j += 1
        following = self.kind[j]
        form = text.form[j] if j < len(text) else ""
        readings = layout.readings[j] if j < len(text) else ()
        length = last - start.first
        size = (
            "1"
            if length == 1
            else "2"
            if length == 2
            else "3-4"
            if length < 5
            else "5-8"
            if length < 9
            else "9-16"
            if length < 17
            else "17-32"
            if length < 33
            else "33+"
        )
        final = j >= len(text) or layout.stop[k if k < len(text) else k - 1]
        fine, coarse = self.classes[j]
        second, inner = self.classes[j + 1][1], self.classes[last - 1][1]
        verbal_next = j < len(text) and text.word[j][0].isalnum() and self._verbal(j)
        facts: list[Facts] = [
            (named.cut, boundary, where, kind, size, min(sentences, 3), min(commas, 4)),
            (named.cut_before, boundary, where, kind, following, final, verb, verbal_next, second),
            (named.cut_ahead, boundary, where, cue.shape, min(passed, 2), ahead),
            (named.cut_form, boundary, where, form),
            (named.cut_lemma, boundary, cue.entry.lemma),
            (named.cut_class, boundary, where, coarse, second),
            (named.cut_fine, boundary, fine),
            (named.cut_classes, boundary, inner, coarse),
        ]
        if where == "later" or boundary == "closes":
            closed = quotations.closing.get(k)
            if closed is not None:
                q = quotations.all[closed]
                wide = q.last - q.first
                quoted = "1" if wide == 1 else "2-3" if wide < 4 else "4-7" if wide < 8 else "8+"
                tight = k + 1 < len(text) and text.word[k + 1][0].isalnum()
                facts.append((named.cut_closes, quoted, where, kind, tight, following))
        if readings:
            r = readings[0]
            facts += [
                (named.cut_cue, boundary, where, r.form.shape, r.entry.strength, r.conjunction, r.definite),
                (named.cut_cue_lemma, r.entry.lemma, r.form.shape),
            ]
        elif form:
            facts.append((named.cut_letter, boundary, where, form[0]))
        return facts

    # ---- content before the cue

    def before(self, cue: Occurrence) -> tuple[int, list[Start]]:
        """The end of the content that stands before an attribution, and candidates for its beginning, nearest first."""
        text, layout = self.text, self.layout
        quotations = layout.quotations
        _, j = self._back(cue)
        last = self.trim(0, j)
        if last and text.form[last - 1] in self._subordinators and last - 1 > layout.first[cue.at]:
            last = self.trim(0, last - 1)
        if last == 0:
            return 0, []
        opened = -1
        for mark in (last, last + 1):
            if mark in quotations.closing:
                opened = quotations.closing[mark]
        low = layout.first[last - 1]
        # The content may have ended its own sentence or line.
        found: list[Start] = []
        k = last - 1
        floor = max(0, last - _LONGEST)
        commas = 0
        while k >= floor and len(found) < _ENDS:
            boundary = ""
            if opened >= 0 and k == quotations.all[opened].first:
                boundary = "opens"
            elif k == 0 or k == low:
                boundary = "sentence"
            elif text.word[k - 1] in self._commas:
                boundary = "comma"
            elif text.word[k - 1] in self._brackets:
                boundary = "dash"
            elif text.form[k - 1] in self._subordinators or text.form[k - 1] in self._that:
                boundary = "subordinator"
            elif text.form[k] in self._that_pronoun:
                boundary = "that+"
            elif k - 1 in quotations.opening or k - 1 in quotations.closing:
                boundary = "mark"
            if boundary and text.word[k][0].isalnum():
                length = last - k
                size = (
                    "1-2"
                    if length < 3
                    else "3-5"
                    if length < 6
                    else "6-9"
                    if length < 10
                    else "10-19"
                    if length < 20
                    else "20-39"
                    if length < 40
                    else "40+"
                )
                own = (
                    "own" if opened >= 0 and k >= quotations.all[opened].first else "quoted" if opened >= 0 else "none"
                )
                fine, coarse = self.classes[k]
                joined = text.form[k][0] in self._conjunctions
                found.append(
                    Start(
                        boundary,
                        k,
                        k,
                        [
                            (named.first, boundary, own, size, min(commas, 3), self.kind[k], cue.shape, joined),
                            (named.first_words, boundary, text.form[k - 1] if k else "", text.form[k]),
                            (named.first_classes, boundary, self.classes[k - 1][1], coarse, fine),
                        ],
                    )
                )
            if text.word[k - 1] in self._commas:
                commas += 1
            if k == low and (opened < 0 or k <= quotations.all[opened].first):
                break
            if k == low and k > 0:
                low = layout.first[k - 1]
            if k > 0 and text.word[k - 1] == "\n" and opened < 0:
                break
            k -= 1
        return last, found
