"""`tasrih worker`, as it is typed."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys

from streams.settings import Settings


async def test_all_that_a_worker_says_is_json_where_that_is_asked(topics: Settings) -> None:
    settings = {"TASRIH_BROKER": topics.broker, "TASRIH_PREFIX": topics.prefix, "TASRIH_DATA_DIR": str(topics.data_dir)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "agents.cli", "worker", "normalize",
        env=os.environ | settings | {"TASRIH_LOG_FORMAT": "json"}, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stderr
    async with asyncio.timeout(60):
        while "normalize at work on" not in (said := json.loads(await process.stderr.readline()))["message"]:
            pass
        process.send_signal(signal.SIGTERM)
        _, rest = await process.communicate()
    assert (said["level"], process.returncode) == ("info", 0)
    assert all(map(json.loads, rest.splitlines()))
