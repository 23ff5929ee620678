"""An HTTP POST of JSON, signed by the Standard Webhooks specification (https://www.standardwebhooks.com).

The body is `{"type", "timestamp", "data"}`. `data` is the alert as it stands on the topic `alerts` (its statement
within it); for several alerts of one rule that waited (digest, quiet hours, a limit) it is `{"rule", "alerts": […]}`:

    alert.matched     an alert
    alert.retracted   an alert whose statement the outlet took back; `data.retracts` is the alert_id that it takes back,
                      and it is sent when that one has been taken (or given up)
    alert.digest      several of them

Headers: `webhook-id` (the same for every retry: keep the ids seen, and a message that comes again is known),
`webhook-timestamp` (of the attempt), `webhook-signature` (v1, HMAC-SHA256 of `id.timestamp.body`).

The receiver answers 2xx within the time-out; 410 disables the channel; everything else, redirects too, is a failure and
tried again. Redirects are never followed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import socket
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Annotated

import aiohttp
import msgspec
from pydantic import SecretStr
from yarl import URL

from agents.alert.channels import Delivered, Message, Refused, Result, Retry
from streams.addresses import AddressInfo, ForbiddenAddressError, socket_factory
from streams.retry_after import retry_after
from streams.settings import Settings

_SECRET_PREFIX = "whsec_"  # noqa: S105  how the specification marks secrets
_LEAST_KEY = 16  # bytes; the specification recommends 24 to 64


class Options(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What [channels.NAME] holds."""

    url: SecretStr
    secret: SecretStr
    previous_secret: SecretStr | None = None  # signs too, while receivers change over to the new one
    timeout: Annotated[float, msgspec.Meta(gt=0, le=60)] = 15.0


class Channel:
    """A receiver's address and the key that it knows."""

    kind = "webhook"

    def __init__(self, name: str, options: Options, settings: Settings) -> None:
        self._url = URL(options.url.get_secret_value())
        if self._url.scheme not in ("http", "https") or not self._url.host:
            raise ValueError("url is no web address; allowed: https://host/path")
        secrets = [options.secret, *([options.previous_secret] if options.previous_secret else [])]
        self._keys = [_key(secret.get_secret_value()) for secret in secrets]
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(socket_factory=_sockets(settings.allow_private)),
            timeout=aiohttp.ClientTimeout(total=options.timeout),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": "tasrih", "Content-Type": "application/json"},
            raise_for_status=False,
        )

    async def deliver(self, message: Message) -> Result:
        """POST the message."""
        body = payload(message)
        headers = signed(message.id, int(time.time()), body, self._keys)
        try:
            async with self._session.post(self._url, data=body, headers=headers, allow_redirects=False) as response:
                return _result(response.status, response.headers)
        except TimeoutError:
            return Retry("the receiver did not answer in time")
        except aiohttp.ClientConnectorError as error:
            if isinstance(error.os_error, ForbiddenAddressError):
                return Refused(str(error.os_error))
            return Retry(f"cannot connect to {self._url.host}: {error.os_error.strerror or error.os_error}")
        except aiohttp.ClientError as error:
            return Retry(f"the receiver broke off: {type(error).__name__}")  # its text may hold the address's secrets

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()


def payload(message: Message) -> bytes:
    """The body: UTF-8 JSON, the same for every retry."""
    first = message.alerts[0]
    if len(message.alerts) == 1:
        kind, data = "alert.matched" if first.retracts is None else "alert.retracted", first
        return msgspec.json.encode({"type": kind, "timestamp": first.matched_at, "data": data})
    digest = {"rule": first.rule, "alerts": message.alerts}
    latest = max(alert.matched_at for alert in message.alerts)
    return msgspec.json.encode({"type": "alert.digest", "timestamp": latest, "data": digest})


def signed(id: str, timestamp: int, body: bytes, keys: list[bytes]) -> dict[str, str]:
    """The three headers of the specification; a signature for each key. `timestamp` in seconds since 1970."""
    text = f"{id}.{timestamp}.".encode() + body
    digests = (hmac.digest(key, text, hashlib.sha256) for key in keys)
    return {
        "webhook-id": id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{base64.b64encode(digest).decode()}" for digest in digests),
    }


def _key(secret: str) -> bytes:
    encoded = secret.removeprefix(_SECRET_PREFIX)
    try:
        key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) < _LEAST_KEY:
        raise ValueError(
            f"secret is no key; allowed: whsec_ and at least {_LEAST_KEY} random bytes in base64, as "
            "python3 -c \"import base64,os;print('whsec_'+base64.b64encode(os.urandom(32)).decode())\" prints"
        )
    return key


def _result(status: int, headers: Mapping[str, str]) -> Result:
    match status:
        case _ if 200 <= status < 300:
            return Delivered()
        case 410:
            return Refused("the receiver answered 410 Gone", disable=True)
        case _ if 300 <= status < 400:
            return Retry(f"the receiver redirects ({status}), which is not followed: give its final address")
        case _:
            return Retry(
                f"the receiver answered {status}", timedelta(seconds=retry_after(headers.get("Retry-After", "")) or 0)
            )


def _sockets(allow_private: bool) -> Callable[[AddressInfo], socket.socket]:
    make = socket_factory(allow_private)

    def checked(info: AddressInfo) -> socket.socket:
        try:
            return make(info)
        except ForbiddenAddressError:
            # In the same words for every address of a name: only then does aiohttp leave the error what it is.
            raise ForbiddenAddressError("the address is not public (TASRIH_ALLOW_PRIVATE=true permits it)") from None

    return checked
