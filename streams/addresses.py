"""Which addresses may be connected to: the public ones. Checked on the very socket, after names are resolved and
redirects followed, so that no name can be pointed elsewhere between the check and the connection."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from typing import Any

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
AddressInfo = tuple[Any, Any, int, str, tuple[Any, ...]]


class ForbiddenAddressError(OSError):
    """A connection to an address that is not public; the message names it."""


def public(address: str) -> bool:
    """Whether `address` (IPv4 or IPv6, as text) is one of the public internet's: not private, loopback, link-local
    (where clouds answer with secrets), shared, multicast or reserved, nor one of those wrapped in IPv6."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo or (None, None))[1]
        if inner is None and (ip in _NAT64 or int(ip) < 1 << 32):  # the latter are the IPv4-compatible ones
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return public(str(inner))
    return ip.is_global and not ip.is_multicast


def socket_factory(allow_private: bool) -> Callable[[AddressInfo], socket.socket]:
    """What aiohttp's connector makes its sockets with. Raises `ForbiddenAddressError` for an address not allowed."""

    def make(info: AddressInfo) -> socket.socket:
        family, kind, protocol, _, address = info
        if not allow_private and not public(address[0]):
            raise ForbiddenAddressError(f"{address[0]} is not a public address (TASRIH_ALLOW_PRIVATE=true permits it)")
        made = socket.socket(family, kind, protocol)
        made.setblocking(False)
        return made

    return make
