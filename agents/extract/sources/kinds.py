"""What kind of source a phrase is that names no person: a body, a country, an office, somebody without a name …

The tables of nouns (names.py: `describe`) know the kinds of most heads. What they do not know is weighed here by a
log-linear model of the words of the phrase, learned from the same annotations as the rest; it may also tell that an
office is a person's whom the article names elsewhere. Its weights are in lexicon/sources.tsv.gz, by train_sources.py.
"""

from __future__ import annotations

from agents.extract.lexicon.classes import word_classes
from agents.extract.model import weigh
from agents.extract.phrases import gazetteer as g
from agents.extract.phrases.gazetteer import word
from agents.extract.phrases.sorts import sort
from agents.extract.report import KINDS, Kind
from agents.extract.source_tables import kind_weights
from agents.extract.sources.coreference import Article
from agents.extract.sources.names import Source

# So many people before a phrase and after it may be whom it means; so many words around their names tell who they are.
_BEFORE, _AFTER, _EARLIER, _LATER = 20, 5, 4, 9


def features(article: Article, source: Source) -> list[str]:
    """What is known of a phrase that may tell its kind."""
    text, (first, last) = article.text, source.span
    head, kind = word(text.word[first]), source.kind
    lemma, what, size = source.head or head.base, sort(text.word[first]), min(last - first, 4)
    fine, coarse = word_classes()[text.form[first]]
    second = text.form[first + 1] if last - first > 1 else ""
    then = sort(text.word[first + 1]) if second else "end"
    ending, number, definite = text.form[first][-2:], source.number, source.definite
    people, meant = min(len(article.people), 4), _is_meant(article, source)
    return [
        kind,
        f"{kind} {lemma}",
        f"{lemma}",
        f"{lemma} {number} {definite}",
        f"{lemma} then {then}",
        f"{kind} {what} {then}",
        f"{kind} {what} {definite} {size}",
        f"{kind} {number} {definite} {size}",
        f"{kind} fine {fine}",
        f"fine {fine} {number} {definite}",
        f"class {coarse} {definite}",
        f"{kind} ending {ending} {definite}",
        f"{kind} first {text.form[first]} {size == 1}",
        f"{kind} second {second}",
        f"{kind} second fine {word_classes()[second][0] if second else ''}",
        f"{kind} last fine {word_classes()[text.form[last - 1]][0]}",
        f"{kind} among {people} {definite} {size}",
        f"{kind} {what} among {people} {definite}",
        f"{kind} meant {meant} {definite}",
        f"{kind} {what} meant {meant} {definite} {size}",
        f"{lemma} meant {meant}",
        f"{kind} gender {source.gender} {number}",
        f"{kind} marked {bool(head.classes & g.MARK)} {size}",
    ]


def kind(article: Article, source: Source) -> Kind:
    """The likeliest kind; that of the tables without weights."""
    likely = dict(zip(KINDS, weigh(features(article, source), kind_weights()), strict=False))
    if not article.people and source.kind != "person":
        likely.pop("person", None)  # an office is a person's only where the article names one
    return max(likely, key=lambda kind: likely[kind], default=source.kind)


def _is_meant(article: Article, source: Source) -> str:
    """Whether the first word of a phrase stands beside the name of a person, before the phrase or after it."""
    at = source.span[0]
    wanted = word(article.text.word[at]).base
    for person in reversed(article.people_near(at, _BEFORE, _AFTER)):
        if any(word(article.text.word[i]).base == wanted for i in article.around(person, _EARLIER, _LATER) if i != at):
            return "before" if person.span[0] < at else "after"
    return ""
