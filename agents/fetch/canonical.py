"""Which article an item is about: one name for it, however its outlet decorates the address."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit, urlunsplit

from streams.identity import identity
from streams.tables import rows

_TRACKING = re.compile(
    "|".join(re.escape(row["name"]).replace(r"\*", ".*") for row in rows("agents.fetch", "tracking.tsv")), re.I
)
# AMP twins: the caches' addresses, a host or a folder of its own, an ending, a parameter.
_AMP_CACHE = re.compile(
    r"^https?://(?:[\w.-]+\.cdn\.ampproject\.org/[cv]|(?:www\.)?google\.\w+(?:\.\w+)?/amp)/(s/)?", re.I
)
_AMP_PATH = re.compile(r"/amp(?=/)|/amp/?$|(?<=\w)\.amp(?=\.html?$)|(?<=\.html)/amp$", re.I)
_AMP_PARAMETERS = {"amp", "outputtype", "_amp", "amp_markup"}
_SIDE_HOST = re.compile(r"^(?:www\d?|amp|m|mobile)\.(?=[^.]+\.)", re.I)
_INDEX = re.compile(r"/(?:index\.(?:html?|php|aspx?))?$", re.I)
_DEFAULT_PORTS = {"http": 80, "https": 443}
_ESCAPE = re.compile("%[0-9a-f]{2}", re.I)
_SAFE = "/:@!$&'()*+,;=-._~%"


def joined(base: str, link: str) -> str:
    """The address that `link`, found at the address `base`, names; empty for what is none (`http://[`)."""
    try:
        found = urljoin(base, link)
        _ = urlsplit(found).port  # which is read, and may be impossible, only when it is asked for
    except ValueError:
        return ""
    return found


def article_address(link: str, base: str = "") -> str:
    """The article's address as published: whole, over HTTP, without tracking parameters and fragment.

    Relative links are resolved against `base`, the feed's address. Empty for what is no web address.
    """
    if not link.strip():
        return ""
    parts = urlsplit(joined(base, link.strip()))
    try:
        host = (parts.hostname or "").encode("idna").decode("ascii")
    except UnicodeError:
        return ""
    scheme = parts.scheme.lower()
    if scheme not in _DEFAULT_PORTS or not host:
        return ""
    if ":" in host:
        host = f"[{host}]"
    if parts.port and parts.port != _DEFAULT_PORTS[scheme]:
        host += f":{parts.port}"
    query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.fullmatch(pair[0])]
    path = _ESCAPE.sub(lambda escape: escape[0].upper(), quote(parts.path, safe=_SAFE, errors="replace")) or "/"
    return urlunsplit((scheme, host, path, urlencode(query), ""))


def same_article(address: str) -> str:
    """What `article_address` and its twins have in common: http and https, www, AMP, a slash at the end, the order of
    parameters make no difference. Empty when it names no article: the front page."""
    cached = _AMP_CACHE.match(address)
    if cached:
        address = f"https://{address[cached.end() :]}"
    parts = urlsplit(address)
    path = _INDEX.sub("", _AMP_PATH.sub("", parts.path))
    query = sorted(
        pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0].lower() not in _AMP_PARAMETERS
    )
    if not path and not query:
        return ""
    return f"{_SIDE_HOST.sub('', parts.netloc)}{path}?{urlencode(query)}"


def article_id(outlet: str, *names: str) -> str:
    """The article's id: 20 hexadecimal digits, the same in every run for the same outlet and names."""
    return identity("article", outlet, *names)
