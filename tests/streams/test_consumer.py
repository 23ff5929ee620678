"""What a fetch passes over is not acknowledged."""

from __future__ import annotations

import pytest
from faust.types import TP

from streams.app import build, running
from streams.consumer import SkippedError
from streams.settings import Settings
from streams.stage import Stage
from streams.topics import ENTRIES
from tests.streams.test_stage import Seen, count


async def test_a_jump_in_a_log_without_gaps_is_refused(topics: Settings) -> None:
    app = build("normalize", topics)
    Stage(app, topics, name="normalize", source=ENTRIES, work=count, row=Seen)
    async with running(app):
        with pytest.raises(SkippedError, match="3 to 8 did not come"):
            await app.consumer._add_gap(TP(topics.prefix + "entries", 0), 3, 9)
        await app.consumer._add_gap(TP(topics.prefix + "feeds", 0), 3, 9)
