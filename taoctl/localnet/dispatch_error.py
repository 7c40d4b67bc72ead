"""How a call fails: the runtime's DispatchError as Python exceptions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from taoctl.localnet.scaletypes import variant


@dataclass(frozen=True, slots=True)
class Post:
    """What a call really cost, where that differs from its declaration (None: as declared)."""

    weight: int | None = None
    pays: bool | None = None


class DispatchError(Exception):
    """A call failed; everything it changed is rolled back. `post` corrects what it costs."""

    def __init__(self, name: str, post: Post | None = None) -> None:
        super().__init__(name)
        self.name = name
        self.post = post

    @property
    def value(self) -> Any:
        """The plain value of the runtime's DispatchError."""
        return self._value()

    def _value(self) -> Any:
        return self.name


class BadOrigin(DispatchError):
    """The call may not be made by this origin."""

    def __init__(self, post: Post | None = None) -> None:
        super().__init__("BadOrigin", post)


class CannotLookup(DispatchError):
    """The address is of a form that names no account."""

    def __init__(self, post: Post | None = None) -> None:
        super().__init__("CannotLookup", post)


class Other(DispatchError):
    """A failure the chain gives no more detail about."""

    def __init__(self, post: Post | None = None) -> None:
        super().__init__("Other", post)


class ModuleError(DispatchError):
    """A pallet's own error; raised through `Pallet.error(name)`."""

    def __init__(
        self, pallet: str, name: str, pallet_index: int, index: int, post: Post | None = None
    ) -> None:
        super().__init__(name, post)
        self.pallet, self.pallet_index, self.index = pallet, pallet_index, index

    def __str__(self) -> str:
        return f"{self.pallet}.{self.name}"

    def _value(self) -> Any:
        raw = bytes([self.index, 0, 0, 0])
        return variant("Module", {"index": self.pallet_index, "error": raw})


class _Named(DispatchError):
    group = ""

    def _value(self) -> Any:
        return variant(self.group, self.name)


class TokenError(_Named):
    """FundsUnavailable, OnlyProvider, BelowMinimum, CannotCreate, Frozen, NotExpendable, ..."""

    group = "Token"


class ArithmeticError_(_Named):  # noqa: N801 - the plain name is a Python builtin
    """Underflow, Overflow or DivisionByZero."""

    group = "Arithmetic"
