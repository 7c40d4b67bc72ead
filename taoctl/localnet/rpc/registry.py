"""How RPC functions become JSON-RPC methods: declaring, finding and calling them by name."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, TypeVar

INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
PARSE_ERROR = -32700

_MARK = "_rpc_method"
_F = TypeVar("_F", bound=Callable[..., Any])


class RpcError(Exception):
    """An error a client receives: Substrate's code, message and data."""

    def __init__(self, code: int, message: str, data: Any = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data

    def as_json(self) -> dict[str, Any]:
        """The error object of a JSON-RPC response."""
        error: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.data is not None:
            error["data"] = self.data
        return error


@dataclass(frozen=True)
class Method:
    """One callable method. A subscription has a notification name and unsubscribe names."""

    name: str
    function: Callable[..., Any]
    aliases: tuple[str, ...] = ()
    notification: str | None = None
    unsubscribe: tuple[str, ...] = ()
    signature: inspect.Signature = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "signature", inspect.signature(self.function))

    def bind(self, leading: tuple[Any, ...], params: Any) -> inspect.BoundArguments:
        """Arguments from JSON-RPC params, by position or by name; raises RpcError -32602."""
        try:
            if isinstance(params, Mapping):
                return self.signature.bind(*leading, **params)
            return self.signature.bind(*leading, *(() if params is None else params))
        except TypeError as error:
            raise invalid_params(f"{self.name}: {error}") from None


def rpc(*aliases: str) -> Callable[[_F], _F]:
    """Declare a function `(node, *params)` as the RPC method of its own name."""

    def mark(function: _F) -> _F:
        setattr(function, _MARK, Method(_name(function), function, aliases))
        return function

    return mark


def subscription(
    notification: str, unsubscribe: tuple[str, ...], *aliases: str
) -> Callable[[_F], _F]:
    """Declare a function `(node, sink, *params)` as a subscription.

    It registers with the node, sends through the sink, and returns what cancels it.
    """

    def mark(function: _F) -> _F:
        method = Method(_name(function), function, aliases, notification, unsubscribe)
        setattr(function, _MARK, method)
        return function

    return mark


@dataclass(frozen=True)
class Table:
    """Every method by every name it answers to, and the names that end subscriptions."""

    methods: Mapping[str, Method]
    unsubscribe: frozenset[str]

    def names(self) -> list[str]:
        """All method names, sorted, as `rpc_methods` lists them."""
        return sorted({*self.methods, *self.unsubscribe})


def collect(modules: Iterable[ModuleType]) -> Table:
    """The table of all functions declared in the modules; a name may be taken once."""
    methods: dict[str, Method] = {}
    unsubscribe: set[str] = set()
    for module in modules:
        for function in vars(module).values():
            method = getattr(function, _MARK, None)
            if method is None or function.__module__ != module.__name__:
                continue
            for name in (method.name, *method.aliases):
                if name in methods:
                    raise ValueError(f"two functions answer to {name}")
                methods[name] = method
            unsubscribe.update(method.unsubscribe)
    return Table(methods, frozenset(unsubscribe))


def invalid_params(why: str) -> RpcError:
    """The error for parameters that do not fit a method."""
    return RpcError(INVALID_PARAMS, "Invalid params", why)


def method_not_found(name: str) -> RpcError:
    """The error for a method that the node does not have."""
    return RpcError(METHOD_NOT_FOUND, "Method not found", name)


def hex_param(text: Any, what: str = "value", size: int | None = None) -> bytes:
    """Bytes of a hex parameter, of `size` bytes when given; raises RpcError -32602.

    Like Substrate nodes, it does not insist on the leading 0x, which some clients leave out.
    """
    if not isinstance(text, str):
        raise invalid_params(f"{what} must be hex text")
    digits = text.removeprefix("0x")
    try:
        data = bytes.fromhex(digits.rjust(len(digits) + len(digits) % 2, "0"))
    except ValueError:
        raise invalid_params(f"{what} is not hex") from None
    if size is not None and len(data) != size:
        raise invalid_params(f"{what} must be {size} bytes, not {len(data)}")
    return data


def _name(function: Callable[..., Any]) -> str:
    return function.__name__
