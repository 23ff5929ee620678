"""Charts: how much was said, when, by whom, where."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec
from aiohttp import web
from msgspec import Meta

from agents.serve.archive import Archive
from agents.serve.counts import ActCount, Bucket, FormCount, KindCount, OutletCount, SpeakerCount, SpeakerShare, Stats
from agents.serve.endpoints import SERVER, Endpoint, json
from agents.serve.filters import Filter, Selection, time_of
from agents.serve.lists import selected
from agents.serve.problems import bad_request, not_found

BUCKETS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}
BucketName = Annotated[Literal["auto", "minute", "hour", "day"], Meta(description="auto: what gives a readable chart")]
_WINDOW = timedelta(days=7)
# More columns than that nobody reads, and a hostile request must not make millions.
_MOST_BUCKETS = 5000
_READABLE = 400


class StatsQuery(Filter, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which statements to count (of the last seven days, when no time is said), and how."""

    bucket: BucketName = "auto"
    limit: Annotated[int, Meta(ge=1, le=200, description="How many outlets and speakers")] = 20


class SpeakerQuery(Filter, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which of the speaker's statements to count (all, when no time is said), and how."""

    bucket: BucketName = "auto"


class SpeakerPage(msgspec.Struct, kw_only=True):
    """A speaker and how much was heard from them, by what counts."""

    speaker: SpeakerCount
    stats: Stats


def _bucket(name: str, window: timedelta) -> tuple[str, timedelta]:
    """The bucket asked for, or the finest that gives a readable chart. Raises `ProblemError` for too many."""
    if name == "auto":
        name = next((n for n, width in BUCKETS.items() if window / width <= _READABLE), "day")
    elif window / BUCKETS[name] > _MOST_BUCKETS:
        raise bad_request(f"bucket: there would be more than {_MOST_BUCKETS:,} of a {name}; take a longer one")
    return name, BUCKETS[name]


async def counted(
    archive: Archive, selection: Selection, since: datetime, until: datetime, bucket: str, limit: int
) -> Stats:
    """The statistics of a selection that is bounded by `since` and `until`."""
    name, width = _bucket(bucket, until - since)
    found: dict[str, list[tuple[str, int]]] = defaultdict(list)
    timeline: dict[int, dict[Any, int]] = defaultdict(dict)
    acts: dict[Any, int] = defaultdict(int)
    for what, which, time, count in await archive.stats(selection, width, limit):
        if what == "time":
            timeline[time][which] = count
            acts[which] += count
        else:
            found[what].append((which, count))
    names = await archive.names([which for which, _ in found["speaker_id"]])
    return Stats(
        from_=since,
        to=until,
        bucket=name,
        statements=sum(acts.values()),
        timeline=[Bucket(time=time_of(t), statements=sum(of.values()), acts=of) for t, of in sorted(timeline.items())],
        acts=[ActCount(act=act, statements=n) for act, n in sorted(acts.items(), key=lambda item: (-item[1], item[0]))],
        forms=[FormCount(form=form, statements=n) for form, n in found["form"]],  # type: ignore[arg-type]
        kinds=[KindCount(kind=kind, statements=n) for kind, n in found["kind"]],  # type: ignore[arg-type]
        outlets=[OutletCount(outlet=outlet, statements=n) for outlet, n in found["outlet"]],
        speakers=[
            SpeakerShare(id=key, name=names[key].name, kind=names[key].kind, statements=n)
            for key, n in found["speaker_id"]
            if key in names
        ],
    )


async def get_stats(request: web.Request, query: StatsQuery) -> web.Response:
    """How many statements there are, by time and act, speaker, outlet, form and kind of speaker."""
    selection = selected(query)
    now = datetime.now(UTC)
    until = selection.until or max(now, selection.since or now)
    since = selection.since or until - _WINDOW
    selection = replace(selection, since=since, until=until)
    return json(await counted(request.app[SERVER].archive, selection, since, until, query.bucket, query.limit))


async def get_speaker(request: web.Request, query: SpeakerQuery) -> web.Response:
    """A speaker: how much was heard, when, doing what, and through which outlets."""
    archive, speaker_id = request.app[SERVER].archive, request.match_info["speaker_id"]
    speaker = None if "\0" in speaker_id else await archive.speaker(speaker_id)
    if speaker is None:
        raise not_found("There is no speaker of this id in the archive.")
    selection = selected(msgspec.structs.replace(query, speaker_id=(speaker_id,)))
    since = selection.since or speaker.first_at
    until = selection.until or max(datetime.now(UTC), speaker.last_at + timedelta(seconds=1))
    selection = replace(selection, since=since, until=until)
    stats = await counted(archive, selection, since, until, query.bucket, 50)
    return json(SpeakerPage(speaker=speaker, stats=stats))


ENDPOINTS = (
    Endpoint(path="/v1/stats", answer=get_stats, query=StatsQuery, returns=Stats),
    Endpoint(
        path="/v1/speakers/{speaker_id}",
        answer=get_speaker,
        query=SpeakerQuery,
        returns=SpeakerPage,
        errors=(400, 404),
    ),
)
