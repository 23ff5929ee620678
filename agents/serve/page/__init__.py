"""The page: static files with no build step, and what a server must say when it hands them out."""

from __future__ import annotations

from pathlib import Path
from typing import Final

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

# The page's own addresses: each answers index.html, which reads the rest from the address itself.
ADDRESSES: Final = ("/", "/statements/{id}", "/speakers", "/speakers/{id}", "/charts", "/feeds", "/alerts")
