"""The archive in both databases: what goes in, what is news, what comes out, in which order."""

from __future__ import annotations

import asyncio
import shutil
from datetime import timedelta
from importlib.resources import files
from pathlib import Path

import msgspec
import pytest

from agents.serve.archive import Archive, archive
from agents.serve.archive.writing import Arrived, Batch, BehindError
from agents.serve.filters import Filter, microseconds
from agents.serve.position import Position
from streams.records import Feed, Statement, encode
from streams.settings import Settings
from tests.serve.examples import NOON, article, statement


def batch(*statements: Statement, part: int = 0, first: int = 0, sequence: int | None = None) -> Batch:
    """A batch of statements as they stand on one partition from offset `first` on."""
    offsets = range(first, first + len(statements))
    found = [
        Arrived(part, off, f"{off if sequence is None else sequence + off - first:020}", s)
        for off, s in zip(offsets, statements, strict=True)
    ]
    return Batch(statements=found, positions={("statements", part): first + len(statements)})


async def listed(archive: Archive, **said: object) -> list[str]:
    """The ids of what a filter finds, through pages of two."""
    found, before = list[str](), None
    while True:
        page = await archive.statements(Filter(**said).compiled(), before, 2)  # type: ignore[arg-type]
        found += [msgspec.json.decode(record, type=Statement).statement_id for record in page.records]
        before = page.next
        if before is None:
            return found


async def test_what_is_written_can_be_asked_for(empty: Archive) -> None:
    one, two = statement(), statement(act="deny")
    news = await empty.write(batch(one, two))
    assert [event.candidate.statement for event in news] == [one, two]
    assert await listed(empty) == [two.statement_id, one.statement_id]
    assert await empty.statement(one.statement_id) == encode(one)
    assert await empty.statement("none") is None
    assert await empty.position() == Position((2,))


async def test_a_statement_sent_again_is_no_news(empty: Archive) -> None:
    one = statement()
    await empty.write(batch(one))
    later = msgspec.structs.replace(one, extracted_at=one.extracted_at + timedelta(hours=1))
    assert await empty.write(batch(later, first=1)) == []
    assert await empty.write(batch(one, first=2, sequence=0)) == []
    assert await listed(empty) == [one.statement_id]
    assert await empty.position() == Position((3,))


async def test_a_retraction_hides_and_what_was_sent_before_it_stays_hidden(empty: Archive) -> None:
    one = statement(name="رامي نصار")
    gone = msgspec.structs.replace(one, status="retracted")
    await empty.write(batch(one, gone))
    assert [event.candidate.statement.status for event in await empty.write(batch(one, first=2, sequence=0))] == []
    assert await listed(empty) == []
    assert await listed(empty, q="نصار") == []
    assert await listed(empty, status="retracted") == [one.statement_id]
    assert await listed(empty, q="نصار", status="any") == [one.statement_id]
    assert await empty.speakers("", (), None, 10) == []
    # An edit taken back is told again.
    (back,) = await empty.write(batch(one, first=3))
    assert back.candidate.statement.status == "new"
    assert await listed(empty) == [one.statement_id]


async def test_another_server_hears_what_the_shared_archive_has(empty: Archive) -> None:
    one, two = statement(), statement()
    await empty.write(batch(one, two))
    assert [event.offset for event in await empty.write(batch(one, two))] == [0, 1]
    gone = msgspec.structs.replace(one, status="retracted")
    await empty.write(batch(gone, first=2))
    assert [event.offset for event in await empty.write(batch(one, two, gone))] == [1, 2]
    assert await empty.position() == Position((3,))


async def test_a_changed_statement_is_replaced_and_found_by_its_new_words(empty: Archive) -> None:
    one = statement("الاتفاق قريب")
    await empty.write(batch(one))
    edited = msgspec.structs.replace(one, content="الهدنة بعيدة", published_at=one.published_at + timedelta(hours=5))
    await empty.write(batch(edited, first=1))
    assert await listed(empty, q="اتفاق") == []
    assert await listed(empty, q="هدنة") == [one.statement_id]
    assert await listed(empty, from_=(NOON + timedelta(hours=5)).isoformat()) == [one.statement_id]


async def test_statements_of_one_second_keep_an_order_of_their_own(empty: Archive) -> None:
    same = [statement(published_at=NOON, article_id="a", start=start) for start in (300, 10, 10, 10, 200)]
    others = [statement(published_at=NOON, article_id="b") for _ in range(3)]
    await empty.write(batch(*same, *others))
    found = await listed(empty)
    assert len(found) == len(set(found)) == 8
    in_a = [s for s in found if s in {one.statement_id for one in same}]
    assert in_a[-1] == same[0].statement_id
    assert in_a[-2] == same[4].statement_id


async def test_an_article_has_its_statements_in_the_order_of_the_text(empty: Archive) -> None:
    later, earlier = (statement(article_id="a", start=start, published_at=NOON) for start in (90, 20))
    gone = statement(article_id="a", status="retracted")
    await empty.write(batch(later, earlier, gone))
    assert await empty.article("a") is None
    await empty.write(Batch(articles=[("2", article("a", "new")), ("1", article("a", "old"))]))
    found = await empty.article("a")
    assert found is not None
    assert b'"text":"new"' in found[0]
    assert found[1] == [encode(earlier), encode(later)]


async def test_a_speaker_is_found_by_the_first_letters_of_a_name_that_was_torn(empty: Archive) -> None:
    await empty.write(batch(statement(name="سامي البحراوي"), statement(name="ليلى العمران")))
    for beginning in ("البحر*", "بحرا*", "سامي البحر*", "البحراوي*"):
        assert [s.name for s in await empty.speakers(beginning, (), None, 10)] == ["سامي البحراوي"], beginning
    assert [s.name for s in await empty.speakers("ليل*", (), None, 10)] == ["ليلى العمران"]


async def test_speakers_are_counted(empty: Archive) -> None:
    spoke = [statement(name=name) for name in ("هالة عمران", "هالة عمران", "سامر درويش")]
    await empty.write(batch(*spoke, statement(name=None)))
    found = await empty.speakers("", (), None, 10)
    assert [(s.name, s.statements) for s in found] == [("هالة عمران", 2), ("سامر درويش", 1)]
    assert (found[0].first_at, found[0].last_at) == (spoke[0].published_at, spoke[1].published_at)
    assert [s.name for s in await empty.speakers("عُمران هاله", (), None, 10)] == ["هالة عمران"]
    assert [s.name for s in await empty.speakers("درو*", (), None, 10)] == ["سامر درويش"]
    assert [s.name for s in await empty.speakers("", (), (2, found[0].id), 10)] == ["سامر درويش"]
    assert await empty.speakers("", ("office",), None, 10) == []
    assert [(o.outlet, o.statements) for o in await empty.outlets()] == [("صحيفة المثال", 4)]


async def test_what_came_after_a_position(empty: Archive) -> None:
    left, right = [statement() for _ in range(5)], [statement() for _ in range(4)]
    await empty.write(batch(*left))
    await empty.write(batch(*right, part=1))
    everything = Filter().compiled("any")
    position, seen = Position((2,)), list[str]()
    while True:
        replay = await empty.after(position, everything, 3)
        seen += [event.candidate.statement.statement_id for event in replay.events]
        position = replay.position
        if replay.complete:
            break
    assert seen == [s.statement_id for s in (*left[2:], *right)]
    assert position == Position((5, 4))
    none = await empty.after(Position((9, 9)), everything, 3)
    assert (none.events, none.position) == ([], Position((9, 9)))


async def test_feeds_come_change_and_go(empty: Archive) -> None:
    feed = Feed(url="https://outlet.example/feed", outlet="صحيفة المثال")
    await empty.write(Batch(feeds={feed.url: feed, "https://gone.example": None}, articles=[("1", article("a"))]))
    (row,) = await empty.feeds()
    assert row == (feed.url, encode(feed), None, 1, microseconds(NOON))
    await empty.write(Batch(feeds={feed.url: None}))
    assert await empty.feeds() == []


async def test_a_topic_made_again_is_read_again(empty: Archive) -> None:
    one = statement()
    await empty.write(batch(one, sequence=500))
    await empty.forget([("statements", 0)])
    assert await empty.position() == Position()
    gone = msgspec.structs.replace(one, status="retracted")
    await empty.write(batch(gone))
    assert await listed(empty) == []


@pytest.mark.parametrize("topic", ["feeds", "alerts", "articles"])
async def test_another_topic_made_again_leaves_statements_where_they_stand(empty: Archive, topic: str) -> None:
    one, two = statement(), statement()
    await empty.write(batch(one, two))
    await empty.forget([(topic, 0)])
    assert await empty.position() == Position((2,))
    ((event,), position, _) = await empty.after(Position((1,)), Filter().compiled("any"), 10)
    assert (event.candidate.statement, position) == (two, Position((2,)))


async def test_a_question_that_nobody_waits_for_any_more_holds_up_nobody(empty: Archive) -> None:
    seconds = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000000) SELECT max(i) FROM n"

    async def ask() -> None:
        async with empty.database.reading() as db:
            await db.fetch(seconds)

    asked = [asyncio.create_task(ask()) for _ in range(8)]
    await asyncio.sleep(0.2)
    for one in asked:
        one.cancel()
    async with asyncio.timeout(3):
        await empty.sizes()
        await asyncio.wait(asked)


async def test_nothing_is_written_beyond_a_gap(empty: Archive) -> None:
    one, two = statement(), statement()
    await empty.write(batch(one))
    beyond = batch(two, first=2)
    beyond.since["statements", 0] = 2
    with pytest.raises(BehindError, match="behind"):
        await empty.write(beyond)
    assert await listed(empty) == [one.statement_id]
    beyond.since["statements", 0] = 1  # the other may have been compacted away
    await empty.write(beyond)
    assert await empty.position() == Position((3,))


@pytest.mark.parametrize(
    "name", ["agents.serve/words.py", "streams/arabic.py", "streams/proclitics.py", "streams/whole.tsv"]
)
async def test_other_rules_of_words_than_those_it_was_made_by_are_told(
    stored: Settings, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with archive(stored):
        pass
    for source in ("agents.serve", "streams"):
        shutil.copytree(str(files(source)), tmp_path / source)
    with (tmp_path / name).open("a") as rules:
        rules.write("# other rules")
    monkeypatch.setattr("agents.serve.archive.files", lambda package: tmp_path / package)
    caplog.clear()
    async with archive(stored):
        assert "were indexed by other rules" in caplog.text


async def test_it_is_there_after_a_restart(stored: Settings) -> None:
    one = statement("الهدنة بعيدة")
    async with archive(stored) as first:
        await first.write(batch(one))
    async with archive(stored) as second:
        assert await listed(second, q="هدنه") == [one.statement_id]
        assert await second.positions() == {("statements", 0): 1}


@pytest.mark.parametrize("wrong", ["abc", "kcQ", "k8//////////8", "ks4BAg", "x" * 90, "-1", "٣"])
def test_a_cursor_that_nobody_wrote(wrong: str) -> None:
    from agents.serve.position import Number, read_cursor

    with pytest.raises(ValueError, match="cursor"):
        read_cursor(wrong, tuple[Number])
