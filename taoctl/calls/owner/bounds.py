"""What the chain has against a value, beyond who sets it and when."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from taoctl.addresses import decode_ss58
from taoctl.calls.base import Refusal
from taoctl.calls.stake.hotkeys import item, read, read_or_none
from taoctl.chain.view import View
from taoctl.economics.hyperparameter import Bounds, Known, Value, value_text
from taoctl.units import U16_MAX

_MOST_UIDS = 256
"""UIDs of all mechanisms of a subnet together."""
_SUBNET_ACCOUNT = b"modlsubtensr"

ROOT_UNBOUND = ("bonds_moving_avg", "alpha_sigmoid_steepness")
"""Those whose bounds hold for owners only."""
_NOT_ON_ROOT = (
    "burn_half_life",
    "burn_increase_mult",
    "owner_cut_enabled",
    "owner_cut_auto_lock_enabled",
    "subnet_emission_enabled",
)

Check = Callable[[View, int, Any], Awaitable[tuple[Refusal, ...]]]


async def out_of_bounds(
    view: View, netuid: int, name: str, known: Known, value: Value
) -> tuple[Refusal, ...]:
    """What speaks against the value, in the order in which the chain looks; empty for nothing."""
    if netuid == 0 and name in _NOT_ON_ROOT:
        said = f"the root network has no {name}"
        return _one("NotPermittedOnRootSubnet", said, "name a subnet other than root")
    check = _CHECKS.get(name)
    found = await check(view, netuid, value) if check is not None else ()
    return found or _against(name, known, known.bounds, value)


def range_text(known: Known) -> str:
    """The bounds in words, empty where there are none."""
    bounds = known.bounds
    if bounds is None:
        return ""
    least, most = (
        None if end is None else value_text(known.unit, end) for end in (bounds.least, bounds.most)
    )
    if least is not None and most is not None:
        return f"from {least} to {most}"
    return f"{least} at least" if least is not None else f"{most} at most"


def _against(name: str, known: Known, bounds: Bounds | None, value: Value) -> tuple[Refusal, ...]:
    if bounds is None or not isinstance(value, int):
        return ()
    low = bounds.least is not None and value < bounds.least
    if not low and (bounds.most is None or value <= bounds.most):
        return ()
    error = bounds.below if low else bounds.above
    said = f"{name} cannot be {value_text(known.unit, value)}"
    return (Refusal(error, said, f"choose {range_text(known)}"),)


def _one(error: str, said: str, hint: str) -> tuple[Refusal, ...]:
    return (Refusal(error, said, hint),)


async def _min_burn(view: View, netuid: int, value: int) -> tuple[Refusal, ...]:
    most = int(await read(view, "MaxBurn", netuid))
    if value < most:
        return ()
    said = f"max_burn is {value_text('tao', most)}, and min_burn must be below it"
    return _one("ValueNotInBounds", said, "choose a lower one, or raise max_burn first")


async def _max_burn(view: View, netuid: int, value: int) -> tuple[Refusal, ...]:
    least = int(await read(view, "MinBurn", netuid))
    if value > least:
        return ()
    said = f"min_burn is {value_text('tao', least)}, and max_burn must be above it"
    return _one("ValueNotInBounds", said, "choose a higher one, or lower min_burn first")


async def _childkey_take(view: View, netuid: int, value: int) -> tuple[Refusal, ...]:
    least = int(await read(view, "MinChildkeyTake"))
    most = int(await read(view, "MaxChildkeyTake"))
    if least <= value <= most:
        return ()
    bounds = f"{value_text('u16', least)} to {value_text('u16', most)}"
    said = f"the chain allows childkey takes from {bounds}"
    return _one("InvalidValue", said, f"choose from {bounds}")


async def _max_uids(view: View, netuid: int, value: int) -> tuple[Refusal, ...]:
    least = int(await read(view, "MinAllowedUids", netuid))
    there = int(await read(view, "SubnetworkN", netuid))
    if value < least:
        said = f"a subnet has room for {least} neurons at least"
        return _one("MaxAllowedUidsLessThanMinAllowedUids", said, f"choose {least} or more")
    if value < there:
        said = f"{there} neurons are there already"
        hint = f"choose {there} or more; only trimming removes neurons"
        return _one("MaxAllowedUIdsLessThanCurrentUIds", said, hint)
    if value > _MOST_UIDS:
        return ()
    return _too_many(value, int(await _mechanisms(view, netuid)))


async def _mechanism_count(view: View, netuid: int, value: int) -> tuple[Refusal, ...]:
    most = int(await read(view, "MaxMechanismCount"))
    if not 0 < value <= most:
        said = f"a subnet has 1 to {most} mechanisms"
        return _one("InvalidValue", said, f"choose from 1 to {most}")
    return _too_many(int(await read(view, "MaxAllowedUids", netuid)), value)


def _too_many(uids: int, mechanisms: int) -> tuple[Refusal, ...]:
    if uids * mechanisms <= _MOST_UIDS:
        return ()
    said = f"{mechanisms} mechanisms with {uids} UIDs each are more than {_MOST_UIDS} together"
    hint = f"with {mechanisms} mechanisms max_allowed_uids may be {_MOST_UIDS // mechanisms}"
    return _one("TooManyUIDsPerMechanism", said, hint)


async def _split(view: View, netuid: int, value: tuple[int, ...]) -> tuple[Refusal, ...]:
    count = int(await _mechanisms(view, netuid))
    if not value or (len(value) <= count and sum(value) == U16_MAX):
        return ()
    said = f"subnet {netuid} has {count} mechanism{'s' if count > 1 else ''}"
    hint = f"give {count} share{'s' if count > 1 else ''} at most that sum to 100%, or even"
    return _one("InvalidValue", said, hint)


async def _mechanisms(view: View, netuid: int) -> int:
    return int(await read_or_none(view, "MechanismCountCurrent", netuid) or 1)


async def _alpha_high(view: View, netuid: int, value: int) -> tuple[Refusal, ...]:
    return await _alpha(view, netuid, (await read(view, "AlphaValues", netuid))[0], value)


async def _alpha_low(view: View, netuid: int, value: int) -> tuple[Refusal, ...]:
    return await _alpha(view, netuid, value, (await read(view, "AlphaValues", netuid))[1])


async def _alpha(view: View, netuid: int, low: int, high: int) -> tuple[Refusal, ...]:
    least = U16_MAX // 40
    if not await read(view, "LiquidAlphaOn", netuid):
        said = f"liquid alpha is off on subnet {netuid}"
        return _one("LiquidAlphaDisabled", said, "set liquid_alpha_enabled to yes first")
    if high < least:
        said, hint = "alpha_high is too low", f"choose {value_text('u16', least)} at least"
        return _one("AlphaHighTooLow", said, hint)
    if least <= low <= high:
        return ()
    said = f"alpha_low {value_text('u16', low)} is below the least or above alpha_high"
    hint = (
        f"keep alpha_low from {value_text('u16', least)} to alpha_high, {value_text('u16', high)}"
    )
    return _one("AlphaLowOutOfRange", said, hint)


async def _activity_cutoff(view: View, netuid: int, value: int) -> tuple[Refusal, ...]:
    least = int(await read(view, "MinActivityCutoff")) if view.has(item("MinActivityCutoff")) else 0
    if value >= least:
        return ()
    return _one("ActivityCutoffTooLow", f"the least is {least} blocks", f"choose {least} or more")


async def _max_validators(view: View, netuid: int, value: int) -> tuple[Refusal, ...]:
    most = int(await read(view, "MaxAllowedUids", netuid))
    if value <= most:
        return ()
    said = f"subnet {netuid} has room for {most} neurons"
    return _one("MaxValidatorsLargerThanMaxUIds", said, f"choose {most} or fewer")


async def _min_uids(view: View, netuid: int, value: int) -> tuple[Refusal, ...]:
    most = int(await read(view, "MaxAllowedUids", netuid))
    if value >= most:
        said = f"subnet {netuid} has room for {most} neurons"
        return _one("MinAllowedUidsGreaterThanMaxAllowedUids", said, f"choose below {most}")
    there = int(await read(view, "SubnetworkN", netuid))
    if value < there:
        return ()
    said = f"subnet {netuid} has {there} {'neuron' if there == 1 else 'neurons'}"
    return _one("MinAllowedUidsGreaterThanCurrentUids", said, f"choose below {there}")


async def _owner_hotkey(view: View, netuid: int, value: str) -> tuple[Refusal, ...]:
    raw = decode_ss58(value)
    if not raw.startswith(_SUBNET_ACCOUNT) or any(raw[len(_SUBNET_ACCOUNT) + 2 :]):
        return ()
    said = f"{value} is the account of a subnet"
    return _one("CannotUseSystemAccount", said, "name a hotkey of your own")


_CHECKS: dict[str, Check] = {
    "min_burn": _min_burn,
    "max_burn": _max_burn,
    "min_childkey_take": _childkey_take,
    "max_allowed_uids": _max_uids,
    "mechanism_count": _mechanism_count,
    "mechanism_emission_split": _split,
    "alpha_high": _alpha_high,
    "alpha_low": _alpha_low,
    "activity_cutoff": _activity_cutoff,
    "owner_hotkey": _owner_hotkey,
    "max_validators": _max_validators,
    "min_allowed_uids": _min_uids,
}
