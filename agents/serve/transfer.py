"""Sending less: nothing to a reader who has it already, and text compressed. What is streamed passes as it is."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from hashlib import blake2b
from http import HTTPStatus

from aiohttp import ETag, hdrs, web
from aiohttp.web_response import ContentCoding

# Bytes; compressing less costs more than it saves.
_SMALL = 1024
_GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))", re.IGNORECASE)  # q=0 is how a reader says: not that
_TEXT = re.compile(r"text/.*|application/json|.*\+(json|xml)")


@web.middleware
async def spare(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Whole answers get an ETag, are 304 where the reader has them, and are compressed where that is worth it."""
    response = await handler(request)
    if not isinstance(response, web.Response) or not isinstance(response.body, bytes):
        return response
    compressible = len(response.body) >= _SMALL and _TEXT.fullmatch(response.content_type)
    if compressible:
        response.headers.add(hdrs.VARY, hdrs.ACCEPT_ENCODING)
    if request.method in (hdrs.METH_GET, hdrs.METH_HEAD) and response.status == HTTPStatus.OK:
        # Weak: the same whether compressed or not.
        etag = ETag(blake2b(response.body, digest_size=8).hexdigest(), is_weak=True)
        response.etag = etag
        response.headers[hdrs.CACHE_CONTROL] = "no-cache"  # keep it, but ask each time whether it still holds
        if any(known.value in ("*", etag.value) for known in request.if_none_match or ()):
            response.set_status(HTTPStatus.NOT_MODIFIED)
            response.body = None
            return response
    if compressible and takes_gzip(request):
        response.enable_compression(ContentCoding.gzip)
    return response


def takes_gzip(request: web.Request) -> bool:
    """Whether the reader takes what is compressed."""
    return _GZIP.search(request.headers.get(hdrs.ACCEPT_ENCODING, "")) is not None
