"""One client's conversation: JSON-RPC messages in, responses and notifications out."""

from __future__ import annotations

import asyncio
import inspect
import json
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import Any

from taoctl.errors import TaoctlError
from taoctl.localnet.faults import Faults, suffer
from taoctl.localnet.rpc.registry import (
    INTERNAL_ERROR,
    INVALID_REQUEST,
    PARSE_ERROR,
    Method,
    RpcError,
    Table,
    invalid_params,
    method_not_found,
)

MAX_BATCH = 10_000
MAX_RESPONSE = 15 * 1024 * 1024
"""Characters of one answer, or of all answers of a batch; as Substrate nodes limit it."""
_SLICE_SECONDS = 0.004
MAX_SUBSCRIPTIONS = 1024
"""Per connection, as Substrate nodes limit it."""
_TOO_MANY_SUBSCRIPTIONS = -32006
_RESPONSE_TOO_BIG = -32008
_BATCH_TOO_BIG = -32010
_BATCH_RESPONSE_TOO_BIG = -32011
_REFUSED = 1


class Sink:
    """Where a subscription sends its results; held back until the client knows its id."""

    def __init__(self, notification: str, write: Callable[[str], None]) -> None:
        self.id = secrets.token_hex(8)
        self._notification = notification
        self._write = write
        self._held: list[str] | None = []

    def send(self, result: Any) -> None:
        """Send one notification."""
        params = {"subscription": self.id, "result": result}
        text = dumps({"jsonrpc": "2.0", "method": self._notification, "params": params})
        if self._held is None:
            self._write(text)
        else:
            self._held.append(text)

    def release(self) -> None:
        """Let notifications through, the held ones first."""
        held, self._held = self._held, None
        for text in held or ():
            self._write(text)


class Session:
    """Dispatches one connection's messages.

    Args:
        node: gives the first argument of every RPC function, once there is one.
        table: the methods.
        push: writes one text to the client, or None on a transport that cannot be pushed to
            (HTTP), where subscriptions do not exist.
        faults: what goes wrong on purpose.
    """

    def __init__(
        self,
        node: Callable[[], Awaitable[object]],
        table: Table,
        push: Callable[[str], None] | None,
        faults: Faults | None = None,
    ) -> None:
        self._faults = faults
        self._opening: Callable[[], Awaitable[object]] | None = node
        self._node: object = None
        self._table = table
        self._push = push
        self._cancel: dict[str, Callable[[], None]] = {}

    async def handle(self, message: str | bytes, reply: Callable[[str], None]) -> None:
        """Answer one message, a request or a batch; a notification gets no reply.

        Raises:
            StruckError: the connection is to be cut, by a fault.
        """
        if self._faults is not None and self._faults.faults:
            await suffer(self._faults, message, self._handle, reply)
        else:
            await self._handle(message, reply)

    async def _handle(self, message: str | bytes, reply: Callable[[str], None]) -> None:
        opened: list[Sink] = []
        if self._opening is not None:
            self._node = await self._opening()
            self._opening = None
        try:
            request = json.loads(message, parse_constant=_no_constant)
        except (ValueError, RecursionError):
            reply(_failure(None, RpcError(PARSE_ERROR, "Parse error")))
            return
        if isinstance(request, list):
            text = await self._batch(request, opened)
        else:
            text = await self._one(request, opened)
        if text is not None:
            reply(text)
        for sink in opened:
            sink.release()

    def close(self) -> None:
        """End every subscription of the connection."""
        cancels, self._cancel = list(self._cancel.values()), {}
        for cancel in cancels:
            cancel()

    async def _batch(self, requests: list[Any], opened: list[Sink]) -> str | None:
        if not requests:
            return _failure(None, RpcError(INVALID_REQUEST, "Invalid request"))
        if len(requests) > MAX_BATCH:
            why = f"Exceeded max limit of {MAX_BATCH}"
            return _failure(None, RpcError(_BATCH_TOO_BIG, "The batch request was too large", why))
        texts: list[str] = []
        size, paused = 0, time.perf_counter()
        for request in requests:
            text = await self._one(request, opened)
            if text is not None:
                texts.append(text)
                size += len(text)
            if size > MAX_RESPONSE:
                return _failure(
                    None,
                    _too_big(_BATCH_RESPONSE_TOO_BIG, "The batch response was too large"),
                )
            if time.perf_counter() - paused > _SLICE_SECONDS:
                await asyncio.sleep(0)
                paused = time.perf_counter()
        return f"[{','.join(texts)}]" if texts else None

    async def _one(self, request: Any, opened: list[Sink]) -> str | None:
        if not isinstance(request, dict) or not isinstance(request.get("method"), str):
            return _failure(None, RpcError(INVALID_REQUEST, "Invalid request"))
        number = request.get("id")
        if not (number is None or type(number) in (int, str)):
            return _failure(None, RpcError(INVALID_REQUEST, "Invalid request"))
        text = await self._answer(request, number, opened)
        return None if "id" not in request else text

    async def _answer(self, request: dict[str, Any], number: Any, opened: list[Sink]) -> str:
        try:
            params = request.get("params")
            if params is not None and not isinstance(params, (list, dict)):
                raise invalid_params("params must be a list or an object")
            result = await self._call(request["method"], params, opened)
        except RpcError as error:
            return _failure(number, error)
        except TaoctlError as error:
            return _failure(number, RpcError(_REFUSED, error.message, error.hint))
        except Exception as error:  # the boundary: a bug must answer, not hang the client
            text = f"{type(error).__name__}: {error}"
            return _failure(number, RpcError(INTERNAL_ERROR, "Internal error", text))
        answer = dumps({"jsonrpc": "2.0", "id": number, "result": result})
        if len(answer) > MAX_RESPONSE:
            return _failure(number, _too_big(_RESPONSE_TOO_BIG, "Response is too big"))
        return answer

    async def _call(self, name: str, params: Any, opened: list[Sink]) -> Any:
        if name in self._table.unsubscribe:
            return self._unsubscribe(params)
        method = self._table.methods.get(name)
        if method is None or (method.notification and self._push is None):
            raise method_not_found(name)
        if method.notification:
            return await self._subscribe(method, params, opened)
        bound = method.bind((self._node,), params)
        result = method.function(*bound.args, **bound.kwargs)
        return await result if inspect.isawaitable(result) else result

    async def _subscribe(self, method: Method, params: Any, opened: list[Sink]) -> str:
        assert self._push is not None and method.notification is not None
        if len(self._cancel) >= MAX_SUBSCRIPTIONS:
            raise RpcError(_TOO_MANY_SUBSCRIPTIONS, "Too many subscriptions on the connection")
        sink = Sink(method.notification, self._push)
        bound = method.bind((self._node, sink), params)
        self._cancel[sink.id] = method.function(*bound.args, **bound.kwargs)
        opened.append(sink)
        return sink.id

    def _unsubscribe(self, params: Any) -> bool:
        values = list(params.values()) if isinstance(params, dict) else (params or [])
        if len(values) != 1:
            raise invalid_params("an unsubscribe takes the id of one subscription")
        cancel = self._cancel.pop(str(values[0]), None)
        if cancel is None:
            return False
        cancel()
        return True


def dumps(value: Any) -> str:
    """Compact JSON text."""
    return json.dumps(value, separators=(",", ":"))


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _too_big(code: int, message: str) -> RpcError:
    return RpcError(code, message, f"Exceeded max limit of {MAX_RESPONSE}")


def _failure(number: Any, error: RpcError) -> str:
    return dumps({"jsonrpc": "2.0", "id": number, "error": error.as_json()})
