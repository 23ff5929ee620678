"""What went wrong, as `application/problem+json` (RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

import msgspec
from aiohttp import web

CONTENT_TYPE = "application/problem+json"


class Problem(msgspec.Struct):
    """Why a request was not answered as asked."""

    title: str
    status: int
    detail: str
    instance: str
    type: str = "about:blank"


class ProblemError(Exception):
    """Raised by what answers requests: `detail` says what happened and what to do."""

    def __init__(self, status: HTTPStatus, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers = status, detail, headers


def response(request: web.BaseRequest, error: ProblemError) -> web.Response:
    """The answer that tells of `error`."""
    address = str(request.rel_url.without_query_params("access_token"))  # problems are passed on, to logs and to people
    problem = Problem(error.status.phrase, int(error.status), error.detail, address[:500])
    return web.Response(
        body=msgspec.json.encode(problem), status=error.status, content_type=CONTENT_TYPE, headers=error.headers
    )


def bad_request(detail: str) -> ProblemError:
    """The request says what cannot be."""
    return ProblemError(HTTPStatus.BAD_REQUEST, detail)


def not_found(detail: str) -> ProblemError:
    """There is no such thing here."""
    return ProblemError(HTTPStatus.NOT_FOUND, detail)
