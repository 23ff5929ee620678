"""The application: every endpoint, what stands around them, and the page."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from http import HTTPStatus

import msgspec
from aiohttp import hdrs, web

from agents.serve import export, lists, live, metrics, openapi, operate, page, problems, rules, stats, syndication
from agents.serve.access import ACCESS, Access, Keys
from agents.serve.archive.database import TooSlowError
from agents.serve.endpoints import SERVER, Endpoint, Nothing, Server
from agents.serve.problems import ProblemError
from agents.serve.transfer import spare
from streams import schemas

log = logging.getLogger(__name__)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def describe_api(request: web.Request, query: Nothing) -> web.Response:
    """This document."""
    return web.Response(body=_OPENAPI, content_type="application/json")


async def describe_topics(request: web.Request, query: Nothing) -> web.StreamResponse:
    """The AsyncAPI 3 document of the Kafka topics."""
    return web.FileResponse(schemas.FOLDER / "asyncapi.json")


async def describe_record(request: web.Request, query: Nothing) -> web.StreamResponse:
    """The JSON Schema of a record: statement, article, entry, feed, alert, dead-letter."""
    name = request.match_info["record"] + ".json"
    if name not in schemas.documents():
        raise problems.not_found(f"There are: {', '.join(schemas.documents())}.")
    return web.FileResponse(schemas.FOLDER / name)


ENDPOINTS: tuple[Endpoint, ...] = (
    *lists.ENDPOINTS,
    *stats.ENDPOINTS,
    *rules.ENDPOINTS,
    *live.ENDPOINTS,
    *syndication.ENDPOINTS,
    *export.ENDPOINTS,
    *operate.ENDPOINTS,
    Endpoint(path="/openapi.json", answer=describe_api, scope=None),
    Endpoint(path="/asyncapi.json", answer=describe_topics, scope=None),
    Endpoint(path="/schemas/{record}.json", answer=describe_record, scope=None, errors=(400, 404)),
)
_OPENAPI = msgspec.json.encode(openapi.document(ENDPOINTS))
_SCOPES = {endpoint.name: endpoint.scope for endpoint in ENDPOINTS}

# No request has a body worth reading; headers and the address have aiohttp's limit of 8 KiB a line.
MAX_BODY = 64 * 1024
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, PUT, POST, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, If-None-Match, Last-Event-ID",
    "Access-Control-Max-Age": "600",
}
_PAGE_HEADERS = {
    "Content-Security-Policy": page.POLICY,
    "Referrer-Policy": "strict-origin-when-cross-origin",
}


def application(server: Server) -> web.Application:
    """The web application over `server`."""
    access = Access(server.settings, Keys.of(server.settings))

    @web.middleware
    async def door(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.method == "OPTIONS" and hdrs.ACCESS_CONTROL_ALLOW_ORIGIN in access.cors(request):
            return web.Response(status=HTTPStatus.NO_CONTENT, headers=_PREFLIGHT)
        access.check(request, _SCOPES.get(request.match_info.route.name or ""))
        return await handler(request)

    async def dress(request: web.Request, response: web.StreamResponse) -> None:
        response.headers.extend(access.cors(request))  # not updated: an answer may vary by more than the origin
        response.headers["X-Content-Type-Options"] = "nosniff"

    async def farewell(_: web.Application) -> None:
        server.hub.send_away("The server is going down. Resume in a moment.")

    app = web.Application(middlewares=[_told, spare, door], client_max_size=MAX_BODY)
    app[SERVER], app[ACCESS] = server, access
    for endpoint in ENDPOINTS:
        if endpoint.method == "GET":
            app.router.add_get(endpoint.path, endpoint.handle, name=endpoint.name)  # and HEAD
        else:
            app.router.add_route(endpoint.method, endpoint.path, endpoint.handle, name=endpoint.name)
    app.router.add_get("/{path:.*}", _page, name="page")
    app.on_response_prepare.append(dress)
    app.on_shutdown.append(farewell)
    return app


@web.middleware
async def _told(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every answer is counted and logged; whatever goes wrong becomes a problem."""
    begun = time.perf_counter()
    try:
        if (request.content_length or 0) > MAX_BODY:
            detail = f"A request here has at most {MAX_BODY:,} bytes of body."
            raise ProblemError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail, {"Connection": "close"})
        response = await handler(request)
    except ProblemError as problem:
        response = problems.response(request, problem)
    except web.HTTPException as error:
        kept = _kept(error)
        detail = f"This address takes {kept['Allow']}." if "Allow" in kept else error.reason
        response = problems.response(request, ProblemError(HTTPStatus(error.status), detail, kept))
    except TooSlowError:
        detail = "The question took too long to answer. Narrow it: a shorter time, rarer words."
        response = problems.response(request, ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, detail))
    except ConnectionError:
        raise
    except Exception:
        log.exception("%s %s failed", request.method, request.path)
        detail = "Something failed here, and it is in the server's log."
        response = problems.response(request, ProblemError(HTTPStatus.INTERNAL_SERVER_ERROR, detail))
    route = request.match_info.route.name or "none"
    metrics.REQUESTS.labels(route, request.method, response.status).inc()
    if route not in ("stream", "websocket"):
        metrics.REQUEST_SECONDS.labels(route).observe(time.perf_counter() - begun)
    return response


def _kept(error: web.HTTPException) -> dict[str, str]:
    return {name: error.headers[name] for name in ("Allow", "Location") if name in error.headers}


async def _page(request: web.Request) -> web.StreamResponse:
    """A file of the page; its addresses to share get the page itself."""
    path, assets = request.match_info["path"], page.assets()
    html = "text/html" in request.headers.get("Accept", "") and "." not in path.rpartition("/")[2]
    if path not in assets and (not path or (html and not path.startswith("v1/"))):
        path = "index.html"
    if path not in assets:
        raise problems.not_found("There is nothing at this address. What there is stands in /openapi.json.")
    asset = assets[path]
    return web.Response(body=asset.body, content_type=asset.type, headers=_PAGE_HEADERS)
