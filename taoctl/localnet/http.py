"""The few words of HTTP/1.1 that JSON-RPC over POST needs, on an asyncio stream."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

MAX_HEAD = 64 * 1024
MAX_BODY = 16 * 1024 * 1024
"""Bytes of a request body, as large as Substrate nodes take by default (15 MiB) and a little."""
_MAX_LENGTH_DIGITS = 12
_TRUSTED_SITE = "https://polkadot.js.org"
_LOCAL_NAME = "localhost"
_REASONS = {
    200: "OK",
    204: "No Content",
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    413: "Content Too Large",
    503: "Service Unavailable",
}


class BadRequestError(Exception):
    """A request that cannot be read; carries the status to answer with."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


@dataclass(frozen=True, slots=True)
class Head:
    """A request line with its headers (names in lower case), and the bytes they came in."""

    raw: bytes
    method: str
    path: str
    version: str
    headers: Mapping[str, str]

    @property
    def wants_websocket(self) -> bool:
        """Whether the client asks to upgrade to a WebSocket."""
        return self.headers.get("upgrade", "").lower() == "websocket"

    @property
    def keeps_alive(self) -> bool:
        """Whether the connection stays open after the answer."""
        connection = self.headers.get("connection", "").lower()
        return connection != "close" and (self.version != "HTTP/1.0" or connection == "keep-alive")

    @property
    def origin(self) -> str | None:
        """The web page that sends this, when a browser does."""
        return self.headers.get("origin")


def check_sender(head: Head) -> None:
    """Keep out web pages that are not local: what anyone may do here, they could do unseen.

    As Substrate nodes do by default, it lets in pages from this machine and polkadot.js.org. The
    host asked for must be this machine or an address, for names can be pointed here by others.

    Raises:
        BadRequestError: 403.
    """
    origin = head.origin
    if origin is not None and origin != _TRUSTED_SITE and not _is_local(_host_in(origin)):
        raise BadRequestError(403, "web pages from other hosts may not use this node\n")
    host = head.headers.get("host")
    if host is not None:
        name = _host_in(f"//{host}")
        if not (_is_local(name) or _is_address(name)):
            raise BadRequestError(403, "this node is asked for by a name that is not localhost\n")


def _host_in(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def _is_local(name: str | None) -> bool:
    return name == _LOCAL_NAME or (_is_address(name) and ip_address(name or "").is_loopback)


def _is_address(name: str | None) -> bool:
    try:
        ip_address(name or "")
    except ValueError:
        return False
    return True


async def read_head(reader: asyncio.StreamReader) -> Head | None:
    """The next request's head, or None at the end of the stream; raises BadRequestError."""
    try:
        raw = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        if error.partial.strip():
            raise BadRequestError(400, "the request ends early") from None
        return None
    except asyncio.LimitOverrunError:
        raise BadRequestError(413, "the request head is too long") from None
    lines = raw.decode("latin-1").split("\r\n")
    parts = lines[0].split(" ")
    if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
        raise BadRequestError(400, "not an HTTP/1.1 request")
    headers: dict[str, str] = {}
    for line in lines[1:-2]:
        name, colon, value = line.partition(":")
        if not colon:
            raise BadRequestError(400, "a header has no colon")
        headers[name.strip().lower()] = value.strip()
    return Head(raw, parts[0], parts[1], parts[2], headers)


async def read_body(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: Head
) -> bytes:
    """The body a head announces, by length or in chunks; raises BadRequestError."""
    if head.headers.get("expect", "").lower() == "100-continue":
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    try:
        if head.headers.get("transfer-encoding", "").lower() == "chunked":
            return await _read_chunks(reader)
        text = head.headers.get("content-length", "0")
        if not (text.isascii() and text.isdigit()):
            raise BadRequestError(400, "the content length is not a number")
        if len(text) > _MAX_LENGTH_DIGITS or int(text) > MAX_BODY:
            raise BadRequestError(413, "the request body is too long")
        return await reader.readexactly(int(text))
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        raise BadRequestError(400, "the request body ends early") from None


async def _read_chunks(reader: asyncio.StreamReader) -> bytes:
    body = bytearray()
    while True:
        line = await reader.readuntil(b"\r\n")
        try:
            size = int(line.split(b";")[0], 16)
        except ValueError:
            raise BadRequestError(400, "a chunk has no size") from None
        if size < 0 or len(body) + size > MAX_BODY:
            raise BadRequestError(413, "the request body is too long")
        body += await reader.readexactly(size)
        end = await reader.readuntil(b"\r\n")
        if size == 0:
            while end != b"\r\n":
                end = await reader.readuntil(b"\r\n")
            return bytes(body)


def response(
    status: int,
    body: bytes = b"",
    *,
    keep: bool,
    kind: str = "application/json",
    origin: str | None = None,
) -> bytes:
    """The bytes of a whole response; `origin` is the web page that may read it."""
    sharing = ""
    if origin is not None:
        sharing = (
            f"Access-Control-Allow-Origin: {origin}\r\nVary: Origin\r\n"
            "Access-Control-Allow-Methods: POST, GET, OPTIONS\r\n"
            "Access-Control-Allow-Headers: Content-Type\r\n"
        )
    head = (
        f"HTTP/1.1 {status} {_REASONS[status]}\r\n"
        f"Content-Type: {kind}; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\n"
        f"Connection: {'keep-alive' if keep else 'close'}\r\n"
        f"{sharing}\r\n"
    )
    return head.encode("latin-1") + body
