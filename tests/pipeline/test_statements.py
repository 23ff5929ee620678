"""What the engine finds, as records: exact, deterministic, and told once over any number of edits."""

from __future__ import annotations

from datetime import timedelta

import msgspec
from hypothesis import given, settings
from prometheus_client import REGISTRY

from agents.extract.agent import tell
from agents.extract.statements import Told, changes, statements
from streams.records import Statement
from tests.pipeline.articles import FIRST, NOW, OTHER, SECOND, TEXTS, THIRD, an_article


def ids(found: list[Statement]) -> set[str]:
    return {statement.statement_id for statement in found}


def test_a_statement_says_who_said_what_and_where() -> None:
    article = an_article(FIRST, SECOND, THIRD)
    found = {statement.content: statement for statement in statements(article, NOW)}
    quoted = next(statement for content, statement in found.items() if "المقاعد تكفي" in content)
    assert quoted.speaker.name == "سعاد الهواري"
    assert quoted.cue is not None
    assert quoted.cue.text == "وقالت"
    assert (quoted.revision, quoted.status, quoted.article_id) == (article.revision, "new", "a")
    assert SECOND.startswith(quoted.context[:20])
    carried = next(statement for content, statement in found.items() if "الدروس مجانية" in content)
    assert carried.speaker.name == "سعاد الهواري"


@settings(deadline=None)
@given(TEXTS)
def test_spans_slice_to_what_they_say(text: str) -> None:
    article = an_article(text)
    found = statements(article, NOW)
    for statement in found:
        assert statement.content == " … ".join(article.text[start:end] for start, end in statement.content_spans)
        assert statement.content.strip()
        for part in (statement.cue, statement.speaker.mention):
            assert part is None or part.text == article.text[part.start : part.end] != ""
        assert statement.context in article.text
        assert statement.parent is None or statement.parent in ids(found) - {statement.statement_id}
    assert len(ids(found)) == len(found)


@settings(deadline=None)
@given(TEXTS)
def test_another_run_says_the_same_but_for_its_time(text: str) -> None:
    article = an_article(text)
    again = statements(article, NOW + timedelta(hours=1))
    assert [msgspec.structs.replace(s, extracted_at=NOW) for s in again] == statements(article, NOW)


def counted() -> float:
    return REGISTRY.get_sample_value("tasrih_fetch_to_statement_seconds_count") or 0.0


async def test_how_long_it_took_is_measured_of_what_is_new_when_it_is_sent() -> None:
    first, edited, cut = an_article(FIRST, SECOND), an_article(FIRST, SECOND, OTHER), an_article(FIRST)
    before, told = counted(), await tell(first, None)
    assert told.row
    assert counted() == before, "nothing is sent yet"
    told.sent()
    assert counted() == before + 1
    by_another_engine = Told.of(first.revision, [])
    by_another_engine.engine = "another"
    for article, row, times in (
        (first, told.row, 0),
        (first, by_another_engine, 0),
        (cut, told.row, 0),  # only retractions
        (edited, told.row, 1),
    ):
        before, outcome = counted(), await tell(article, row)
        outcome.sent()
        assert counted() == before + times


def test_other_languages_have_no_statements() -> None:
    assert statements(an_article("The minister said that it works.", language="en"), NOW) == []
    assert statements(an_article(SECOND, language="ar-EG"), NOW) != []


def test_the_same_words_twice_are_two_statements() -> None:
    found = [s for s in statements(an_article(SECOND, FIRST, SECOND), NOW) if "المقاعد" in s.content]
    assert len(found) == len(ids(found)) == 2


def test_an_edit_retracts_what_is_gone_and_tells_what_is_new() -> None:
    before = statements(an_article(FIRST, SECOND, THIRD), NOW)
    after = statements(an_article(SECOND, THIRD, OTHER), NOW)
    told, standing = changes(before, after)
    retracted = [s for s in told if s.status == "retracted"]
    assert ids(retracted) == ids(before) - ids(after) != set()
    assert all(msgspec.structs.replace(s, status="new") in before for s in retracted)
    assert ids(told) - ids(retracted) == ids(after) - ids(before) != set()
    assert ids(standing) == ids(after)
    assert ids(before) & ids(after)
    assert changes(standing, after) == ([], standing)


def test_one_that_is_understood_otherwise_is_told_again() -> None:
    (one, *_) = before = statements(an_article(SECOND), NOW)
    after = [msgspec.structs.replace(one, act="deny"), *before[1:]]
    assert changes(before, after) == ([after[0]], after)


def test_the_row_keeps_every_word() -> None:
    found = statements(an_article(FIRST, SECOND, THIRD), NOW)
    row = msgspec.msgpack.decode(msgspec.msgpack.encode(Told.of("r", found)), type=Told)
    assert row.statements == found
