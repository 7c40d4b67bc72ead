"""JSON-RPC over one WebSocket: requests pipelined by id, subscriptions, and why it ended."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import websockets.asyncio.client as ws_client
import websockets.exceptions as ws_errors
from websockets.frames import CloseCode
from websockets.proxy import get_proxy
from websockets.uri import parse_uri

from taoctl.chain.names import addresses
from taoctl.chain.networks import is_loopback, without_secrets
from taoctl.errors import RefusedError, TaoctlError, UnreachableError

MAX_MESSAGE_BYTES = 64 * 2**20
"""Largest message accepted from a node; the largest real answers are a few MB."""
PING_S = 5.0
"""Interval of the pings that measure latency; a pong later than twice this ends the link."""

POLICY_RPC_CODES = frozenset((429, -32005, -32029, -32999))
"""JSON-RPC errors of providers, and the last of Substrate nodes, for too many requests."""

_POLICY_STATUS = frozenset((401, 402, 403, 429, 451))
_ONCE_ONLY = ("author_submit", "dev_")
_MOST_SAID = 1000
"""Characters of a node's own words that an error repeats."""
_METHOD_NOT_FOUND = -32601
_EARLY = 16
_GOODBYE_S = 1.0


class Caller(Protocol):
    """Sends one JSON-RPC request and returns its result."""

    async def __call__(self, method: str, params: Sequence[Any] = ()) -> Any:
        """The `result` of the answer; raises RpcError when the node answers with an error."""


class RpcError(RefusedError):
    """The node answered a request with a JSON-RPC error.

    Attributes:
        rpc_code: the code of the JSON-RPC error, such as 1010 for an invalid transaction.
        text: its message.
        data: its `data` member, whatever that is.
    """

    code = "rpc_error"

    def __init__(self, method: str, rpc_code: int, text: str, data: Any) -> None:
        said = f"{text}: {data}" if isinstance(data, str) and data else text
        detail = said if len(said) <= _MOST_SAID else f"{said[:_MOST_SAID]}…"
        unknown = rpc_code == _METHOD_NOT_FOUND
        hint = "this endpoint does not offer it; try another" if unknown else None
        super().__init__(f"the node refused {method}: {detail} (code {rpc_code})", hint)
        self.rpc_code = rpc_code
        self.text = text
        self.data = data


class LostError(UnreachableError):
    """The connection ended while a request was on its way."""


class PolicyError(UnreachableError):
    """The endpoint does not want us; asking again at once would make it worse.

    Attributes:
        retry_after_s: seconds after which it may be asked again, where it says so.
    """

    retry_after_s: float | None = None


class SilentError(UnreachableError):
    """The endpoint holds the connection open and does not answer."""


@dataclass(eq=False, slots=True)
class Subscription:
    """What is subscribed to, and where its values go; outlives the socket it was made on.

    Attributes:
        method: subscribes; its answer is the number that the node gives the subscription.
        params: of `method`.
        cancel: the method that ends it.
        deliver: called with every value, must not block. A TaoctlError it raises says that the
            node is broken, and ends the socket.
        active: False once nobody listens.
    """

    method: str
    params: Sequence[Any]
    cancel: str
    deliver: Callable[[Any], None]
    active: bool = True


@dataclass(slots=True)
class _Pending:
    method: str
    future: asyncio.Future[Any]
    subscription: Subscription | None


class Wire:
    """One open socket: requests in flight by id, and the subscriptions that the node numbered.

    Attributes:
        ended: resolves to the reason when the socket is of no more use.
        opened_at, heard_at: `time.monotonic()` of the opening and of the last message.
    """

    def __init__(self, socket: ws_client.ClientConnection, endpoint: str) -> None:
        self.endpoint = endpoint
        self.opened_at = self.heard_at = time.monotonic()
        self.ended: asyncio.Future[TaoctlError] = asyncio.get_running_loop().create_future()
        self._socket = socket
        self._last_id = 0
        self._pending: dict[int, _Pending] = {}
        self._subscriptions: dict[Any, Subscription] = {}
        self._early: dict[Any, list[Any]] = {}
        self._tasks = {asyncio.create_task(self._read(), name=f"read {endpoint}")}

    @property
    def latency_ms(self) -> float | None:
        """Round trip of the last ping, None before the first pong."""
        return self._socket.latency * 1000 or None

    async def request(self, method: str, params: Sequence[Any] = ()) -> Any:
        """The result of one request; raises RpcError and LostError."""
        return await self._request(method, params, None)

    async def subscribe(self, subscription: Subscription) -> None:
        """Subscribe; values are delivered from the node's answer on. Raises as `request`."""
        await self._request(subscription.method, subscription.params, subscription)

    def forget(self, subscription: Subscription) -> None:
        """Listen no more to a subscription that the node has ended itself."""
        subscription.active = False
        for key in [k for k, held in self._subscriptions.items() if held is subscription]:
            del self._subscriptions[key]

    async def unsubscribe(self, subscription: Subscription) -> None:
        """End a subscription, whether or not the node agrees; it has a moment to say so."""
        keys = [key for key, held in self._subscriptions.items() if held is subscription]
        self.forget(subscription)
        with contextlib.suppress(TaoctlError, TimeoutError):
            async with asyncio.timeout(_GOODBYE_S):
                await asyncio.gather(*(self.request(subscription.cancel, [key]) for key in keys))

    async def _request(
        self, method: str, params: Sequence[Any], subscription: Subscription | None
    ) -> Any:
        if self.ended.done():
            raise LostError(self.ended.result().message)
        self._last_id += 1
        number = self._last_id
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._pending[number] = _Pending(method, future, subscription)
        message = {"jsonrpc": "2.0", "id": number, "method": method, "params": list(params)}
        try:
            await self._socket.send(json.dumps(message, separators=(",", ":")))
            return await future
        except ws_errors.ConnectionClosed as error:
            self.end(_closed_problem(error))
            raise LostError(_closed_text(error)) from None
        finally:
            # The answer to a subscription is awaited even when its caller gave up: only it
            # says which number to cancel.
            if subscription is None:
                self._pending.pop(number, None)

    def end(self, problem: TaoctlError) -> None:
        """Give the socket up for this reason: every request in flight raises LostError."""
        if self.ended.done():
            return
        self.ended.set_result(problem)
        pending, self._pending = self._pending, {}
        for request in pending.values():
            if not request.future.done():
                request.future.set_exception(LostError(problem.message))
                request.future.exception()  # nobody asks when the caller was cancelled

    async def close(self) -> None:
        """Say goodbye and close, without waiting for the peer's own goodbye."""
        self.end(UnreachableError("the connection is closed"))
        with contextlib.suppress(TimeoutError, OSError, ws_errors.WebSocketException):
            async with asyncio.timeout(0.01):
                await self._socket.close()
        self._socket.transport.abort()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _read(self) -> None:
        try:
            while True:
                text = await self._socket.recv()
                self.heard_at = time.monotonic()
                self._handle(text)
        except ws_errors.ConnectionClosed as error:
            self.end(_closed_problem(error))
        except TaoctlError as error:
            self.end(error)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            self.end(UnreachableError("it sent something that is not JSON-RPC"))
        finally:
            self._socket.transport.abort()

    def _handle(self, text: str | bytes) -> None:
        message = json.loads(text)
        if "method" in message:
            self._notify(message["params"])
            return
        if not isinstance(message["id"], int):
            raise _unasked(message)
        pending = self._pending.get(message["id"])
        if pending is None:
            return
        if "error" in message:
            error = _rpc_error(pending.method, message["error"])
            policy = error.rpc_code in POLICY_RPC_CODES
            # A read is asked elsewhere; of a submission it is now known that it was not taken.
            if not pending.future.done() and not (policy and repeatable(pending.method)):
                pending.future.set_exception(error)
            if policy:
                raise PolicyError(f"it refuses more requests: {error.text}")
        else:
            result = message["result"]
            if pending.subscription is not None:
                self._start(result, pending.subscription)
            if not pending.future.done():
                pending.future.set_result(result)
        del self._pending[message["id"]]

    def _start(self, key: Any, subscription: Subscription) -> None:
        if not isinstance(key, str | int):
            raise ValueError("no number of a subscription")
        self._subscriptions[key] = subscription
        if not subscription.active:
            task = asyncio.create_task(self.unsubscribe(subscription))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            return
        for value in self._early.pop(key, ()):
            subscription.deliver(value)

    def _notify(self, params: dict[str, Any]) -> None:
        key, value = params["subscription"], params["result"]
        subscription = self._subscriptions.get(key)
        if subscription is not None:
            if subscription.active:
                subscription.deliver(value)
            return
        # A node may push before the answer that names the subscription. Nothing else is kept.
        if all(one.subscription is None for one in self._pending.values()):
            return
        if key not in self._early and len(self._early) >= _EARLY:
            self._early.clear()
        self._early.setdefault(key, []).append(value)
        del self._early[key][:-_EARLY]


async def open_wire(endpoint: str) -> Wire:
    """Connect to an endpoint.

    Raises:
        PolicyError: the endpoint refuses us, with HTTP 403 or 429 for example.
        UnreachableError: it cannot be reached or does not speak WebSocket.
    """
    try:
        socket = await _connect(endpoint)
    except ws_errors.InvalidStatus as error:
        status = error.response.status_code
        kind = PolicyError if status in _POLICY_STATUS else UnreachableError
        refusal = kind(f"it refused the connection with HTTP {status}")
        if isinstance(refusal, PolicyError):
            refusal.retry_after_s = _seconds(error.response.headers.get_all("Retry-After"))
        raise refusal from None
    except ws_errors.ConnectionClosed as error:
        raise _closed_problem(error) from None
    except (ws_errors.WebSocketException, EOFError) as error:
        raise UnreachableError(f"it does not speak WebSocket ({_line(error)})") from None
    except OSError as error:
        raise UnreachableError(_os_text(error)) from None
    except ValueError as error:
        raise UnreachableError(f"the URL is broken ({_line(error)})") from None
    return Wire(socket, endpoint)


async def _connect(endpoint: str) -> ws_client.ClientConnection:
    """Connect to the endpoint's addresses in turn, or through the proxy the system names."""
    uri = parse_uri(endpoint)
    proxy = None if is_loopback(endpoint) else get_proxy(uri)
    if proxy is not None:
        return await _open(endpoint, proxy=proxy)
    hosts = await addresses(uri.host, uri.port)
    for host in hosts[:-1]:
        with contextlib.suppress(OSError):
            return await _open(endpoint, proxy=None, host=host, port=uri.port)
    return await _open(endpoint, proxy=None, host=hosts[-1], port=uri.port)


def _open(endpoint: str, **kwargs: Any) -> ws_client.connect:
    return ws_client.connect(
        endpoint,
        compression=None,
        open_timeout=None,
        ping_interval=PING_S,
        ping_timeout=2 * PING_S,
        close_timeout=0.3,
        max_size=MAX_MESSAGE_BYTES,
        user_agent_header="taoctl",
        **kwargs,
    )


def repeatable(method: str) -> bool:
    """Whether a request may be sent again when nobody knows what became of it."""
    return not method.startswith(_ONCE_ONLY)


def _rpc_error(method: str, error: Any) -> RpcError:
    code, text = error["code"], str(error.get("message", "no message"))
    if not isinstance(code, int):
        raise ValueError("an error without a code")
    return RpcError(method, code, text, error.get("data"))


def _unasked(message: dict[str, Any]) -> TaoctlError:
    """Why a socket is of no use on which an answer names no request."""
    error = _rpc_error("a request", message["error"])
    if error.rpc_code in POLICY_RPC_CODES:
        return PolicyError(f"it refuses more requests: {error.text}")
    return UnreachableError(f"it refused a request without saying which: {error.text}")


def _closed_problem(error: ws_errors.ConnectionClosed) -> UnreachableError:
    refused = error.rcvd is not None and error.rcvd.code == CloseCode.POLICY_VIOLATION
    return (PolicyError if refused else UnreachableError)(_closed_text(error))


def _closed_text(error: ws_errors.ConnectionClosed) -> str:
    if error.sent is not None and not error.rcvd_then_sent:
        if error.sent.code == CloseCode.INTERNAL_ERROR:
            return "it stopped answering pings"
        if error.sent.code == CloseCode.MESSAGE_TOO_BIG:
            return "it sent an answer larger than any real one"
        if error.sent.code in (CloseCode.PROTOCOL_ERROR, CloseCode.INVALID_DATA):
            return "it sent something that is not WebSocket"
    if error.rcvd is None:
        return "the connection broke"
    reason = f" ({error.rcvd.reason})" if error.rcvd.reason else ""
    return f"it closed the connection with code {error.rcvd.code}{reason}"


def _seconds(values: Sequence[str]) -> float | None:
    """What a Retry-After header says in seconds; dates are not read."""
    text = values[0].strip() if values else ""
    return float(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def _os_text(error: OSError) -> str:
    if isinstance(error, ConnectionRefusedError) or "Connect call failed" in str(error):
        if error.errno is None or isinstance(error, ConnectionRefusedError):
            return "nothing listens there (connection refused)"
        return os.strerror(error.errno)
    return error.strerror or str(error) or type(error).__name__


def _line(error: Exception) -> str:
    return without_secrets(str(error).partition("\n")[0]) or type(error).__name__
