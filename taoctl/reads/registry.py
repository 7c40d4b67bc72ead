"""The registry of reads: what each is called, needs from a runtime, takes and returns.

A read is one async function of a pinned `View`. Registering it gives it a generated
`taoctl query NAME`, a documentation row and a check against every known metadata.
"""

from __future__ import annotations

import importlib
import inspect
import typing
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from taoctl.chain.view import Entry, View
from taoctl.errors import NotInRuntimeError

Need = Entry | tuple[Entry, ...]
"""An entry that must exist, or several of which one is enough."""

P = ParamSpec("P")
R = TypeVar("R")

_MODULES = (
    "subnets",
    "subnet_list",
    "subnet_prices",
    "metagraph",
    "neurons",
    "balances",
    "stake",
    "positions",
    "hyperparameters",
    "mechanisms",
    "tempo",
    "chain",
    "errors",
    "delegates",
    "delegations",
    "root_claims",
    "auto_stake",
    "axons",
    "children",
    "commitments",
    "identities",
    "takes",
    "locks",
    "coldkey_swaps",
    "weight_commits",
    "weights",
    "weight_ages",
    "risk",
    "prune_order",
    "subnet_prune_order",
    "subnet_emission",
    "owned_subnets",
    "concentration",
    "network_cost",
    "governance.queries",
)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument of a read after the view."""

    name: str
    kind: type
    many: bool
    required: bool


@dataclass(frozen=True, slots=True)
class Read:
    """One registered read."""

    name: str
    help: str
    row: type
    needs: tuple[Need, ...]
    wants: tuple[Entry, ...]
    function: Callable[..., Awaitable[Any]]
    parameters: tuple[Parameter, ...]

    def missing(self, has: Callable[[Entry], bool]) -> tuple[Need, ...]:
        """The needs that a runtime does not satisfy."""
        return tuple(need for need in self.needs if not _satisfied(need, has))

    def lacking(self, has: Callable[[Entry], bool]) -> tuple[Entry, ...]:
        """The optional entries a runtime does not have; fields that come from them are None."""
        return tuple(entry for entry in self.wants if not has(entry))


READS: dict[str, Read] = {}
"""Every registered read by name; complete after `load()`."""


def read(
    name: str,
    *,
    row: type,
    needs: tuple[Need, ...] = (),
    wants: tuple[Entry, ...] = (),
    help: str,
) -> Callable[
    [Callable[Concatenate[View, P], Awaitable[R]]], Callable[Concatenate[View, P], Awaitable[R]]
]:
    """Register an async function of a view as a read.

    Args:
        name: what `taoctl query` calls it.
        row: the row class it returns, alone or in a tuple.
        needs: entries without which it raises NotInRuntimeError.
        wants: entries it uses when the runtime has them.
        help: one sentence for lists and documentation.
    """

    def register(
        function: Callable[Concatenate[View, P], Awaitable[R]],
    ) -> Callable[Concatenate[View, P], Awaitable[R]]:
        @wraps(function)
        async def checked(view: View, /, *args: P.args, **kwargs: P.kwargs) -> R:
            if not all(_satisfied(need, view.has) for need in needs):
                # The view of a new head guesses its runtime; an upgrade may have brought them.
                await view.settle()
            for need in needs:
                if not _satisfied(need, view.has):
                    raise _absent(name, need, view.spec_version)
            return await function(view, *args, **kwargs)

        READS[name] = Read(name, help, row, needs, wants, checked, _parameters(function))
        return checked

    return register


def load() -> dict[str, Read]:
    """Import every module of reads and return the complete registry."""
    for module in _MODULES:
        importlib.import_module(f"taoctl.reads.{module}")
    return READS


def _satisfied(need: Need, has: Callable[[Entry], bool]) -> bool:
    return any(has(entry) for entry in need) if isinstance(need, tuple) else has(need)


def _absent(name: str, need: Need, spec_version: int) -> NotInRuntimeError:
    entries = need if isinstance(need, tuple) else (need,)
    wanted = " or ".join(str(entry) for entry in entries)
    return NotInRuntimeError(
        f"the runtime of this chain (spec {spec_version}) cannot answer {name!r}: "
        f"it has no {wanted}",
        "ask a chain with another runtime version, or an older block with --at-block",
    )


def _parameters(function: Callable[..., Any]) -> tuple[Parameter, ...]:
    hints = typing.get_type_hints(function)
    found = []
    for parameter in list(inspect.signature(function).parameters.values())[1:]:
        hint = hints[parameter.name]
        many = typing.get_origin(hint) is Sequence
        kind = typing.get_args(hint)[0] if many else hint
        if not isinstance(kind, type) or (many and kind is not str):
            continue
        required = parameter.default is inspect.Parameter.empty
        found.append(Parameter(parameter.name, kind, many, required))
    return tuple(found)
