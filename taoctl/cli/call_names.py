"""Names of pallets, calls and arguments for a shell's completion, from metadata on disk."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from taoctl import paths
from taoctl.chain.cached import newest_codec
from taoctl.cli import context
from taoctl.errors import TaoctlError

if TYPE_CHECKING:
    from taoctl.calls.argument_types import ArgumentTypes


def pallets(incomplete: str) -> list[str]:
    """Pallets with calls that start so."""
    types = _types()
    return _starting(types.calls, incomplete) if types else []


def calls(pallet: str, incomplete: str) -> list[str]:
    """Calls of a pallet that start so."""
    types = _types()
    return _starting(types.calls.get(pallet, ()), incomplete) if types else []


def args(pallet: str, call: str, incomplete: str) -> list[str]:
    """Arguments of a call that start so, each with the `=` that follows; then their values."""
    types = _types()
    if types is None:
        return []
    found = types.calls.get(pallet, {}).get(call, ())
    name, equals, begun = incomplete.partition("=")
    if not equals:
        return [f"{one.name}=" for one in found if one.name.startswith(incomplete)]
    typed = [one.type_id for one in found if one.name == name]
    return [f"{name}={value}" for one in typed for value in _values(types, one, begun)]


def _values(types: ArgumentTypes, type_id: int, begun: str) -> list[str]:
    if types.path(type_id) in ("AccountId32", "MultiAddress"):
        return context.account_completions(begun)
    if types.kind(type_id) == ("primitive", "bool"):
        return _starting(("true", "false"), begun)
    units = [str(one["name"]) for one in types.variants(type_id) if not one.get("fields")]
    return _starting(units, begun)


def _starting(names: Iterable[str], incomplete: str) -> list[str]:
    return sorted(name for name in names if name.startswith(incomplete))


def _types() -> ArgumentTypes | None:
    from taoctl.calls.argument_types import ArgumentTypes

    try:
        genesis = context.network_of(context.network()).genesis
        codec = newest_codec(paths.cache_dir(), genesis)
        return None if codec is None else ArgumentTypes(codec)
    except TaoctlError:
        return None
