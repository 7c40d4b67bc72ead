"""Telling whoever wants to hear."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Listeners(Generic[T]):
    """Functions that want to hear of something."""

    def __init__(self) -> None:
        self._functions: dict[int, Callable[[T], None]] = {}
        self._next = 0

    def add(self, function: Callable[[T], None]) -> Callable[[], None]:
        """Call the function with everything to come; returns what ends that."""
        number, self._next = self._next, self._next + 1
        self._functions[number] = function
        return lambda: (self._functions.pop(number, None), None)[1]

    def tell(self, value: T) -> None:
        """Tell every listener."""
        for function in tuple(self._functions.values()):
            function(value)
