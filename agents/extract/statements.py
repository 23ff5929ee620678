"""What the engine found in an article, as statements for the stream; and what changes when the article is edited."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import msgspec

from agents.extract.engine import Extracted, extract
from agents.extract.version import ENGINE
from streams.identity import identity
from streams.records import Article, Cue, Mention, Speaker, Statement

_ARABIC = "ar"
# Characters: two hundred times an article. What goes beyond is a dump, whose statements would burst a table's row.
_LONGEST = 300_000


class Told(msgspec.Struct):
    """What was last told of an article: which revision, its statements, packed, and the engine that found them."""

    revision: str
    packed: bytes
    engine: str = ""

    @classmethod
    def of(cls, revision: str, statements: Sequence[Statement]) -> Told:
        """The row for `statements`, found by this engine."""
        return cls(revision, zlib.compress(msgspec.msgpack.encode(statements)), ENGINE)

    def covers(self, article: Article) -> bool:
        """Whether there is nothing more to find: this very text, by this very engine."""
        return self.revision == article.revision and self.engine == ENGINE

    @property
    def statements(self) -> list[Statement]:
        """The statements themselves."""
        return msgspec.msgpack.decode(zlib.decompress(self.packed), type=list[Statement])


def is_arabic(article: Article) -> bool:
    """Whether the engine knows the article's language."""
    return article.language.partition("-")[0] == _ARABIC


def statements(article: Article, now: datetime) -> list[Statement]:
    """The statements of `article`, extracted at `now`; none when it is not in Arabic.

    Those of its first 300,000 characters, if it is longer than that. A statement's id names the article, the speaker,
    the cue and the content, and counts those that have all of these the same: an edit elsewhere leaves it as it is,
    and so does another run.
    """
    if not is_arabic(article):
        return []
    found = extract(article.text[:_LONGEST], article.published_at)
    ids = _ids(article, found)
    return [
        Statement(
            statement_id=ids[one.id],
            article_id=article.article_id,
            revision=article.revision,
            status="new",
            outlet=article.outlet,
            url=article.url,
            published_at=article.published_at,
            extracted_at=now,
            headline=one.headline,
            content=one.words(article.text),
            content_spans=[(start, end) for start, end in one.content],
            cue=Cue(article.text[slice(*one.cue)], one.cue_lemma or "", *one.cue) if one.cue else None,
            speaker=Speaker(
                name=one.speaker,
                id=one.speaker_id,
                kind=one.kind,
                mention=Mention(article.text[slice(*one.mention)], *one.mention) if one.mention else None,
                resolved_by=one.resolved_by,
            ),
            via=one.via,
            form=one.form,
            act=one.act,
            parent=ids[one.parent] if one.parent else None,
            confidence=one.confidence,
            rule=one.rule,
            context=article.text[slice(*one.context)],
        )
        for one in found
    ]


def changes(before: Sequence[Statement], after: Sequence[Statement]) -> tuple[list[Statement], list[Statement]]:
    """What to tell when an article that had the statements `before` has those `after`; and what stands from then on.

    Those that are gone are told as retracted, the rest of their record as it was; new ones as new. One that stays is
    not told again, unless it is understood otherwise now: its record stands, with the revision that its offsets index.
    """
    then = {statement.statement_id: statement for statement in before}
    now = {statement.statement_id: statement for statement in after}
    gone = [msgspec.structs.replace(s, status="retracted") for s in before if s.statement_id not in now]
    stay = {name for name in now if name in then and _meaning(now[name]) == _meaning(then[name])}
    new = [statement for name, statement in now.items() if name not in stay]
    return gone + new, [then[name] if name in stay else statement for name, statement in now.items()]


def _meaning(statement: Statement) -> tuple[object, ...]:
    """What the words around a statement decide about it."""
    return statement.speaker.id, statement.speaker.kind, statement.via, statement.form, statement.act, statement.parent


def _ids(article: Article, found: Sequence[Extracted]) -> dict[str, str]:
    """The engine's ids, which number the statements of a text, to ids that last."""
    ids: dict[str, str] = {}
    seen: Counter[tuple[str | None, str | None, str]] = Counter()
    for one in found:
        words = (one.speaker, article.text[slice(*one.cue)] if one.cue else None, one.words(article.text))
        seen[words] += 1
        ids[one.id] = identity(article.article_id, *words, seen[words])
    return ids
