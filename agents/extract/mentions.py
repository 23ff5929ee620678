"""The source beside a cue: the noun phrase after the verb, before it, before its relative pronoun, or none.

Arabic news puts the source after the verb (قال الوزير إن …), before it in headlines and after لكن or كان
(الوزير قال …), or makes it the antecedent of a relative clause (الوزارة التي أكدت …). The order of the rules below is
the order in which they are tried; each leaves its name in the trace.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from agents.extract import gazetteer as g
from agents.extract.gazetteer import Word, word
from agents.extract.layout import Layout
from agents.extract.lexicon import words as classes
from agents.extract.phrases import ACCUSATIVE, noun_phrase, phrase, quoted_name, subject, surname
from agents.extract.report import Cue, Report, Span
from agents.extract.text import Text
from streams.arabic import fold

__all__ = ["find_mention", "noun_phrase", "subject"]

# How far before a cue its source is looked for.
_REACH = 30
_AND = frozenset(map(fold, ("و", "ف")))


@dataclass(frozen=True, slots=True)
class Others:
    """The tokens of an article that are cues of reports, and those that are their contents."""

    cues: Container[int]
    told: Container[int]


NOBODY = Others(frozenset(), frozenset())


def find_mention(layout: Layout, report: Report, others: Others = NOBODY) -> Span | None:
    """The noun phrase beside the report's cue that names its source; None when the cue's form or a pronoun tells it.

    `others`: the article's other reports, whose sources and contents are theirs alone.
    Appends to `report.rule` where it was found. Never overlaps the content, unless the content lies around it.
    """
    cue = report.cue
    if cue is None:
        return None
    found, rule = _beside(layout, report, cue, others)
    if found and any(a < found[1] and found[0] < b for a, b in report.content):
        return None
    if found:
        report.rule.append(f"mention {rule}")
    return found


def _beside(layout: Layout, report: Report, cue: Cue, others: Others) -> tuple[Span | None, str]:
    text = layout.text
    if cue.shape == "colon":
        return _before_colon(layout, cue.span[0]), "before colon"
    stop = _after_bound(layout, report, cue)
    if cue.shape == "attribution":
        return _attributed(text, cue.span[1], stop), "attributed"
    told = _told_by(layout, cue, stop)
    if told:
        return told, "told by another"
    if cue.span[1] - cue.span[0] > 1:
        inside = _subject(text, cue.span[0] + 1, cue.span[1])
        if inside and _speaks(text, inside):
            return inside, "inside a light verb"
    if cue.pronoun and cue.shape in ("masdar", "noun"):
        return None, ""
    after_preposition = cue.span[0] > 0 and bool(word(text.word[cue.span[0] - 1]).classes & g.PREPOSITION)
    if cue.shape == "participle" and not after_preposition:
        return _governing(layout, cue, others)
    if cue.shape == "finite":
        found, rule = _preceding(layout, cue, others)
        # A verb in the plural has its subject before it, and so has one that follows its subject with nothing between.
        if found and rule == "before" and _adjacent(text, found[1], cue.span[0]) and _speaks(text, found):
            return found, rule
        after = _after(text, cue, stop) if cue.number in ("s", None) else None
        return (after, "after") if after else (found, rule)
    after = _after(text, cue, stop)
    if after:
        return after, "after"
    return _governing(layout, cue, others)


def _adjacent(text: Text, first: int, last: int) -> bool:
    return all(text.form[k] in classes()["auxiliary"] for k in range(first, last))


_PEOPLE = tuple(map(fold, ("ين", "ون", "ات")))
_ALEF, _TEH = fold("ا"), fold("ة")


def _governing(layout: Layout, cue: Cue, others: Others) -> tuple[Span | None, str]:
    """The subject of the verb that a participle goes with (ختم X قائلا), unless that verb is a report of its own."""
    text, i = layout.text, cue.span[0]
    first = max(layout.first[i], i - _GOVERNED)
    for j in range(i - 1, first - 1, -1):
        # Beyond a conjunction or a quotation stands what was said, not who says it.
        if (
            j in others.cues
            or word(text.word[j]).classes & (g.WHICH | g.THAT)
            or text.form[j] in classes()["quote-both"]
        ):
            break
        if j in others.told and i not in others.told:
            continue
        if any(r.form.shape == "finite" for r in layout.readings[j]) or word(text.word[j]).classes & g.VERB:
            found = _subject(text, j + 1, i)
            if found and not _speaks(text, found):
                continue
            if found:
                return (found, "governing verb") if _agrees(cue, text, found) else (None, "")
            found = _before(layout, j, first)
            return (found, "governing verb, before") if found and _opens_clause(layout, found[0]) else (None, "")
    return None, ""


_GOVERNED = 28
_SPEAKING = g.HEAD | g.TITLE | g.PLACE | g.GIVEN


def _speaks(text: Text, span: Span) -> bool:
    """The phrase names a person, body, country or document, and not just any thing."""
    return (
        bool(word(text.word[span[0]]).classes & (_SPEAKING | g.SOME | g.THIS))
        or phrase(text, span[0], span[1])[1] == "name"
    )


def _before_colon(layout: Layout, colon: int) -> Span | None:
    """What a headline's colon quotes: the phrase that ends there, or one with its audience (X لسكاي نيوز: …)."""
    text, first = layout.text, _line_start(layout.text, colon)
    found = _before(layout, colon, first)
    places = range(colon - 1, first - 1, -1)
    opening = next((i for i in places if _opens_clause(layout, i) and _head_of_line(text, i, first)), first)
    for i in range(first + 1, colon):
        # A verb in a headline follows its subject (X يستقبل Y: …), and the subject speaks.
        if word(text.word[i]).classes & g.VERB and text.form[i] not in classes()["auxiliary"]:
            doer = _before(layout, i, first)
            if doer and _opens_clause(layout, doer[0]):
                return doer
    end = noun_phrase(text, opening, colon)
    if opening < end < colon and _speaks(text, (opening, end)):
        after = word(text.word[end])
        if after.classes & (g.PREPOSITION | g.AFTER) or after.clitic or _tanwin(after) or ACCUSATIVE.match(after.base):
            return opening, end
    return found


def _head_of_line(text: Text, i: int, first: int) -> bool:
    """Token `i` begins the headline, or what follows a mark in it that parts two headlines (.. X: …)."""
    return i == first or text.form[i - 1] in classes()["stop"] | classes()["dash"]


def _line_start(text: Text, i: int) -> int:
    while i > 0 and text.line[i - 1] == text.line[i]:
        i -= 1
    return i


def _after_bound(layout: Layout, report: Report, cue: Cue) -> int:
    """Where a source after the cue must end: the content, or the sentence."""
    last = layout.last[cue.span[0]]
    for first, _ in report.content:
        if cue.span[1] <= first < last:
            return first
    return last


def _attributed(text: Text, i: int, stop: int) -> Span | None:
    """بحسب X، وفقا لـ X، نقلا عن X: a lone ل or عن between is passed over."""
    while i < stop and (text.form[i] in classes()["attributing"] or text.word[i] in classes()["dash"]):
        i += 1
    if i + 1 < stop and word(text.word[i]).base in classes()["utterance"] and noun_phrase(text, i + 1, stop) > i + 1:
        i += 1
    w = word(text.word[i]) if i < stop else None
    if w is None:
        return None
    end = noun_phrase(text, i, stop)
    if end == i:
        end = quoted_name(text, i, stop)
    if end > i and w.classes & g.DOCUMENT:
        author = _author(text, end, stop)
        if author:
            return author
    return (i, end) if end > i else None


def _author(text: Text, i: int, stop: int) -> Span | None:
    """Who issued the document before token `i` (لبيان صدر عن X، لتقرير نشرته X)."""
    if i + 1 >= stop:
        return None
    if text.form[i + 1] in classes()["from"] and text.form[i] in classes()["issued"]:
        return _subject(text, i + 2, stop)
    if word(text.word[i]).classes & g.VERB and text.form[i].endswith(_OBJECT):
        return _subject(text, i + 1, stop)
    return None


_OBJECT = tuple(map(fold, ("ه", "ها")))


def _subject(text: Text, first: int, stop: int) -> Span | None:
    """As `subject`, but no phrase with a preposition of its own, and a name in quotation marks too."""
    while first < stop and text.form[first] in classes()["resumptive"]:
        first += 1
    found = subject(text, first, stop)
    if found:
        w = word(text.word[found[0]])
        alone = found[1] == found[0] + 1 and not w.classes & (_SPEAKING | g.SOME) and not w.definite
        closed = found[1] >= stop or word(text.word[found[1]]).classes & (g.THAT | g.MARK | g.PREPOSITION)
        if alone and closed and (len(w.base) < 2 or (w.base.endswith((_ALEF, _TEH)) and w.classes & g.ORDINARY)):
            return None  # قالت مازحة: how, not who
        if w.clitic not in ("", *_AND) or (w.classes & g.PERHAPS and _tanwin(w)):
            return None
    if found is None and first < stop:
        end = quoted_name(text, first, stop)
        # After a verb, what looks like a second verb is a name that looks like one (قال هنت إن).
        if end == first and word(text.word[first]).classes & (g.VERB | g.PERHAPS) and first + 1 < stop:
            w = word(text.word[first])
            closed = word(text.word[first + 1]).classes & (g.THAT | g.MARK | g.PREPOSITION | g.AFTER)
            end = first + 1 if closed and not w.clitic and not w.base.endswith(_ALEF) else first
        return (first, end) if end > first else None
    return found


def _told_by(layout: Layout, cue: Cue, stop: int) -> Span | None:
    """نقلت رويترز عن X قوله، نُقل عن X: the source after عن, on either side of the cue."""
    text = layout.text
    i = cue.span[0]
    if cue.lemma in classes()["passing-on"]:
        for j in range(cue.span[1], min(stop, cue.span[1] + 14)):
            if text.form[j] in classes()["from"]:
                first = j + 2 if text.form[j + 1 : j + 2] and text.form[j + 1] in classes()["quote-both"] else j + 1
                end = noun_phrase(text, first, stop)
                return (first, end) if end > first else None
        return None
    if cue.pronoun or cue.shape == "participle":
        first = max(layout.first[i], i - _REACH)
        for j in range(i - 1, first - 1, -1):
            if text.form[j] in classes()["from"]:
                told = j + 2 if text.form[j + 1] in classes()["quote-both"] else j + 1
                end = noun_phrase(text, told, i)
                before = range(max(first, j - 12), j)
                if (
                    end > told
                    and end >= i - 8
                    and any(r.entry.lemma in classes()["passing-on"] for k in before for r in layout.readings[k])
                ):
                    return told, end
    return None


def _after(text: Text, cue: Cue, stop: int) -> Span | None:
    """The subject after its verb, or the author after a verbal noun; adjuncts between are passed over."""
    i = cue.span[1]
    while i < stop and (text.form[i] in classes()["comma"] or text.form[i] in classes()["resumptive"]):
        i += 1
    if cue.lemma in classes()["comes-in"] and i + 1 < stop and text.form[i] in classes()["in"]:
        end = noun_phrase(text, i + 1, stop)
        return (i + 1, end) if end > i + 1 else None
    if i + 2 < stop and text.forms(i, i + 2) in classes()["by-agent"]:
        i += 2
    found = _subject(text, i, stop)
    if found:
        # A masculine title may be a woman's (قالت وزير الدولة …), but what ends at the content may be its object.
        if found[1] < stop and word(text.word[found[1]]).classes & (g.THAT | g.MARK | g.PREPOSITION | g.AFTER | g.TIME):
            return found
        named_so = found[1] == found[0] + 1 and word(text.word[found[0]]).classes & g.GIVEN  # a company called كريم
        return _to_boundary(text, found, stop) if named_so or _agrees(cue, text, found) else None
    for _ in range(3):
        if i >= stop:
            return None
        w = word(text.word[i])
        if w.classes & (g.TIME | g.ADVERB | g.NUMBER) or text.form[i] in classes()["comma"]:
            i += 1
        elif w.classes & (g.PREPOSITION | g.AFTER) or (w.clitic and w.clitic not in _AND and not w.classes & g.BOUND):
            end = noun_phrase(text, i if w.clitic else i + 1, stop)
            if end <= i:
                return None
            i = end
        else:
            return None
        while i < stop and (
            word(text.word[i]).classes & (g.TIME | g.ADVERB | g.NUMBER) or text.form[i] in classes()["comma"]
        ):
            i += 1
        if i >= stop:
            return None
        if (
            word(text.word[i]).classes & (g.HEAD | g.TITLE | g.GIVEN | g.PLACE | g.SOME)
            and not word(text.word[i]).clitic
        ):
            end = noun_phrase(text, i, stop)
            if end > i and _agrees(cue, text, (i, end)):
                return _to_boundary(text, (i, end), stop)
    return None


def _to_boundary(text: Text, span: Span, stop: int, reach: int = 5) -> Span:
    """Unknown words between a source and the conjunction, mark, preposition or content after it belong to it."""
    end = span[1]
    while end < min(stop, span[1] + reach):
        w = word(text.word[end])
        if w.classes & (g.BOUND | g.MARK) or text.line[end] != text.line[span[0]]:
            break
        if (w.clitic and w.clitic not in _AND) or _tanwin(w) or w.base in classes()["period"]:
            break
        whole = word(text.word[end - 1]).definite or w.base.endswith(
            _PEOPLE
        )  # what is definite already takes no second noun
        if (
            (w.definite and whole and not surname(w))
            or w.classes & g.VERB
            or (w.classes & g.ORDINARY and w.base.endswith(_OBJECT))
        ):
            break
        if w.clitic and not w.classes & (g.HEAD | g.PLACE | g.GIVEN) and not w.definite:
            break
        if text.form[end][0] in classes()["proclitic"] and not w.classes & ~g.ORDINARY & ~g.PERHAPS:
            break
        end = max(end + 1, noun_phrase(text, end, stop) if w.classes & g.HEAD else 0)
    else:
        return (span[0], end) if end == stop else span
    return span[0], end


def _tanwin(w: Word) -> bool:
    """A participle or adverb in the accusative (متحديا), which tells how something was said and not by whom."""
    return bool(
        w.base.endswith(_ALEF)
        and (w.classes & g.PERHAPS or not w.classes)
        and not w.classes & (g.HEAD | g.GIVEN | g.PLACE)
    )


def _agrees(cue: Cue, text: Text, span: Span) -> bool:
    """A feminine verb has no subject that is plainly masculine, nor a plural one a singular before it."""
    if cue.shape not in ("finite", "participle"):
        return True
    if cue.person not in (3, None):
        return False
    gender = gender_of(text, span)
    # A verb before a plural of people may be either (قالت مصادر، قال متظاهرون), which gender_of leaves open.
    return gender is None or cue.gender is None or gender == cue.gender


def gender_of(text: Text, span: Span) -> str | None:
    """The gender of a phrase's head for its verb, where its word tells: m, f or None."""
    w = word(text.word[span[0]])
    if w.classes & (g.SOME | g.THIS | g.MARK):
        return None
    if w.classes & g.GIVEN:
        names = g.given_names()
        return names.get(w.base) or names.get(text.form[span[0]])
    if w.noun:
        if w.noun.number != "s":
            return None
        return w.noun.gender if w.noun.gender in ("m", "f") else None
    if w.definite and w.base.endswith(fold("ة")):
        return "f"
    return None


def _preceding(layout: Layout, cue: Cue, others: Others) -> tuple[Span | None, str]:
    """The source before its verb: X قال، لكن X قال، كان X قد قال، X الذي قال."""
    text, i = layout.text, cue.span[0]
    first = max(layout.first[i], i - _REACH)
    if _joined(text, cue):
        topic = next((k for k in range(first, i) if text.form[k] in classes()["as-for"]), None)
        if topic is not None and any(k in others.cues for k in range(topic, i)):
            return None, ""
        found = _before(layout, i, topic + 1) if topic is not None else None
        return found, "topic" if found else ""
    end = i
    if end > first and text.form[end - 1] in classes()["quote-both"] | classes()["quote-open"]:
        end -= 1
    while end > first and text.form[end - 1] in classes()["auxiliary"]:
        end -= 1
    relative = end > first and bool(word(text.word[end - 1]).classes & g.WHICH)
    if relative:
        end -= 1
        while end > first and text.form[end - 1] in classes()["auxiliary"]:
            end -= 1
    if relative and cue.pronoun:
        return None, ""  # the antecedent is the object (الاتهامات التي أعلنها)
    found = _before(layout, end, first)
    if found and _agrees(cue, text, found):
        whole = relative or _opens_clause(layout, found[0])
        if (
            whole
            and (not relative or _plural_agrees(cue, text, found))
            and (_speaks(text, found) or found[0] == layout.first[i])
        ):
            return found, "relative" if relative else "before"
        w = word(text.word[found[0]])
        if found[1] == i and w.classes & g.HEAD and not w.definite and not cue.pronoun:
            # An indefinite noun and its clause (جماعات تتهم …، بيانا قال فيه …): a document's words are its author's.
            if not w.classes & g.DOCUMENT:
                return found, "antecedent"
            governing, _ = _governing(layout, cue, others)
            return (governing, "author of the antecedent") if governing else (found, "antecedent")
    found = _over_aside(layout, cue, end, first)
    return found, "before, over an aside" if found else ""


def _over_aside(layout: Layout, cue: Cue, end: int, first: int) -> Span | None:
    """A source at the opening of the clause, with an apposition or relative clause between commas before its verb."""
    text = layout.text
    if end <= first + 2 or text.form[end - 1] not in classes()["comma"]:
        return None
    for i in range(end - 2, first - 1, -1):
        if not _opens_clause(layout, i) or word(text.word[i]).clitic not in ("", *_AND):
            continue
        reached, ending = phrase(text, i, end - 1)
        speaks = ending == "name" or word(text.word[i]).classes & _SPEAKING
        if (
            reached > i
            and reached < end - 1
            and text.form[reached] in classes()["comma"]
            and speaks
            and _agrees(cue, text, (i, reached))
        ):
            return i, reached
    return None


def _plural_agrees(cue: Cue, text: Text, span: Span) -> bool:
    """A verb in the plural has people for its subject."""
    noun = word(text.word[span[0]]).noun
    return cue.number in ("s", None) or noun is None or noun.number != "s" or bool(noun.kind & g.GROUP)


def _opens_clause(layout: Layout, i: int) -> bool:
    """Token `i` begins a clause: a sentence, or what follows a conjunction or a mark."""
    text = layout.text
    if i <= layout.first[i] or word(text.word[i]).clitic in _AND:
        return True
    before = word(text.word[i - 1]).classes
    return bool(before & (g.THAT | g.LINK | g.MARK | g.TIME | g.ADVERB))


def _joined(text: Text, cue: Cue) -> bool:
    """The verb begins with a conjunction of its own (وقال): no subject before it."""
    form, lemma = text.form[cue.span[0]], fold(cue.lemma)
    return form[0] in _AND and (form[0] != lemma[:1] or form[1:2] == form[0])


def _before(layout: Layout, end: int, first: int) -> Span | None:
    """The longest noun phrase of this clause that ends at `end`, commas and times between left out."""
    text = layout.text
    while end > first and (
        text.form[end - 1] in classes()["comma"] or word(text.word[end - 1]).classes & (g.TIME | g.ADVERB)
    ):
        end -= 1
    i = first
    best: Span | None = None
    while i < end:
        reached, ending = phrase(text, i, end)
        w = word(text.word[i])
        if reached == i and w.classes & g.MARK:
            reached = quoted_name(text, i, end)
            ending = "entity" if reached > i else ""
        if reached == end and ending and not (w.classes & g.PERHAPS and _tanwin(w)):
            best = (i, end)
            break
        # A phrase that falls short is passed over only where it cannot hold the source.
        i += 1
    return best
