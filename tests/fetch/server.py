"""A server that answers as a case says, byte by byte if need be: no HTTP library of ours stands between."""

from __future__ import annotations

import asyncio
import gzip
import re
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import brotli
import zstandard

_REPEAT = re.compile(r"\{\{(\d+)\|(.*?)\}\}", re.S)
_COMPRESSED = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": lambda data: zstandard.ZstdCompressor().compress(data),
}


@dataclass
class Section:
    """One answer of a case: its path, its head (field by field) and its body."""

    path: str
    head: list[tuple[str, str]]
    text: str

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.head if key == name]

    def get(self, name: str, default: str = "") -> str:
        return next(iter(self.all(name)), default)

    def body(self, base: str) -> bytes:
        """The bytes to send, before compression."""
        text = self.text.replace("BASE", base)
        while _REPEAT.search(text):
            text = _REPEAT.sub(lambda found: found[2] * int(found[1]), text)
        for codec in self.all("misread"):  # UTF-8 that somebody reads as `codec` and saves again
            text = "".join(
                bytes([byte]).decode(codec) if not _undefined(byte, codec) else chr(byte) for byte in text.encode()
            )
        if mixed := self.get("mixed"):  # what stands between « and » is in another charset than the rest
            parts = re.split("[«»]", text)
            data = b"".join(part.encode(mixed if n % 2 else "utf-8") for n, part in enumerate(parts))
        else:
            data = text.encode(self.get("charset", "utf-8"), "xmlcharrefreplace")
        data = bytes.fromhex(self.get("before")) + data + bytes.fromhex(self.get("after"))
        return data[: -int(self.get("cut"))] if self.get("cut") else data


def _undefined(byte: int, codec: str) -> bool:
    try:
        bytes([byte]).decode(codec)
    except UnicodeDecodeError:
        return True
    return False


@dataclass
class Case:
    """A case read from its file: what it is about, what must come out, and the answers it takes."""

    name: str
    head: Section
    sections: list[Section]
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def answer(self, path: str) -> Section | None:
        """The next answer at `path`; the last one there again and again."""
        at = [section for section in self.sections if section.path == path]
        number = sum(asked == path for asked, _ in self.asked)
        return at[min(number, len(at)) - 1] if at else None


def read(path: Path) -> Case:
    """A case from its file: sections that begin with `=== /path`, each a head, an empty line and a body."""
    first, *rest = re.split(r"^=== ", path.read_text("utf-8"), flags=re.M)
    sections = []
    for piece in rest:
        place, _, piece = piece.partition("\n")
        sections.append(_section(place.strip(), piece))
    return Case(path.stem, _section("", first), sections)


def _section(path: str, piece: str) -> Section:
    head, _, body = piece.partition("\n\n") if not piece.startswith("\n") else ("", "", piece[1:])
    fields = [line.partition(":") for line in head.splitlines() if line]
    return Section(path, [(name.strip(), value.strip()) for name, _, value in fields], body.rstrip("\n"))


@asynccontextmanager
async def serving(case: Case) -> AsyncIterator[str]:
    """Serve `case` on loopback; yields the server's address."""
    base = ""

    under_way: set[Any] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        under_way.add(asyncio.current_task())
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            request, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            path = request.split(" ")[1].partition("?")[0]
            headers = {
                name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines) if value
            }
            case.asked.append((path, headers))
            await _answer(writer, case.answer(path), base)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield base
    finally:
        server.close()
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way)


async def _answer(writer: asyncio.StreamWriter, section: Section | None, base: str) -> None:
    if section is None:
        writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        return
    how = section.get("serve")
    if how == "silence":
        await asyncio.sleep(60)
        return
    if how == "hang up":
        return
    if how == "raw":
        writer.write(section.body(base).replace(b"\n", b"\r\n"))
        return
    body = _bomb(bomb, section.body(base)) if (bomb := section.get("bomb")) else section.body(base)
    for coding in section.all("compress"):
        body = _COMPRESSED[coding](body)
    headers = [f"HTTP/1.1 {section.get('status', '200')} X", "Connection: close"]
    names = {value.partition(":")[0].lower() for value in section.all("header")}
    headers += [value.replace("BASE", base) for value in section.all("header")]
    if "content-type" not in names and "untyped" not in dict(section.head):
        headers.append("Content-Type: application/xml")
    if "content-length" not in names and "transfer-encoding" not in names:
        headers.append(f"Content-Length: {len(body)}")
    writer.write("\r\n".join([*headers, "", ""]).encode())
    if how == "endless":
        while True:
            writer.write(body)
            await writer.drain()
    if how == "drip":
        for byte in body:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.05)
    if how == "stall":
        writer.write(body[: len(body) // 2])
        await writer.drain()
        await asyncio.sleep(60)
        return
    writer.write(body[: len(body) * 2 // 3] if how == "break off" else body)
    await writer.drain()


def _bomb(coding: str, head: bytes) -> bytes:
    """A small body that becomes 200 MB, made piece by piece: the test measures memory."""
    packer: Any
    if coding == "gzip":
        packer = zlib.compressobj(9, wbits=31)
    else:
        packer = brotli.Compressor(quality=1) if coding == "br" else zstandard.ZstdCompressor(level=1).compressobj()
    pack = packer.process if coding == "br" else packer.compress
    end = packer.finish if coding == "br" else packer.flush
    return bytes(pack(head) + b"".join(pack(b" " * 1_000_000) for _ in range(200)) + end())
