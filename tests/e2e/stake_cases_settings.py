"""Errors of the calls that lock stake, claim for it, and settle who earns with it."""

from __future__ import annotations

from typing import Any

from stake_cases import CHARLIES, FULL, LOST, Case, S, words
from stake_net import ALICE, BOBS, EVEN, KEPT, OTHER, OWN, ROOT, STRANGER, TAO

from taoctl.localnet.scaletypes import variant
from taoctl.scale.crypto import KeySigner


def lock(netuid: int, rao: int, hotkey: str = OWN) -> dict[str, Any]:
    return {"hotkey": hotkey, "netuid": netuid, "amount": rao}


def take(rate: int, hotkey: str = OWN) -> dict[str, Any]:
    return {"hotkey": hotkey, "take": rate}


def children(netuid: int, *rows: tuple[int, str], hotkey: str = OWN) -> dict[str, Any]:
    return {"hotkey": hotkey, "netuid": netuid, "children": list(rows)}


def childset(*text: str, netuid: int = EVEN, uri: str = "//Alice") -> tuple[str, ...]:
    return ("child", "set", *text, "--netuid", str(netuid), "--wallet", uri, "--hotkey", OWN)


MANY = [KeySigner(f"//Child/{n}").ss58 for n in range(6)]
LATELY = (("LastRateLimitedBlock", variant("LastTxBlockDelegateTake", OWN), 1),)

SETTING = [
    Case(
        *("lock_stake", S + "AmountTooLow", lock(EVEN, 0)),
        words("lock add 50% --netuid 1 --wallet //Ferdie --hotkey", OWN),
        uri="//Ferdie",
    ),
    Case(
        *("lock_stake", S + "LockHotkeyMismatch", lock(EVEN, TAO, BOBS)),
        words("lock add 1alpha --netuid 1 --wallet //Charlie --hotkey", BOBS),
        uri="//Charlie",
    ),
    Case(
        *("lock_stake", S + "InsufficientStakeForLock", lock(EVEN, 50 * TAO)),
        words("lock add 50alpha --netuid 1", *CHARLIES),
        uri="//Charlie",
    ),
    Case(
        *("lock_stake", S + "HotKeyAccountNotExists", lock(EVEN, TAO, STRANGER)),
        words("lock add 1alpha --netuid 1 --wallet //Alice --hotkey", STRANGER),
    ),
    Case(
        *("move_lock", S + "NoExistingLock", {"destination_hotkey": OTHER, "netuid": EVEN}),
        words("lock move --netuid 1 --wallet //Alice --to-hotkey", OTHER),
    ),
    Case(
        *("move_lock", S + "HotKeyAccountNotExists"),
        {"destination_hotkey": STRANGER, "netuid": EVEN},
        words("lock move --netuid 1 --wallet //Charlie --to-hotkey", STRANGER),
        uri="//Charlie",
    ),
    Case("claim_root", S + "InvalidSubnetNumber", {"subnets": []}),
    Case("claim_root", S + "InvalidSubnetNumber", {"subnets": [1, 2, 3, 4, 5, 6]}),
    Case(
        *("set_root_claim_type", S + "InvalidSubnetNumber"),
        {"new_root_claim_type": {"KeepSubnets": {"subnets": []}}},
        words("claim-type keep: --wallet //Alice"),
        exit_code=2,
    ),
    Case(
        *("set_coldkey_auto_stake_hotkey", S + "SubnetNotExists", {"netuid": LOST, "hotkey": OWN}),
        words("auto set", OWN, "--netuid", "77", "--wallet", "//Alice"),
    ),
    Case(
        *("set_coldkey_auto_stake_hotkey", S + "HotKeyNotRegisteredInSubNet"),
        {"netuid": KEPT, "hotkey": OWN},
        words("auto set", OWN, "--netuid", "3", "--wallet", "//Alice"),
    ),
    Case(
        *("set_coldkey_auto_stake_hotkey", S + "SameAutoStakeHotkeyAlreadySet"),
        {"netuid": EVEN, "hotkey": BOBS},
        words("auto set", BOBS, "--netuid", "1", "--wallet", "//Alice"),
        stored=(("AutoStakeDestination", (ALICE, EVEN), BOBS),),
    ),
    Case(
        *("increase_take", "Custom error: 25", take(11_796)),
        words("take set 18% --wallet //Bob --hotkey", OWN),
        uri="//Bob",
        said="NonAssociatedColdKey",
        stored=(("Delegates", OWN, 5_000),),
    ),
    Case(
        *("increase_take", "Custom error: 4", take(11_000, STRANGER)),
        words("take set 10% --wallet //Alice --hotkey", STRANGER),
        said="HotKeyAccountNotExists",
    ),
    Case(
        *("increase_take", S + "DelegateTakeTooLow", take(5_000)),
        words("take set 0.07629511 --wallet //Alice --hotkey", OWN),
        stored=(("Delegates", OWN, 5_000),),
    ),
    Case(
        *("decrease_take", S + "DelegateTakeTooLow", take(5_000)),
        words("take set 0.07629511 --wallet //Alice --hotkey", OWN),
        stored=(("Delegates", OWN, 5_000),),
    ),
    Case(
        *("decrease_take", "Custom error: 26", take(100)),
        words("take set 0.1526% --wallet //Alice --hotkey", OWN),
        said="DelegateTakeTooLow",
        stored=(("MinDelegateTake", (), 200),),
    ),
    Case(
        *("increase_take", "Custom error: 27", take(11_797)),
        words("take set 18.1% --wallet //Alice --hotkey", OWN),
        said="DelegateTakeTooHigh",
    ),
    Case(
        *("increase_take", S + "DelegateTxRateLimitExceeded", take(11_000)),
        words("take set 16% --wallet //Alice --hotkey", OWN),
        stored=(("Delegates", OWN, 5_000), *LATELY),
    ),
    Case(
        *("set_children", S + "TxRateLimitExceeded", children(EVEN, (1, OTHER))),
        childset(f"{OTHER}=10%"),
        stored=(("TransactionKeyLastBlock", (OWN, EVEN, 0), 1),),
    ),
    Case(
        *("set_children", S + "RegistrationNotPermittedOnRootSubnet", children(ROOT, (1, OTHER))),
        childset(f"{OTHER}=10%", netuid=ROOT),
    ),
    Case(
        *("set_children", S + "SubnetNotExists", children(LOST, (1, OTHER))),
        childset(f"{OTHER}=10%", netuid=LOST),
    ),
    Case(
        *("set_children", S + "NonAssociatedColdKey", children(EVEN, (1, OTHER))),
        childset(f"{OTHER}=10%", uri="//Bob"),
        uri="//Bob",
    ),
    Case(
        *("set_children", S + "DuplicateChild", children(EVEN, (1, OTHER), (2, OTHER))),
        childset(f"{OTHER}=10%", f"{OTHER}=20%"),
    ),
    Case(
        *("set_children", S + "TooManyChildren", children(EVEN, *((1, one) for one in MANY))),
        childset(*(f"{one}=1%" for one in MANY)),
    ),
    Case(
        *("set_children", S + "InvalidChild", children(EVEN, (1, OWN))),
        childset(f"{OWN}=10%"),
    ),
    Case(
        *("set_children", S + "ProportionOverflow", children(EVEN, (FULL, OTHER), (1, BOBS))),
        childset(f"{OTHER}=100%", f"{BOBS}=1%"),
    ),
    Case(
        *("set_children", S + "ChildParentInconsistency", children(EVEN, (1, OTHER))),
        childset(f"{OTHER}=10%"),
        stored=(("ParentKeys", (OWN, EVEN), ((1, OTHER),)),),
    ),
    Case(
        *("set_children", S + "NotEnoughStakeToSetChildkeys", children(EVEN, (1, OTHER))),
        childset(f"{OTHER}=10%"),
        stored=(("StakeThreshold", (), 10**6 * TAO),),
    ),
    Case(
        *("set_childkey_take", S + "NonAssociatedColdKey", {**take(9_000), "netuid": EVEN}),
        words("child take 10% --netuid 1 --wallet //Bob --hotkey", OWN),
        uri="//Bob",
    ),
    Case(
        *("set_childkey_take", S + "InvalidChildkeyTake", {**take(11_797), "netuid": EVEN}),
        words("child take 19% --netuid 1 --wallet //Alice --hotkey", OWN),
    ),
    Case(
        *(
            "set_childkey_take",
            S + "TxChildkeyTakeRateLimitExceeded",
            {**take(9_000), "netuid": EVEN},
        ),
        words("child take 10% --netuid 1 --wallet //Alice --hotkey", OWN),
        stored=(("TransactionKeyLastBlock", (OWN, EVEN, 1), 1),),
    ),
]
