"""Where every rao of a small chain must be: from events, deposits, references and signatures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from hashlib import blake2b
from typing import Any

from wrapped import ALICE, BOB, CHARLIE, CLASSES, DAVE, TAO

from taoctl.addresses import decode_ss58, encode_ss58
from taoctl.localnet.boot import Kind, Options, open_chain
from taoctl.localnet.dev import DevNode
from taoctl.localnet.frame import Host, Runtime
from taoctl.localnet.pallets.account_balances import EXISTENTIAL_DEPOSIT as ED
from taoctl.localnet.sealing import Seal
from taoctl.scale.crypto import KeySigner
from taoctl.scale.derived_accounts import multisig_account

EVE = KeySigner("//Eve").ss58
URIS = {KeySigner(f"//{n}").ss58: f"//{n}" for n in ("Alice", "Bob", "Charlie", "Dave", "Eve")}
_GROUPS = ((2, (ALICE, BOB, CHARLIE)), (3, (ALICE, BOB, CHARLIE, DAVE)), (1, (ALICE, EVE)))

Holdings = dict[str, tuple[int, int]]
"""Free and reserved rao by account; those that hold nothing are left out."""


def account_of(threshold: int, members: Iterable[str]) -> str:
    """The account of a multisig."""
    return multisig_account(tuple(members), threshold)


MULTISIGS = {account_of(threshold, members): members for threshold, members in _GROUPS}
"""The signatories of the multisig accounts that are used."""
THRESHOLDS = {account_of(threshold, members): threshold for threshold, members in _GROUPS}


def open_small() -> DevNode:
    """A chain on which some are rich, one can just pay deposits, and one has nothing."""

    def build(runtime: Runtime, sudo: str) -> int:
        rich = dict.fromkeys((ALICE, BOB), 1_000 * TAO)
        for who, free in {**rich, CHARLIE: TAO, DAVE: 200_000_000}.items():
            runtime.balances.endow(who, free)
        for account in MULTISIGS:
            runtime.balances.endow(account, TAO)
        runtime.sudo.Key.put(sudo)
        return 0

    options = Options(scenario="small", seal=Seal.MANUAL, state_dir=None)
    return open_chain(options, Kind(CLASSES, build), ALICE).node


def holdings(host: Host) -> Holdings:
    """What every account holds."""
    found = {who: (i["data"]["free"], i["data"]["reserved"]) for who, i in accounts(host)}
    return {who: held for who, held in found.items() if any(held)}


def accounts(host: Host) -> list[tuple[str, dict[str, Any]]]:
    """Every account that is stored."""
    return list(host.system.Account.items())


def replayed(before: Holdings, events: Iterable[Any]) -> tuple[Holdings, int]:
    """What everybody holds after events, and how much the issuance changed by them."""
    free = Counter({who: held[0] for who, held in before.items()})
    reserved = Counter({who: held[1] for who, held in before.items()})
    issued = 0
    for event in events:
        if event.pallet != "Balances" or event.name == "Endowed":
            continue
        data = event.data
        amount = data.get("amount", 0)
        match event.name:
            case "Transfer":
                free[data["from"]] -= amount
                free[data["to"]] += amount
            case "Reserved" | "Unreserved":
                moved = amount if event.name == "Reserved" else -amount
                free[data["who"]] -= moved
                reserved[data["who"]] += moved
            case "Deposit":
                free[data["who"]] += amount
                issued += amount
            case "Withdraw" | "Burned":
                free[data["who"]] -= amount
                issued -= amount
            case "DustLost":
                free[data["account"]] -= amount
                issued -= amount
            case "BalanceSet":
                issued += data["free"] - free[data["who"]]
                free[data["who"]] = data["free"]
            case other:
                raise AssertionError(f"{other} moves TAO and is not accounted for")
    left = {who: (free[who], reserved[who]) for who in free | reserved}
    return {who: held for who, held in left.items() if any(held)}, issued


def check_fees(events: Iterable[Any], most: dict[int, int]) -> None:
    """Each extrinsic takes what it says it paid from who it says paid, and at most what was told.

    `most` is the fee that was told for the extrinsics of the block, by index, as far as known.
    """
    by_index: dict[int, list[Any]] = {}
    for event in events:
        if isinstance(event.phase, int):
            by_index.setdefault(event.phase, []).append(event)
    for index, own in by_index.items():
        moved: Counter[str] = Counter()
        for event in own:
            if event.name in ("Withdraw", "Deposit"):
                sign = 1 if event.name == "Withdraw" else -1
                moved[event.data["who"]] += sign * event.data["amount"]
        paid = [event.data for event in own if event.name == "TransactionFeePaid"]
        assert len(paid) == (index > 0)  # the first is the inherent
        told = Counter({data["who"]: data["actual_fee"] for data in paid})
        assert +moved == +told
        assert sum(told.values()) <= most.get(index, 2**64)


def check_references(host: Host) -> None:
    """Who holds TAO holds enough to live on, and deposits hold on to their account."""
    for who, info in accounts(host):
        free, reserved = info["data"]["free"], info["data"]["reserved"]
        assert info["consumers"] == (1 if reserved else 0), who
        if info["providers"]:
            assert (info["providers"], free >= ED) == (1, True), who
        else:
            assert (free, reserved) == (0, 0), who


def check_deposits(host: Host, spawners: dict[str, str]) -> None:
    """What is reserved is what deposits are recorded for; `spawners` paid for pure accounts."""
    owed: Counter[str] = Counter()
    for who, (proxies, held) in host.proxy.Proxies.items():
        assert held == 60_000_000 + 33_000_000 * len(proxies)
        owed[spawners.get(who, who)] += held
    for who, (pending, held) in host.proxy.Announcements.items():
        assert held == 36_000_000 + 68_000_000 * len(pending)
        owed[who] += held
    for (account, _), open_ in host.multisig.Multisigs.items():
        assert set(open_["approvals"]) <= set(MULTISIGS[account])
        assert list(open_["approvals"]) == sorted(set(open_["approvals"]), key=decode_ss58)
        owed[open_["depositor"]] += open_["deposit"]
    assert owed == Counter({who: held[1] for who, held in holdings(host).items()})
    for (real, delegate), _ in host.proxy.RealPaysFee.items():
        assert any(p["delegate"] == delegate for p in host.proxy.Proxies[real][0]) or (
            real not in host.proxy.Proxies
        )


def may_act_for(host: Host, signers: Iterable[str]) -> set[str]:
    """Every account whose TAO may move by what these signed, on the state before it."""
    reach, held = set(signers), holdings(host)
    reach |= {a["real"] for pending, _ in host.proxy.Announcements.values() for a in pending}
    size = 0
    while size != len(reach):
        size = len(reach)
        for real, (proxies, _) in host.proxy.Proxies.items():
            if any(p["delegate"] in reach for p in proxies):
                reach.add(real)
        for account, members in MULTISIGS.items():
            if reach.intersection(members):
                reach.add(account)
        reach |= {derived(who) for who in reach} & held.keys()
    return reach


def derived(who: str) -> str:
    """The account with index 0 that derives from another."""
    seed = b"modlpy/utilisuba" + decode_ss58(who) + bytes(2)
    return encode_ss58(blake2b(seed, digest_size=32).digest())
