"""The real page of the real server, in a real Chromium (Debian's) without a window."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, async_playwright

from agents.serve import agent
from streams.records import Statement
from streams.settings import Settings
from tests.serve.examples import publish

# A browser that talks to nobody but us.
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
AXE = "axe-core@4.14.1"


@dataclass
class Site:
    """A server with an archive of its own, and how to fill it."""

    address: str
    settings: Settings

    async def tell(self, *statements: Statement) -> None:
        """Put statements on the topic."""
        await publish(self.settings, *statements)


@pytest_asyncio.fixture(loop_scope="session")
async def site(topics: Settings) -> AsyncIterator[Site]:
    async with agent.run(topics) as address:
        yield Site(str(address), topics)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("Chromium is not installed (apt-get install chromium)")
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield running
        await running.close()


Open = Callable[..., Any]


@pytest_asyncio.fixture(loop_scope="session")
async def visit(browser: Browser, site: Site) -> AsyncIterator[Open]:
    """`await visit("/charts", width=360)`: a page of the site, ready. What its console complains of fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(f"{message.type}: {message.text}")

    async def opened(
        path: str = "/", width: int = 1440, height: int = 900, expect: tuple[str, ...] = (), **options: Any
    ) -> Page:
        context = await browser.new_context(viewport={"width": width, "height": height}, locale="ar", **options)
        contexts.append(context)
        context.set_default_timeout(15_000)
        page = await context.new_page()
        page.on("console", heard)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(site.address + path)
        await page.wait_for_selector("html[data-ready]")
        allowed.extend(expect)
        return page

    allowed: list[str] = []
    yield opened
    for context in contexts:
        await context.close()
    assert [one for one in complaints if not any(words in one for words in allowed)] == []


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The source of axe-core, from npm."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed, from which axe-core comes")
    folder: Path = tmp_path_factory.mktemp("axe")
    done = subprocess.run(
        [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder), AXE],
        capture_output=True, text=True, timeout=90, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"npm cannot install {AXE}: {done.stderr[-500:]}"
    return (folder / "node_modules" / "axe-core" / "axe.min.js").read_text()
