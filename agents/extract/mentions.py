"""The noun phrase that names a source: where it begins beside a cue, where it ends.

There is no tagger: a phrase is followed word by word, by what the tables know of each word (see `gazetteer.word`) and by
the grammar of definiteness. A head with no article goes on through its idafa chain to the first definite word; definite
adjectives follow a definite head; what is in no table may be a name.
"""

from __future__ import annotations

from functools import cache

from agents.extract import gazetteer as g
from agents.extract.gazetteer import Word, word
from agents.extract.lexicon import rows
from agents.extract.report import Span
from agents.extract.text import Text
from streams.arabic import fold

_COMMAS = frozenset("،,")
_QUOTES = frozenset("\"«»“”„‟'‘’`")
_LONGEST = 40


@cache
def _name_parts() -> dict[str, str]:
    return {fold(row["word"]): row["class"] for row in rows("name_parts.tsv")}


def noun_phrase(text: Text, first: int, stop: int) -> int:
    """The end (exclusive token) of the noun phrase that begins at token `first`; `first` itself when none does.

    Titles, the idafa chain, adjectives, complements that belong to the name, appositions and coordinated names are in;
    relative clauses, times and places are not. Never goes past `stop` nor over a line end.
    """
    stop = min(stop, first + _LONGEST, len(text))
    end, ended_as = _simple(text, first, stop, 0)
    if end == first:
        return first
    head = word(text.form[first])
    for _ in range(4):
        grown = _apposition(text, end, stop, ended_as, head) or _coordinated(text, end, stop, ended_as, head)
        if grown is None:
            break
        end, ended_as = grown
    return end


def _simple(text: Text, i: int, stop: int, depth: int) -> tuple[int, str]:
    """One noun phrase with no apposition: its end, and what it ended with: name, role, entity or noun ("" for none)."""
    if i >= stop:
        return i, ""
    w = word(text.form[i])
    if w.classes & g.BOUND and not w.classes & g.HEAD:
        return i, ""
    if w.classes & (g.MARK | g.NUMBER):
        if text.form[i] in _QUOTES and depth:
            return _quoted(text, i, stop), "entity"
        return i, ""
    known = g.entity(text, i, stop) if w.classes & g.PLACE else None
    if known:
        end = known[1]
        end = _adjectives(text, end, stop, w.definite or True)
        return _bracketed(text, end, stop), "entity"
    if w.classes & g.TITLE and not w.classes & (g.BODY | g.ROLE):
        return _titled(text, i, stop, depth)
    if w.classes & g.GIVEN or _maybe_name(w):
        end = _name(text, i, stop)
        return (end, "name") if end > i else (i, "")
    if w.definite:
        return _after_definite(text, i, i + 1, stop, w, depth)
    return _idafa(text, i, stop, w, depth)


def _titled(text: Text, i: int, stop: int, depth: int) -> tuple[int, str]:
    """A form of address, and the name or office after it; alone it is a noun (الشيخ)."""
    end = _adjectives(text, i + 1, stop, word(text.form[i]).definite)
    if end < stop and text.form[end] == "." and text.end[end - 1] == text.start[end]:
        end += 1
    if end < stop:
        after, kind = _simple(text, end, stop, depth)
        w = word(text.form[end])
        if after > end and (kind == "name" or w.classes & (g.ROLE | g.TITLE)):
            return after, kind
        if not word(text.form[i]).definite and after > end:
            return after, kind
    return end, "role"


def _idafa(text: Text, i: int, stop: int, head: Word, depth: int) -> tuple[int, str]:
    """A phrase whose head has no article: through the chain to its definite word, or to its indefinite adjective."""
    j = i + 1
    while j < stop:
        w = word(text.form[j])
        form = text.form[j]
        if w.clitic or w.classes & (g.BOUND | g.NUMBER):
            break
        if w.classes & g.MARK:
            if form in _QUOTES and head.classes & (g.BODY | g.MEDIA):
                end = _quoted(text, j, stop)
                if end > j:
                    return _after_definite(text, i, end, stop, head, depth)
            break
        known = g.entity(text, j, stop) if w.classes & g.PLACE else None
        if known:
            return _after_definite(text, i, known[1], stop, head, depth)
        if w.definite:
            return _after_definite(text, i, j + 1, stop, head, depth)
        if w.classes & g.NISBA and not w.classes & g.HEAD:
            j += 1
            while j < stop and word(text.form[j]).classes & g.NISBA and not word(text.form[j]).definite:
                j += 1
            return _after_definite(text, i, j, stop, head, depth, definite=False)
        if w.classes & (g.HEAD | g.ORDINARY | g.TITLE) and not w.classes & g.GIVEN:
            if j - i > 3:
                break
            j += 1
            continue
        if w.classes & g.GIVEN or _maybe_name(w):
            if head.classes & (g.BODY | g.MEDIA | g.ROLE | g.KIN | g.TITLE | g.SOURCE):
                end = _name(text, j, stop)
                return _after_definite(text, i, end, stop, head, depth, named=True)
            break
        break
    return _after_definite(text, i, j, stop, head, depth, definite=False)


def _after_definite(
    text: Text, i: int, j: int, stop: int, head: Word, depth: int, definite: bool = True, named: bool = False
) -> tuple[int, str]:
    """What may follow a complete noun: adjectives, complements of its head, and for a role the bearer's name."""
    personal = head.classes & (g.ROLE | g.TITLE | g.KIN | g.SOURCE)
    for _ in range(3):
        j = _adjectives(text, j, stop, definite)
        end = _complement(text, i, j, stop, head, depth)
        if end == j:
            break
        j = end
    j = _bracketed(text, j, stop)
    if personal and j < stop and not named:
        w = word(text.form[j])
        if w.classes & g.TITLE and not w.classes & g.BODY:
            end, kind = _titled(text, j, stop, depth + 1)
            if kind == "name":
                return end, "name"
        if not w.clitic and (w.classes & g.GIVEN or _maybe_name(w)) and not g.entity(text, j, stop):
            end = _name(text, j, stop)
            if end > j:
                return end, "name"
    if named:
        return j, "name"
    return j, "role" if personal else "noun"


def _adjectives(text: Text, j: int, stop: int, definite: bool) -> int:
    while j < stop:
        w = word(text.form[j])
        if definite and w.definite and w.classes & g.ADJECTIVE and w.clitic in ("", "و"):
            j += 1
        elif not definite and not w.definite and w.classes & g.NISBA and not w.clitic:
            j += 1
        else:
            break
    return j


def _complement(text: Text, i: int, j: int, stop: int, head: Word, depth: int) -> int:
    """The end of a complement that belongs to the name (باسم الحكومة، للأمم المتحدة، في الوزارة), else `j`."""
    if j >= stop or depth > 2 or head.noun is None:
        return j
    form, w = text.form[j], word(text.form[j])
    takes = head.noun.takes
    if form in takes and j + 1 < stop and (w.classes & g.PREPOSITION or not w.clitic or form not in "لب"):
        after = word(text.form[j + 1])
        if after.classes & (g.HEAD | g.PLACE) or after.definite or form not in ("في", "من"):
            if form in ("في", "من") and not after.classes & (g.BODY | g.PLACE | g.MEDIA):
                return j
            end, _ = _simple(text, j + 1, stop, depth + 1)
            return end if end > j + 1 else j
        return j
    if w.clitic in takes and not w.classes & g.BOUND:
        if w.classes & g.MEDIA and not head.classes & g.ROLE:
            return j
        if not (w.classes & (g.HEAD | g.PLACE | g.ORDINARY | g.GIVEN) or w.definite):
            return j
        known = g.entity(text, j, stop) if w.classes & g.PLACE else None
        if known:
            return known[1]
        if w.definite:
            return _adjectives(text, j + 1, stop, True)
        end, _ = _idafa(text, j, stop, w, depth + 1)
        return end
    return j


def _maybe_name(w: Word) -> bool:
    """No table knows it: in this place it may be a name."""
    known = g.HEAD | g.TITLE | g.ORDINARY | g.PLACE | g.BOUND | g.MARK | g.NUMBER | g.ADJECTIVE | g.NISBA
    return not w.classes & known and not w.definite and len(w.base) > 1


def _name(text: Text, i: int, stop: int) -> int:
    """The end of a person's name that begins at `i`."""
    parts = _name_parts()
    j, count = i, 0
    while j < stop and count < 7:
        form = text.form[j]
        part = parts.get(form)
        w = word(form)
        if part and j + 1 < stop and (part == "joins" or count):
            if word(text.form[j + 1]).classes & (g.MARK | g.NUMBER) or form in parts and text.form[j + 1] in parts and False:
                break
            if part == "joins":
                j += 2
            else:
                j += 1
            count += 1
            continue
        if w.classes & g.MARK:
            if form in ".-" and j + 1 < stop and count and len(text.form[j - 1]) <= 2 and text.start[j] == text.end[j - 1]:
                j += 1
                continue
            break
        if w.classes & (g.BOUND | g.NUMBER):
            break
        if j > i and w.clitic and not w.classes & g.GIVEN:
            break
        if w.classes & g.PLACE and g.entity(text, j, stop) and count:
            break
        if w.classes & g.GIVEN or (not w.definite and _maybe_name(w)) or (len(form) <= 2 and count):
            j += 1
            count += 1
            continue
        if w.definite and count and _surname(w):
            j += 1
            break
        break
    return j


def _surname(w: Word) -> bool:
    """A definite word that may end a name: none of the ordinary ones."""
    return not w.classes & (g.ORDINARY | g.HEAD | g.PLACE | g.TITLE) and (
        not w.classes & g.ADJECTIVE or (w.classes & g.NISBA and w.base not in g.demonyms())
    ) and not w.clitic


def _quoted(text: Text, i: int, stop: int) -> int:
    """The end of a short name in quotation marks that open at `i`, else `i`."""
    for j in range(i + 1, min(stop, i + 7)):
        if text.form[j] in _QUOTES:
            return j + 1 if j > i + 1 else i
        if text.form[j] in _COMMAS or text.form[j] in ".:\n":
            return i
    return i


def _bracketed(text: Text, j: int, stop: int) -> int:
    """Past a short aside in brackets at `j` (an acronym, a party), else `j`."""
    if j < stop and text.form[j] == "(":
        for k in range(j + 1, min(stop, j + 6)):
            if text.form[k] == ")":
                return k + 1
    return j


def _apposition(text: Text, end: int, stop: int, ended_as: str, head: Word) -> tuple[int, str] | None:
    """The name after a role or the role after a name, over a comma or none."""
    if end >= stop:
        return None
    comma = text.form[end] in _COMMAS
    k = end + 1 if comma else end
    if k >= stop:
        return None
    w = word(text.form[k])
    if w.clitic:
        return None
    if ended_as == "role" and comma:
        if w.classes & g.TITLE:
            after, kind = _titled(text, k, stop, 1)
            return (after, kind) if kind == "name" else None
        if (w.classes & g.GIVEN or _maybe_name(w)) and not w.classes & g.PLACE:
            after = _name(text, k, stop)
            if after > k and (after >= stop or text.form[after] in _COMMAS or word(text.form[after]).classes & (g.MARK | g.BOUND)):
                return after, "name"
        return None
    if ended_as == "name" and w.classes & (g.ROLE | g.SOURCE) and not w.classes & g.GIVEN:
        after, kind = _simple(text, k, stop, 1)
        if after > k and (comma or kind == "role"):
            return after, "person"
    return None


def _coordinated(text: Text, end: int, stop: int, ended_as: str, head: Word) -> tuple[int, str] | None:
    """A second phrase of the same kind, joined by و."""
    if end >= stop:
        return None
    w = word(text.form[end])
    if w.clitic != "و" and not (text.form[end][0] == "و" and len(text.form[end]) > 3 and _maybe_name(w) and ended_as == "name" and False):
        return None
    if ended_as == "entity" and w.classes & g.PLACE:
        known = g.entity(text, end, stop)
        if known:
            return _adjectives(text, known[1], stop, True), "entity"
    if ended_as == "name" and w.classes & g.GIVEN:
        after = _name(text, end, stop)
        return (after, "name") if after > end else None
    if head.noun is not None and w.noun is not None and not w.definite and w.noun.kind == head.noun.kind and not head.definite:
        after, kind = _idafa(text, end, stop, w, 1)
        return after, kind
    if w.definite and ended_as in ("noun", "role") and head.classes & (g.BODY | g.ROLE) and not head.definite and w.classes & g.ORDINARY:
        return _adjectives(text, end + 1, stop, True), ended_as
    return None


def subject(text: Text, first: int, stop: int) -> Span | None:
    """The source after a verb: the first noun phrase from token `first`, times and adverbs between passed over."""
    i = first
    while i < stop:
        w = word(text.form[i])
        if w.classes & (g.TIME | g.ADVERB):
            i += 1
            continue
        break
    end = noun_phrase(text, i, stop)
    return (i, end) if end > i else None
