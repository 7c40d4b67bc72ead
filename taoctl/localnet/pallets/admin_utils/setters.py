"""Calls of AdminUtils that store one value, made from what sets them apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from taoctl.localnet.frame import OPERATIONAL, Origin, Pallet, call, ensure_root
from taoctl.localnet.pallets.subtensor.arguments import NETUID
from taoctl.localnet.pallets.subtensor.owner_guard import Limit

Argument: TypeAlias = tuple[Any, ...]
"""Name, type, and where mainnet shows another, the type's name."""
Check: TypeAlias = Callable[[Pallet, int, Any], None]
"""Raises what speaks against a value for a subnet."""
Setter: TypeAlias = Callable[..., None]


def owner_setter(
    index: int,
    name: str,
    argument: Argument,
    item: str,
    *,
    limit: Limit | None,
    weight: int,
    event: str | None = None,
    own_event: str | None = None,
    exists: bool = True,
    checks: tuple[Check, ...] = (),
    operational: bool = False,
) -> Setter:
    """A call by which a subnet's owner, or root, sets a value of the subnet.

    Args:
        item: the storage map, by netuid.
        limit: what the owner waits for between two changes; None: for nothing.
        event: of SubtensorModule; `own_event`: of AdminUtils.
        exists: whether it asks that the subnet exists.
    """

    def run(self: Pallet, origin: Origin, netuid: int, value: Any) -> None:
        subtensor = self.rt.subtensor
        who = subtensor.ensure_subnet_owner_or_root(origin, netuid)
        if who is not None and limit is not None:
            subtensor.ensure_in_time(who, netuid, limit)
        subtensor.ensure_admin_window_open(netuid)
        if exists:
            ensure_exists(self, netuid)
        for check in checks:
            check(self, netuid, value)
        _store(self, item, netuid, value, event)
        if own_event is not None:
            self.deposit(own_event, netuid, value)
        if limit is not None:
            subtensor.note_change(who, netuid, limit)

    return _declared(run, index, name, [NETUID, argument], weight, operational)


def root_setter(
    index: int,
    name: str,
    argument: Argument,
    item: str,
    *,
    weight: int,
    event: str | None = None,
    window: bool = False,
    exists: bool = False,
    checks: tuple[Check, ...] = (),
) -> Setter:
    """A call by which root sets a value of a subnet; `window`: not while it is frozen."""

    def run(self: Pallet, origin: Origin, netuid: int, value: Any) -> None:
        ensure_root(origin)
        if window:
            self.rt.subtensor.ensure_admin_window_open(netuid)
        if exists:
            ensure_exists(self, netuid)
        for check in checks:
            check(self, netuid, value)
        _store(self, item, netuid, value, event)

    return _declared(run, index, name, [NETUID, argument], weight)


def chain_setter(
    index: int, name: str, argument: Argument, item: str, *, weight: int, event: str | None = None
) -> Setter:
    """A call by which root sets a value of the whole chain."""

    def run(self: Pallet, origin: Origin, value: Any) -> None:
        ensure_root(origin)
        getattr(self.rt.subtensor, item).put(value)
        if event is not None:
            self.rt.subtensor.deposit(event, value)

    return _declared(run, index, name, [argument], weight)


def ensure_exists(self: Pallet, netuid: int) -> None:
    """Raise SubnetDoesNotExist for an unknown network."""
    if not self.rt.subtensor.subnet_exists(netuid):
        raise self.error("SubnetDoesNotExist")


def not_root_subnet(self: Pallet, netuid: int, value: Any) -> None:
    """Raise NotPermittedOnRootSubnet for the root network."""
    if netuid == 0:
        raise self.error("NotPermittedOnRootSubnet")


def _store(self: Pallet, item: str, netuid: int, value: Any, event: str | None) -> None:
    subtensor = self.rt.subtensor
    getattr(subtensor, item)[netuid] = value
    if event is not None:
        subtensor.deposit(event, netuid, value)


def _declared(
    run: Setter,
    index: int,
    name: str,
    args: list[Argument],
    weight: int,
    operational: bool = False,
) -> Setter:
    if operational:
        return call(index, args=args, weight=weight, dispatch_class=OPERATIONAL, name=name)(run)
    return call(index, args=args, weight=weight, name=name)(run)
