"""Content that stands before its cue (…، بحسب الشرطة): whether a cue looks back, and where such content begins."""

from __future__ import annotations

from agents.extract.contents import features as named
from agents.extract.contents.candidates import Start
from agents.extract.contents.cues import Occurrence
from agents.extract.contents.ranges import Ranges
from agents.extract.contents.tokens import Tokens
from agents.extract.model import Facts

# How far back, in tokens, content is looked for, and how many candidates are weighed.
_LONGEST = 260
_MOST = 40
# An attribution of so many tokens has no content of its own.
_BRIEF = 5
# Within so many tokens behind its cue a quotation is taken up again.
_RESUMED = 25
# Behind a cue set into its content so many tokens of it follow at least.
_LEAST = 3
# How long, in tokens, the content is, and what the sentence has before and behind the cue.
_SIZE, _BEFORE, _REST = Ranges(2, 5, 9, 19, 39), Ranges(3, 6, 12), Ranges(4, 9, 19)


class Preceding:
    """Finds and describes contents before their cues in one text."""

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.layout = tokens.layout
        self.text = tokens.text

    def join(self, cue: Occurrence) -> tuple[str, int]:
        """What joins the cue to what stands before it, and the first token of that join."""
        text, at = self.text, cue.at
        j = at
        join = "bare"
        one = text.form[at - 1] if at else ""
        two = f"{text.form[at - 2]} {one}" if at > 1 else ""
        if one in self.tokens.likewise:
            # At the head of a sentence it adds to what went before (كما انتقد …) and compares nothing; behind a comma,
            # where nothing more is said, it tells who says so (…، كما يوضح صاحب متجر.).
            if at - 1 != self.layout.first[at]:
                brief = self.layout.last[at] - at <= _BRIEF and self.tokens.kind[at - 2] == "comma"
                join, j = "according" if brief else "as", at - 1
        elif one in self.tokens.as_words:
            join, j = "according", at - 1
        elif two in self.tokens.as_words:
            join, j = "according", at - 2
        elif two in self.tokens.that_which:
            join, j = "that which", at - 2
        elif one in self.tokens.source_what and at > 1:
            join, j = "source what", at - 1
            for r in self.layout.readings[at - 2]:
                if r.form.shape == "attribution":
                    join, j = "according", at - 2
        elif (
            one in self.tokens.relative
            and cue.reading
            and cue.reading.pronoun
            and cue.shape == "finite"
            and at > 2
            and text.form[at - 2] in self.tokens.the_matter
        ):
            join, j = "the matter", at - 2
            if text.form[j - 1] in self.tokens.subordinators:
                j -= 1
        elif cue.shape == "attribution":
            join = "attribution"
        return join, j

    def follows(self, cue: Occurrence) -> bool:
        """Whether the cue may report what stands before it: it is joined to it by a word or set off from it."""
        join, j = self.join(cue)
        return j > 0 and (join != "bare" or self.tokens.kind[j - 1] in ("comma", "closes", "bracket", "stop", "line"))

    def facts(self, cue: Occurrence) -> list[Facts]:
        """What tells whether the cue's content stands before it."""
        text, layout, entry, at = self.text, self.layout, cue.entry, cue.at
        join, j = self.join(cue)
        prior = self.tokens.kind[j - 1]
        quoted = self.quoted(j)
        rest = _REST(layout.last[at] - at)
        initial = layout.first[at] == j
        shape = cue.shape
        pronoun = bool(cue.reading and cue.reading.pronoun)
        past = bool(cue.reading and cue.reading.form.past)
        after = self.tokens.kind[cue.span[1]]
        conjunction = bool(cue.reading and cue.reading.conjunction)
        return [
            (
                named.before_joined,
                "as" if join == "according" else join,
                prior,
                after,
                conjunction,
                initial,
                rest,
                past,
                bool(quoted),
            ),
            (named.before_cue, shape, entry.strength, join, bool(quoted), pronoun, text.line[at] == 0),
            (named.before_lemma, entry.lemma),
            (named.before_quoted, quoted, join, shape, entry.strength),
        ]

    def quoted(self, j: int) -> str:
        """How long the quotation is that closes right before token j, and whether it is a sentence; empty for none."""
        closing = self.layout.quotations.closing
        mark = j - 2 if self.tokens.kind[j - 1] == "comma" else j - 1
        if mark not in closing:
            return ""
        quotation = self.layout.quotations.all[closing[mark]]
        size = quotation.last - quotation.first
        length = "1" if size == 1 else "2-3" if size < 4 else "4+"
        return f"{length} {quotation.open <= self.layout.first[quotation.open]}"

    def around(self, cue: Occurrence, phrase: int) -> Start | None:
        """The beginning of what goes on behind a cue set into its own content (…، بحسب الشرطة، …), if anything does.

        `phrase`: where the words that may name the source end.
        """
        text, layout, at = self.text, self.layout, cue.at
        join, j = self.join(cue)
        resumed = self._resumed(cue, j)
        first = self.tokens.skip_marks(resumed or phrase)
        rest = layout.last[at] - first
        low = layout.first[at]
        if join in ("that which", "the matter") or j <= low or rest < _LEAST or text.line[at] == 0:
            return None
        prior, after = self.tokens.kind[j - 1], "resumed" if resumed else self.tokens.kind[phrase]
        what = self.tokens.kind[first]
        size = _BEFORE(j - low)
        verb = any(self.tokens.verbal(k) for k in range(low, j))
        fine, coarse = self.tokens.classes[first]
        return Start(
            "around",
            first,
            at,
            [
                (named.around, join, prior, after, what, size, verb, cue.shape, rest < 8),
                (named.around_class, after, coarse, fine, text.form[first]),
            ],
        )

    def _resumed(self, cue: Occurrence, j: int) -> int | None:
        """The mark that opens, behind the cue, the quotation that closed before token j («…»، قال الوزير، «…»)."""
        if self.quoted(j):
            end = cue.span[1]
            for k in range(end, min(end + _RESUMED, self.layout.last[cue.at])):
                if k in self.layout.quotations.opening:
                    return k if self.tokens.kind[k - 1] == "comma" else None
        return None

    def starts(self, cue: Occurrence) -> tuple[int, list[Start]]:
        """The end of the content that stands before an attribution, and candidates for its beginning, nearest first."""
        text, layout = self.text, self.layout
        quotations = layout.quotations
        _, j = self.join(cue)
        last = self.tokens.trim(0, j)
        if last and text.form[last - 1] in self.tokens.subordinators and last - 1 > layout.first[cue.at]:
            last = self.tokens.trim(0, last - 1)
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
        while k >= floor and len(found) < _MOST:
            boundary = ""
            if opened >= 0 and k == quotations.all[opened].first:
                boundary = "opens"
            elif k == 0 or k == low:
                boundary = "sentence"
            elif text.word[k - 1] in self.tokens.commas:
                boundary = "comma"
            elif text.word[k - 1] in self.tokens.brackets:
                boundary = "dash"
            elif text.form[k - 1] in self.tokens.subordinators or text.form[k - 1] in self.tokens.that:
                boundary = "subordinator"
            elif text.form[k] in self.tokens.that_pronoun:
                boundary = "that+"
            elif k - 1 in quotations.opening or k - 1 in quotations.closing:
                boundary = "mark"
            if boundary and text.wordlike[k]:
                size = _SIZE(last - k)
                own = (
                    "own" if opened >= 0 and k >= quotations.all[opened].first else "quoted" if opened >= 0 else "none"
                )
                fine, coarse = self.tokens.classes[k]
                joined = text.form[k][0] in self.tokens.conjunctions
                found.append(
                    Start(
                        boundary,
                        k,
                        k,
                        [
                            (named.first, boundary, own, size, min(commas, 3), self.tokens.kind[k], cue.shape, joined),
                            (named.first_words, boundary, text.form[k - 1] if k else "", text.form[k]),
                            (named.first_classes, boundary, self.tokens.classes[k - 1][1], coarse, fine),
                        ],
                    )
                )
            if text.word[k - 1] in self.tokens.commas:
                commas += 1
            if k == low and (opened < 0 or k <= quotations.all[opened].first):
                break
            if k == low and k > 0:
                low = layout.first[k - 1]
            if k > 0 and text.word[k - 1] == "\n" and opened < 0:
                break
            k -= 1
        return last, found
