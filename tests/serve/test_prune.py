"""What has grown old leaves the archive, in both databases, and nothing else does."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from pydantic import ValidationError
from typer.testing import CliRunner

from agents.serve.archive import Archive, archive, pruning
from agents.serve.archive.writing import Batch
from agents.serve.cli import archive as command
from agents.serve.filters import Filter
from streams.identity import identity
from streams.records import Alert, Statement
from streams.settings import Settings, span
from tests.serve.conftest import Serving
from tests.serve.examples import NOON, article, publish, statement
from tests.serve.test_archive import batch, listed

OLD, NEW = NOON - timedelta(days=100), NOON
CUT = NOON - timedelta(days=90)


def alert(matched: Statement) -> Alert:
    """An alert of the moment at which the statement was published."""
    return Alert(
        alert_id=identity(matched.statement_id), rule="one", channels=["desk"], statement=matched,
        matched_at=matched.published_at,
    )  # fmt: skip


async def filled(archive: Archive, old: int, new: int) -> list[Statement]:
    """Old and new statements in the archive, two to an article, with an alert each; the new ones."""
    made = [
        statement(
            f"الكلمة رقم {n}", name, published_at=at + timedelta(minutes=n), article_id=f"{name}-{n // 2}", outlet=name
        )
        for name, at, count in (("هالة", OLD, old), ("سامر", NEW, new))
        for n in range(count)
    ]
    told = batch(*made)
    told.articles = [
        ("1", msgspec.structs.replace(article(key), normalized_at=OLD if key.startswith("هالة") else NEW))
        for key in {s.article_id for s in made} | {"هالة-silent", "سامر-silent"}
    ]
    told.alerts = {one.alert_id: one for one in map(alert, made)}
    await archive.write(told)
    return made[old:]


async def test_the_old_goes_and_the_new_stays(empty: Archive) -> None:
    new = await filled(empty, old=7, new=4)
    old = Counter(statements=7, articles=5, alerts=7)
    assert await pruning.old(empty, CUT) == old
    assert await pruning.step(empty, CUT, 3) == Counter(statements=3, articles=0, alerts=3)
    assert await pruning.prune(empty, CUT) == old - Counter(statements=3, alerts=3)
    assert (await pruning.old(empty, CUT)).total() == 0
    assert await listed(empty) == [s.statement_id for s in reversed(new)]
    assert await listed(empty, q="الكلمة") == [s.statement_id for s in reversed(new)]
    assert await listed(empty, q="هالة") == []
    assert len(await empty.alerts((), None, 50)) == 4
    assert await empty.article("هالة-0") is None
    assert await empty.article("سامر-0") is not None
    assert await empty.article("سامر-silent") is not None
    assert [s.name for s in await empty.speakers("", (), None, 10)] == ["سامر"]
    assert [o.outlet for o in await empty.outlets()] == ["سامر"]
    assert (await empty.positions()) == {("statements", 0): 11}  # nothing is read again


async def test_what_is_counted_of_a_speaker_goes_down_with_it(empty: Archive) -> None:
    spoke = [statement(published_at=at) for at in (OLD, OLD + timedelta(days=20), NEW)]
    gone = statement(published_at=OLD, status="retracted")
    await empty.write(batch(*spoke, gone))
    assert await pruning.prune(empty, CUT) == Counter(statements=2)
    (speaker,) = await empty.speakers("", (), None, 10)
    assert (speaker.statements, speaker.first_at, speaker.last_at) == (2, spoke[1].published_at, NEW)
    assert await listed(empty, status="retracted") == []


async def test_an_article_stays_as_long_as_a_statement_of_it_does(empty: Archive) -> None:
    """Published in the future, says its outlet."""
    late = statement(article_id="a", published_at=NEW)
    await empty.write(batch(late))
    await empty.write(Batch(articles=[("1", msgspec.structs.replace(article("a"), normalized_at=OLD))]))
    assert (await pruning.prune(empty, CUT)).total() == 0
    assert await empty.article("a") is not None
    assert await pruning.prune(empty, NEW + timedelta(days=1)) == Counter(statements=1, articles=1)


async def test_a_statement_that_comes_again_after_it_went_is_there_again(empty: Archive) -> None:
    one = statement(published_at=OLD)
    await empty.write(batch(one))
    await pruning.prune(empty, CUT)
    await empty.write(batch(one, first=1))
    assert await listed(empty, q="المفاوضات") == [one.statement_id]


async def test_readers_and_what_comes_in_go_on_meanwhile(empty: Archive) -> None:
    await filled(empty, old=60, new=4)
    going = asyncio.create_task(pruning.prune(empty, CUT))
    later = [statement(published_at=NEW + timedelta(days=n + 1)) for n in range(5)]
    for n, one in enumerate(later):
        await empty.write(batch(one, first=100 + n))
        page = await empty.statements(Filter().compiled(), None, 2)
        assert msgspec.json.decode(page.records[0], type=Statement) == one
    assert (await going)["statements"] == 60
    assert len(await listed(empty)) == 9


async def test_sqlite_gives_the_room_back(settings: Settings) -> None:
    async with archive(settings) as opened:

        async def pages(which: str) -> int:
            async with opened.database.reading() as db:
                return int((await db.fetch(f"PRAGMA {which}_count"))[0][0])

        await opened.write(batch(*(statement(f"{n} " + "كلام طويل " * 200, published_at=OLD) for n in range(600))))
        before = await pages("page")
        await pruning.prune(opened, CUT)
        assert await pages("freelist") == 0
        assert await pages("page") < before / 3


async def test_what_nobody_foresaw_does_not_end_it(
    empty: Archive, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    original = pruning.step

    async def once(*_: object) -> Counter[str]:
        monkeypatch.setattr(pruning, "step", original)
        raise AttributeError("of a driver's own")

    await filled(empty, old=3, new=0)
    monkeypatch.setattr(pruning, "step", once)
    monkeypatch.setattr(pruning, "_AGAIN", 0.01)
    going = asyncio.create_task(pruning.pruning(empty, datetime.now(UTC) - CUT))
    async with asyncio.timeout(10):
        while await listed(empty):
            await asyncio.sleep(0.02)
    going.cancel()
    assert "AttributeError" in caplog.text


async def test_a_server_keeps_to_its_setting(topics: Settings, serving: Serving) -> None:
    await publish(topics, statement(published_at=OLD))
    async with serving(topics) as client:
        assert len((await client.get("/v1/statements"))["statements"]) == 1  # type: ignore[arg-type]
    async with serving(topics.model_copy(update={"archive_keep": "2w"})) as client:
        await client.until("/v1/statements", lambda body: body["statements"] == [])


@pytest.fixture
def run(stored: Settings, topics: Settings, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """For `tasrih archive …` on the test's database and corner of the broker."""
    for name in ("broker", "prefix", "partitions", "data_dir"):
        monkeypatch.setenv(f"TASRIH_{name.upper()}", str(getattr(topics, name)))
    monkeypatch.setenv("TASRIH_DATABASE_URL", stored.database_url)
    return CliRunner()


async def test_by_hand_it_says_first_what_would_go(stored: Settings, run: CliRunner) -> None:
    async with archive(stored) as opened:
        await filled(opened, old=7, new=4)

    keep = f"{(datetime.now(UTC) - CUT).days}d"

    async def said(*words: str, answer: str | None = None) -> str:
        done = await asyncio.to_thread(run.invoke, command, words, input=answer)
        return f"{done.exit_code} {done.output}"

    assert "7 statements, 5 articles, 7 alerts" in await said("prune", "--keep", keep, "--dry-run")
    assert (await said("prune", "--keep", keep, answer="n\n")).startswith("1 ")
    assert "--keep 90d" in await said("prune")
    assert "no length of time" in await said("prune", "--keep", "90 days")
    assert "taken out: 7 statements, 5 articles, 7 alerts" in await said("prune", "--keep", keep, "--yes")
    async with archive(stored) as opened:
        assert len(await listed(opened)) == 4


async def test_a_rebuild_keeps_to_it_too(topics: Settings, run: CliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    await publish(topics, statement(published_at=OLD), statement(published_at=datetime.now(UTC)))
    monkeypatch.setenv("TASRIH_ARCHIVE_KEEP", "30d")
    done = await asyncio.to_thread(run.invoke, command, ["rebuild", "--yes"])
    assert "1  statements" in done.output


@pytest.mark.parametrize(
    ("text", "length"), [("48h", timedelta(hours=48)), ("90d", timedelta(90)), ("52w", timedelta(364))]
)
def test_lengths_of_time(text: str, length: timedelta) -> None:
    assert span(text) == length
    assert Settings(archive_keep=text).archive_keep == text


@pytest.mark.parametrize("text", ["90", "d", "0d", "-1d", "90 days", "1.5d", "99999w", "٩d"])
def test_no_lengths_of_time(text: str) -> None:
    with pytest.raises(ValueError, match="no length of time"):
        span(text)
    with pytest.raises(ValidationError, match="no length of time"):
        Settings(archive_keep=text)
