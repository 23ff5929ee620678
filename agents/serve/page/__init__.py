"""The page: static files with no build step, and what a server must say when it hands them out."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

STATIC: Final = Path(__file__).parent / "static"

# The page holds no inline script or style and builds no markup from strings, so that it can forbid all of it.
POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "font-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)

# What browsers ask for; the machine's own table of types may know less.
_TYPES: Final = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".woff2": "font/woff2",
}


class Asset(NamedTuple):
    """A file of the page."""

    body: bytes
    type: str


@cache
def assets() -> Mapping[str, Asset]:
    """All files of the page, by their paths below it (`style/shell.css`); six hundred kilobytes, read once."""
    return {
        path.relative_to(STATIC).as_posix(): Asset(
            path.read_bytes(), _TYPES.get(path.suffix, "application/octet-stream")
        )
        for path in STATIC.rglob("*")
        if path.is_file()
    }


# The page's own addresses: each answers index.html, which reads the rest from the address itself.
ADDRESSES: Final = ("/", "/statements/{id}", "/speakers", "/speakers/{id}", "/charts", "/feeds", "/alerts")
