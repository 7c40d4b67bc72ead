"""Errors of the calls that stake and unstake: what meets them, by command and without a plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from stake_net import BOBS, CLOSED, EVEN, OTHER, OWN, ROOT, SMALL, STRANGER, TAO

LOST = 77
"""A subnet that is not there."""
FULL = 2**64 - 1
ALICES = ("--wallet", "//Alice", "--hotkey", OWN)
CHARLIES = ("--wallet", "//Charlie", "--hotkey", OWN)
NEAR = ("--tolerance", "0.01%")
S = "SubtensorModule."


@dataclass(frozen=True)
class Case:
    """One error of one call.

    Attributes:
        name: the call.
        error: what the chain fails with, by pallet and name, or the pool's `Custom error: n`.
        args: of the call, when it is sent without a plan.
        words: the command that must refuse; empty where no command can ask for it.
        uri: who signs.
        stored: entries of the pallet that are different for this case: item, key, value.
        said: what the command calls it, where that is not the chain's name.
        exit_code: of the command.
    """

    name: str
    error: str
    args: dict[str, Any]
    words: tuple[str, ...] = ()
    uri: str = "//Alice"
    stored: tuple[tuple[str, Any, Any], ...] = ()
    said: str | None = None
    exit_code: int = 1

    def __str__(self) -> str:
        return f"{self.name} {self.error.removeprefix(S)}"


def add(netuid: int, rao: int, hotkey: str = OWN, **limit: Any) -> dict[str, Any]:
    return {"hotkey": hotkey, "netuid": netuid, "amount_staked": rao, **limit}


def remove(netuid: int, rao: int, hotkey: str = OWN, **limit: Any) -> dict[str, Any]:
    return {"hotkey": hotkey, "netuid": netuid, "amount_unstaked": rao, **limit}


def move(source: int, target: int, rao: int, to: str = OTHER, frm: str = OWN) -> dict[str, Any]:
    return {
        "origin_hotkey": frm,
        "destination_hotkey": to,
        "origin_netuid": source,
        "destination_netuid": target,
        "alpha_amount": rao,
    }


def swap(source: int, target: int, rao: int, hotkey: str = OWN, **limit: Any) -> dict[str, Any]:
    ends = {"origin_netuid": source, "destination_netuid": target}
    return {"hotkey": hotkey, **ends, "alpha_amount": rao, **limit}


def transfer(dest: str, netuid: int, rao: int, to: int | None = None) -> dict[str, Any]:
    target = netuid if to is None else to
    return {"destination_coldkey": dest, **swap(netuid, target, rao)}


def give(netuid: int, rao: int, hotkey: str = OWN) -> dict[str, Any]:
    return {"hotkey": hotkey, "amount": rao, "netuid": netuid}


def burn(netuid: int, rao: int, hotkey: str = OWN, limit: int | None = None) -> dict[str, Any]:
    return {"hotkey": hotkey, "netuid": netuid, "amount": rao, "limit": limit}


def tight(limit: int) -> dict[str, Any]:
    return {"limit_price": limit, "allow_partial": False}


def moved(text: str, to: str = OTHER, uri: str = "//Alice") -> tuple[str, ...]:
    return ("move", *text.split(), "--wallet", uri, "--from-hotkey", OWN, "--to-hotkey", to)


def words(text: str, *more: str) -> tuple[str, ...]:
    return (*text.split(), *more)


SPOT = 10**8
"""The price on the even pool at first, rao per alpha; trades of a case leave it as it is."""
POOR = (("SubnetTAO", SMALL, 999_999),)
EMPTY = (("SubnetAlphaIn", SMALL, 999_999),)

ADDING = [
    Case(
        "add_stake", S + "SubnetNotExists", add(LOST, TAO), words("add 1tao --netuid 77", *ALICES)
    ),
    Case(
        *("add_stake", S + "SubtokenDisabled", add(CLOSED, TAO)),
        words("add 1tao --netuid 5", *ALICES),
    ),
    Case(
        *("add_stake", S + "AmountTooLow", add(EVEN, 2_001_006)),
        words("add 0.002001006tao --netuid 1", *ALICES),
    ),
    Case(
        *("add_stake", S + "NotEnoughBalanceToStake", add(ROOT, 20_000 * TAO)),
        words("add 20000tao --netuid 0", *ALICES),
    ),
    Case(
        *("add_stake", S + "HotKeyAccountNotExists", add(EVEN, TAO, STRANGER)),
        words("add 1tao --netuid 1 --wallet //Alice --hotkey", STRANGER),
    ),
    Case(
        *("add_stake", S + "InsufficientLiquidity", add(SMALL, 101 * TAO)),
        words("add 101tao --netuid 6 --unsafe", *ALICES),
    ),
    Case(
        *("add_stake", S + "InsufficientLiquidity", add(SMALL, TAO)),
        words("add 1tao --netuid 6 --unsafe", *ALICES),
        stored=EMPTY,
    ),
    Case(
        *("add_stake_limit", S + "SubnetNotExists", add(LOST, TAO, **tight(FULL))),
        words("add 1tao --netuid 77", *ALICES),
    ),
    Case(
        *(
            "add_stake_limit",
            S + "SlippageTooHigh",
            add(EVEN, 500 * TAO, **tight(SPOT + SPOT // 100)),
        ),
        words("add 500tao --netuid 1", *ALICES),
    ),
    Case(
        *("add_stake_limit", "Swap.PriceLimitExceeded", add(EVEN, TAO, **tight(SPOT // 2))),
        words("add 1tao --netuid 1 --limit 0.05", *ALICES),
    ),
    Case(
        *("add_stake_limit", "Swap.ReservesTooLow", add(SMALL, TAO, **tight(FULL))),
        words("add 1tao --netuid 6 --limit 1000000", *ALICES),
        stored=EMPTY,
    ),
    Case(
        *("add_stake_limit", S + "NotEnoughBalanceToStake"),
        add(ROOT, 20_000 * TAO, **tight(TAO)),
        words("add 20000tao --netuid 0 --limit 1", *ALICES),
    ),
    Case(
        *("add_stake_limit", S + "AmountTooLow", add(ROOT, 1_999_999, **tight(TAO))),
        words("add 0.001999999tao --netuid 0", *ALICES),
    ),
    Case(
        *("add_stake_limit", S + "SlippageTooHigh", add(ROOT, TAO, **tight(TAO - 1))),
        words("add 1tao --netuid 0 --limit 0.999999999", *ALICES),
    ),
]

REMOVING = [
    Case(
        *("remove_stake_limit", S + "SubnetNotExists", remove(LOST, TAO, **tight(1))),
        words("remove 1alpha --netuid 77", *ALICES),
    ),
    Case(
        *("remove_stake", S + "SubtokenDisabled", remove(CLOSED, TAO)),
        words("remove 1alpha --netuid 5 --unsafe", *ALICES),
    ),
    Case(
        *("remove_stake", S + "AmountTooLow", remove(EVEN, 10_000)),
        words("remove 0.00001alpha --netuid 1 --unsafe", *ALICES),
    ),
    Case(
        *("remove_stake", S + "AmountTooLow", remove(EVEN, TAO, BOBS)),
        words("remove 1alpha --netuid 1 --unsafe --wallet //Alice --hotkey", BOBS),
    ),
    Case(
        *("remove_stake_limit", S + "AmountTooLow", remove(EVEN, 10_000, **tight(1_000))),
        words("remove 0.00001alpha --netuid 1", *ALICES),
    ),
    Case(
        *(
            "remove_stake_limit",
            S + "NotEnoughStakeToWithdraw",
            remove(EVEN, 101 * TAO, **tight(1_000)),
        ),
        words("remove 101alpha --netuid 1 --tolerance 50%", *ALICES),
    ),
    Case(
        *(
            "remove_stake_limit",
            S + "InsufficientLiquidity",
            remove(SMALL, 1_001 * TAO, **tight(1_000)),
        ),
        words("remove 1001alpha --netuid 6 --tolerance 99%", *ALICES),
    ),
    Case(
        *("remove_stake", S + "InsufficientLiquidity", remove(SMALL, TAO)),
        words("remove 1alpha --netuid 6 --unsafe", *ALICES),
        stored=POOR,
    ),
    Case(
        *("remove_stake", S + "HotKeyAccountNotExists", remove(EVEN, TAO)),
        words("remove 1alpha --netuid 1 --unsafe", *ALICES),
        stored=(("Owner", OWN, None),),
    ),
    Case(
        *("remove_stake", S + "StakeUnavailable", remove(EVEN, 50 * TAO)),
        words("remove 50alpha --netuid 1 --unsafe", *CHARLIES),
        uri="//Charlie",
    ),
    Case(
        *("remove_stake_limit", S + "StakeUnavailable", remove(EVEN, 50 * TAO, **tight(1_000))),
        words("remove 50alpha --netuid 1", *CHARLIES),
        uri="//Charlie",
    ),
    Case(
        *(
            "remove_stake_limit",
            S + "SlippageTooHigh",
            remove(EVEN, 90 * TAO, **tight(SPOT - 20_000)),
        ),
        words("remove 90alpha --netuid 1 --tolerance 0.02%", *ALICES),
    ),
    Case(
        *("remove_stake_limit", "Swap.PriceLimitExceeded", remove(EVEN, TAO, **tight(2 * SPOT))),
        words("remove 1alpha --netuid 1 --limit 0.2", *ALICES),
    ),
    Case(
        *("remove_stake_full_limit", S + "SlippageTooHigh"),
        {"hotkey": OWN, "netuid": EVEN, "limit_price": SPOT - 20_000},
        words("remove all --netuid 1 --tolerance 0.02%", *ALICES),
    ),
    Case(
        *("remove_stake_full_limit", "Swap.PriceLimitExceeded"),
        {"hotkey": OWN, "netuid": EVEN, "limit_price": 2 * SPOT},
        words("remove all --netuid 1 --limit 0.2", *ALICES),
    ),
    Case(
        *("remove_stake_full_limit", S + "AmountTooLow"),
        {"hotkey": BOBS, "netuid": EVEN, "limit_price": None},
        words("remove all --netuid 1 --unsafe --wallet //Alice --hotkey", BOBS),
    ),
    Case(
        *("remove_stake_full_limit", S + "StakeUnavailable"),
        {"hotkey": OWN, "netuid": EVEN, "limit_price": 1_000},
        words("remove all --netuid 1", *CHARLIES),
        uri="//Charlie",
    ),
    Case(
        *("unstake_all", S + "HotKeyAccountNotExists", {"hotkey": STRANGER}),
        words("unstake-all --unsafe --wallet //Alice --hotkey", STRANGER),
        said="AmountTooLow",
    ),
    Case(
        *("unstake_all_alpha", S + "HotKeyAccountNotExists", {"hotkey": STRANGER}),
        words("unstake-all --alpha --unsafe --wallet //Alice --hotkey", STRANGER),
        said="AmountTooLow",
    ),
    Case(
        *("unstake_all_alpha", S + "AmountTooLow", {"hotkey": OWN}),
        words("unstake-all --alpha --unsafe --wallet //Ferdie --hotkey", OWN),
        uri="//Ferdie",
    ),
]
