"""The workers under test: processes that are started, killed, paused, and started again by a supervisor's rules."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from streams.settings import Settings

# Where a worker may be told to end: see `tests.faults.worker`.
BOUNDARIES = ("fetch", "produce", "confirmed", "rows", "commit", "committed")
DELIVERING = ("attempt", "attempted")  # and one that delivers alerts, there
# How long a supervisor waits before it starts a worker that has ended, as Kubernetes does the first times.
_RESTART_AFTER = 0.5
# A worker that has not drained by then is hung; Kubernetes allows thirty seconds by default.
_GRACE = 30.0


@dataclass
class Worker:
    """A process that plays `role`; `extra` ones are not started again."""

    role: str
    process: asyncio.subprocess.Process
    extra: bool = False
    wanted: bool = True  # whether its end would be news
    paused: bool = False
    since: float = field(default_factory=time.time)


@dataclass
class Fleet:
    """`count` workers of each role."""

    settings: Settings
    folder: Path
    roles: tuple[str, ...]
    count: int
    dice: random.Random
    environment: dict[str, str] = field(default_factory=dict)
    boundaries: tuple[str, ...] = ()  # where a worker started again may be told to end
    armed: float = 0.5  # how many of them are told
    workers: list[Worker] = field(default_factory=list)
    ended_by_themselves: list[str] = field(default_factory=list)
    not_drained: int = 0
    _supervisors: set[asyncio.Task[None]] = field(default_factory=set)
    _closing: bool = False

    @property
    def events(self) -> Path:
        """The file in which the workers tell what they do."""
        return self.folder / "events.log"

    async def start(self) -> None:
        for number in range(self.count):
            for role in self.roles:
                self._supervise(await self._spawn(role, number), number)

    def at_work(self, role: str | None = None) -> list[Worker]:
        """The workers that are running and not paused."""
        return [
            w for w in self.workers
            if w.process.returncode is None and not w.paused and w.wanted and role in (None, w.role)
        ]  # fmt: skip

    async def kill(self, worker: Worker) -> None:
        """SIGKILL; the supervisor starts another."""
        worker.wanted = False
        with contextlib.suppress(ProcessLookupError):
            worker.process.kill()
        await worker.process.wait()

    async def pause(self, worker: Worker, seconds: float) -> None:
        """SIGSTOP for so long, then SIGCONT."""
        worker.paused = True
        worker.process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(seconds)
        worker.paused = False
        worker.process.send_signal(signal.SIGCONT)

    async def add(self, role: str) -> Worker:
        """A worker beyond the `count`."""
        return await self._spawn(role, self.count + len(self.workers), extra=True)

    async def drain(self, worker: Worker) -> None:
        """SIGTERM, and what it has begun is finished."""
        worker.wanted = False
        if worker.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                worker.process.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(worker.process.wait(), _GRACE)
            except TimeoutError:
                self.not_drained += 1
                with contextlib.suppress(ProcessLookupError):
                    worker.process.kill()
                await worker.process.wait()

    async def stop(self) -> None:
        """Drain every worker."""
        self._closing = True
        await asyncio.gather(*(self.drain(worker) for worker in self.workers))
        for supervisor in self._supervisors:
            supervisor.cancel()

    def destroy(self) -> None:
        """Leave no process behind."""
        self._closing = True
        for worker in self.workers:
            with contextlib.suppress(ProcessLookupError):
                worker.process.kill()

    def _supervise(self, worker: Worker, number: int) -> None:
        task = asyncio.create_task(self._keep(worker, number))
        self._supervisors.add(task)
        task.add_done_callback(self._supervisors.discard)

    async def _keep(self, worker: Worker, number: int) -> None:
        status = await worker.process.wait()
        if self._closing:
            return
        if worker.wanted and status != -signal.SIGKILL:
            self.ended_by_themselves.append(f"{worker.role} (status {status})")
        self.workers.remove(worker)
        await asyncio.sleep(_RESTART_AFTER)
        if not self._closing:
            self._supervise(await self._spawn(worker.role, number), number)

    async def _spawn(self, role: str, number: int, extra: bool = False) -> Worker:
        folder = self.folder / f"{role}-{number}"
        folder.mkdir(parents=True, exist_ok=True)
        s = self.settings
        environment = {
            **os.environ,
            "TASRIH_BROKER": s.broker,
            "TASRIH_PARTITIONS": str(s.partitions),
            "TASRIH_REPLICAS": str(s.replicas),
            "TASRIH_SESSION_TIMEOUT": str(s.session_timeout),
            "TASRIH_STORE": s.store,
            "TASRIH_DATA_DIR": str(folder),
            "TASRIH_ALLOW_PRIVATE": "1",
            "TASRIH_INTERVAL_MIN": "1",
            "TASRIH_INTERVAL_MAX": "4",
            "TASRIH_HOST_SPACING": "0",
            "TASRIH_LOG_LEVEL": "info",
            "FAULTS_EVENTS": str(self.events),
            **self.environment,
        }
        if self.boundaries and not extra and self.workers and self.dice.random() < self.armed:
            boundaries = (*self.boundaries, *(DELIVERING if role == "alert" else ()))
            environment["FAULTS_KILL"] = f"{self.dice.choice(boundaries)}:{self.dice.randint(3, 60)}"
        with (folder / "worker.log").open("ab") as log:
            log.write(f"-- {time.time():.1f} {role} {environment.get('FAULTS_KILL', '')}\n".encode())
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.faults.worker", role,
                env=environment, stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        worker = Worker(role, process, extra=extra)
        self.workers.append(worker)
        return worker
