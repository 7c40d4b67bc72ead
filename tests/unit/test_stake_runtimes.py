"""Every operation of stake on every runtime we know: the bytes that it means, or its absence."""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from state_node import state_node
from stored_chain import SPECS, StoredChain, codec_of

from taoctl.calls.base import ChainCall, Intent, call_bytes
from taoctl.calls.stake.add import AddStake
from taoctl.calls.stake.all import UnstakeAll, UnstakeHotkey
from taoctl.calls.stake.amount import ALL, Amount, alpha_amount, tao_amount
from taoctl.calls.stake.auto_stake import SetAutoStake
from taoctl.calls.stake.children import Child, SetChildren
from taoctl.calls.stake.claims import KEEP, KEEP_SUBNETS, ClaimRoot, ClaimType, SetRootClaimType
from taoctl.calls.stake.limits import Price, Tolerance, Unlimited
from taoctl.calls.stake.locks import LockStake, MoveLock, SetPerpetualLock, SetRejectLockedAlpha
from taoctl.calls.stake.move import MoveStake, SwapStake, TransferStake
from taoctl.calls.stake.recycle import AddStakeBurn, BurnAlpha, RecycleAlpha
from taoctl.calls.stake.remove import RemoveAllAtLimit, RemoveStake
from taoctl.calls.stake.takes import SetChildkeyTake, SetTake
from taoctl.calls.stake.trade import Trades
from taoctl.chain.extrinsic.offline import Versions, load
from taoctl.chain.extrinsic.prune import prune
from taoctl.chain.extrinsic.workshop import Workshop
from taoctl.economics.pool import Pool, price_rao, simulate
from taoctl.errors import Exit, NotInRuntimeError
from taoctl.scale.crypto import KeySigner

ALICE, BOB, OWN, OTHER = (KeySigner(f"//{name}").ss58 for name in ("Alice", "Bob", "Own", "Other"))
TAO = 10**9
HELD = 40 * TAO
POOL = Pool(alpha_reserve=200_000 * TAO, tao_reserve=20_000 * TAO)
LIMIT = Price(99_000_000)
ALPHA, SOME = alpha_amount(7 * TAO), tao_amount(3 * TAO)
CLASSIC = frozenset({218, 365, 393, 424})
LIMITED = CLASSIC - {218}
BURNS = frozenset({393, 424})
LOCKS = frozenset({424})
S = "SubtensorModule"


class LiveChain(StoredChain):
    """Two subnets and what Alice holds on them, as runtimes of each age tell it."""

    def __init__(self, spec: int) -> None:
        super().__init__(spec)
        for netuid in (0, 1, 2):
            self.put("NetworksAdded", netuid, value=True)
            self._if_there("SubtokenEnabled", netuid, value=True)
            self._if_there("SubnetMechanism", netuid, value=1 if netuid else 0)
            self._if_there("SubnetTAO", netuid, value=POOL.tao_reserve)
            self._if_there("SubnetAlphaIn", netuid, value=POOL.alpha_reserve)
            self._if_there("SubnetAlphaOut", netuid, value=POOL.alpha_reserve)
            for hotkey in (OWN, OTHER):
                self.put("Uids", netuid, hotkey, value=1)
        for hotkey in (OWN, OTHER):
            self.put("Owner", hotkey, value=ALICE)
        self.put("StakingHotkeys", ALICE, value=[OWN])
        if spec == 218:  # its API answers bytes without a type: positions are read from shares
            for netuid in (0, 1, 2):
                self.put("TotalHotkeyAlpha", OWN, netuid, value=HELD)
                self.put("TotalHotkeyShares", OWN, netuid, value=HELD)
                self.put("Alpha", OWN, ALICE, netuid, value=HELD)
        self._account()

    def _if_there(self, item: str, *keys: Any, value: Any) -> None:
        try:
            self.put(item, *keys, value=value)
        except NotInRuntimeError:
            return

    def _account(self) -> None:
        zero = dict.fromkeys(("nonce", "consumers", "sufficients"), 0)
        data = {"free": 5_000 * TAO, "reserved": 0, "frozen": 0, "flags": 0}
        value = {**zero, "providers": 1, "data": data}
        self.put("Account", ALICE, value=value, pallet="System")

    async def call(self, method: str, params: Any = ()) -> Any:
        """A JSON-RPC request; runtime APIs are answered from the pool and the positions."""
        if method != "state_call":
            return await super().call(method, params)
        self.asked.append(params[0])
        api, _, name = params[0].partition("_")
        info = self.codec.need_api(api, name)
        answer = self._answer(name, bytes.fromhex(params[1][2:]))
        return "0x" + self.codec.encode(info.output, answer).hex()

    def _answer(self, name: str, args: bytes) -> Any:
        if name == "get_stake_info_for_coldkey":
            return [self._position(netuid) for netuid in (0, 1, 2)]
        if name == "get_stake_availability_for_coldkeys":
            of = {n: {"total": HELD, "locked": 0, "available": HELD} for n in (0, 1, 2)}
            return {ALICE: of}
        netuid = int.from_bytes(args[:2], "little")
        if name == "current_alpha_price":
            return price_rao(POOL) if netuid else TAO
        amount = int.from_bytes(args[2:10], "little")
        told = simulate(POOL, "buy" if name == "sim_swap_tao_for_alpha" else "sell", amount)
        return {field: getattr(told, field) for field in told.__slots__}

    @staticmethod
    def _position(netuid: int) -> dict[str, Any]:
        zero = dict.fromkeys(("locked", "emission", "tao_emission", "drain"), 0)
        whose = {"hotkey": OWN, "coldkey": ALICE, "netuid": netuid}
        return {**whose, "stake": HELD, **zero, "is_registered": True}


@dataclass(frozen=True)
class Operation:
    """An intent, the calls that it is, and the specs whose runtime has them."""

    intent: Intent
    calls: tuple[tuple[str, dict[str, Any]], ...]
    specs: frozenset[int]

    def __str__(self) -> str:
        return f"{type(self.intent).__name__} {self.calls[0][0]}"


def one(intent: Intent, specs: frozenset[int], name: str, **args: Any) -> Operation:
    return Operation(intent, ((name, args),), specs)


def near(amount: Amount = ALPHA, netuid: int = 1) -> dict[str, Any]:
    return {"hotkey": OWN, "netuid": netuid, "amount_unstaked": amount.rao}


MOVED = {"origin_netuid": 1, "destination_netuid": 2, "alpha_amount": ALPHA.rao}
ADDED = {"hotkey": OWN, "netuid": 1, "amount_staked": SOME.rao}
GIVEN = {"hotkey": OWN, "amount": ALPHA.rao, "netuid": 1}
BUY, SELL = Price(101_000_000), LIMIT

OPERATIONS = [
    one(AddStake(OWN, 1, SOME, Unlimited()), CLASSIC, "add_stake", **ADDED),
    one(
        AddStake(OWN, 1, SOME, BUY, partial=True),
        *(LIMITED, "add_stake_limit"),
        **{**ADDED, "limit_price": BUY.rao, "allow_partial": True},
    ),
    one(RemoveStake(OWN, 1, ALPHA, Unlimited()), CLASSIC, "remove_stake", **near()),
    one(
        RemoveStake(OWN, 1, ALPHA, SELL),
        *(LIMITED, "remove_stake_limit"),
        **{**near(), "limit_price": SELL.rao, "allow_partial": False},
    ),
    one(
        RemoveAllAtLimit(OWN, 1, SELL),
        *(LIMITED, "remove_stake_full_limit"),
        hotkey=OWN,
        netuid=1,
        limit_price=SELL.rao,
    ),
    one(
        RemoveAllAtLimit(OWN, 1, Unlimited()),
        *(LIMITED, "remove_stake_full_limit"),
        hotkey=OWN,
        netuid=1,
        limit_price=None,
    ),
    one(UnstakeHotkey(OWN), LIMITED, "unstake_all", hotkey=OWN),
    one(UnstakeHotkey(OWN, to_root=True), LIMITED, "unstake_all_alpha", hotkey=OWN),
    one(UnstakeAll(Unlimited()), LIMITED, "unstake_all", hotkey=OWN),
    one(
        MoveStake(OWN, OTHER, 1, 1, ALPHA),
        *(CLASSIC, "move_stake"),
        **{"origin_hotkey": OWN, "destination_hotkey": OTHER, **MOVED, "destination_netuid": 1},
    ),
    one(
        MoveStake(OWN, OTHER, 1, 2, ALPHA, unsafe=True),
        *(CLASSIC, "move_stake"),
        **{"origin_hotkey": OWN, "destination_hotkey": OTHER, **MOVED},
    ),
    one(
        TransferStake(BOB, OWN, 1, 1, ALPHA),
        *(LIMITED, "transfer_stake"),
        **{"destination_coldkey": BOB, "hotkey": OWN, **MOVED, "destination_netuid": 1},
    ),
    one(SwapStake(OWN, 1, 2, ALPHA, Unlimited()), LIMITED, "swap_stake", hotkey=OWN, **MOVED),
    one(
        SwapStake(OWN, 1, 2, ALPHA, Price(990_000_000), partial=True),
        *(LIMITED, "swap_stake_limit"),
        **{"hotkey": OWN, **MOVED, "limit_price": 990_000_000, "allow_partial": True},
    ),
    one(
        RecycleAlpha(OWN, 1, ALPHA),
        LIMITED,
        "recycle_alpha",
        hotkey=OWN,
        amount=ALPHA.rao,
        netuid=1,
    ),
    one(BurnAlpha(OWN, 1, ALPHA), LIMITED, "burn_alpha", hotkey=OWN, amount=ALPHA.rao, netuid=1),
    one(
        AddStakeBurn(OWN, 1, SOME, BUY),
        *(BURNS, "add_stake_burn"),
        hotkey=OWN,
        netuid=1,
        amount=SOME.rao,
        limit=BUY.rao,
    ),
    one(ClaimRoot((2, 1)), LIMITED, "claim_root", subnets=[1, 2]),
    one(
        SetRootClaimType(ClaimType(KEEP_SUBNETS, (1, 2))),
        *(LIMITED, "set_root_claim_type"),
        new_root_claim_type={"KeepSubnets": {"subnets": [1, 2]}},
    ),
    one(
        SetRootClaimType(ClaimType(KEEP)),
        *(LIMITED, "set_root_claim_type"),
        new_root_claim_type="Keep",
    ),
    one(SetAutoStake(1, OTHER), LIMITED, "set_coldkey_auto_stake_hotkey", netuid=1, hotkey=OTHER),
    one(SetTake(OWN, 9_000), CLASSIC, "decrease_take", hotkey=OWN, take=9_000),
    one(
        SetChildren(OWN, 1, (Child(OTHER, 2**63), Child(BOB, 5))),
        *(CLASSIC, "set_children"),
        hotkey=OWN,
        netuid=1,
        children=[(2**63, OTHER), (5, BOB)],
    ),
    one(SetChildkeyTake(OWN, 1, 77), CLASSIC, "set_childkey_take", hotkey=OWN, netuid=1, take=77),
    one(LockStake(OWN, 1, ALPHA), LOCKS, "lock_stake", hotkey=OWN, netuid=1, amount=ALPHA.rao),
    one(MoveLock(OTHER, 1), LOCKS, "move_lock", destination_hotkey=OTHER, netuid=1),
    one(SetPerpetualLock(1, True), LOCKS, "set_perpetual_lock", netuid=1, enabled=True),
    one(SetRejectLockedAlpha(False), LOCKS, "set_reject_locked_alpha", enabled=False),
    Operation(
        Trades((AddStake(OWN, 1, SOME, Unlimited()), RemoveStake(OWN, 2, ALPHA, Unlimited()))),
        (("add_stake", ADDED), ("remove_stake", near(netuid=2))),
        CLASSIC,
    ),
]
NAMES = sorted(
    {name for operation in OPERATIONS for name, _ in operation.calls} | {"increase_take"}
)


@cache
def chain_of(spec: int) -> LiveChain:
    return LiveChain(spec)


@cache
def composer_of(spec: int) -> Workshop:
    """The other codec, with the calls of this test loaded at once."""
    codec = codec_of(spec)
    versions = Versions(spec, 1)
    shop = Workshop(codec.metadata, versions)
    there = {call["name"] for call in codec.pallets[S]["calls"]}
    wanted = frozenset({(S, name) for name in NAMES if name in there} | {("Utility", "batch_all")})
    shop._loaded[wanted] = load(prune(shop.registry, wanted), versions)
    return shop


async def planned(chain: LiveChain, intent: Intent) -> ChainCall:
    """The call, after everything that a plan asks of an intent has been asked."""
    view = chain.view()
    view.require(*intent.needs)
    call = await intent.call(view, ALICE)
    for ask in (intent.preflight, intent.effects, intent.warnings, intent.quotes, intent.spends):
        await ask(view, ALICE)
    assert await intent.words(view, ALICE)
    return call


def decoded(value: Any) -> list[tuple[str, dict[str, Any]]]:
    """Names and arguments of a decoded call, or of those in a batch."""
    args = {one["name"]: one["value"] for one in value["call_args"]}
    if value["call_module"] == "Utility":
        return [one for call in args["calls"] for one in decoded(call)]
    assert value["call_module"] == S
    return [(value["call_function"], args)]


@pytest.mark.parametrize("spec", SPECS)
@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_an_operation_is_the_bytes_that_it_means_or_is_absent(
    operation: Operation, spec: int
) -> None:
    chain = chain_of(spec)
    if spec not in operation.specs:
        with pytest.raises(NotInRuntimeError, match=f"spec {spec}") as caught:
            asyncio.run(planned(chain, operation.intent))
        assert caught.value.exit_code is Exit.USAGE and caught.value.hint
        return
    call = asyncio.run(planned(chain, operation.intent))
    data = call_bytes(chain.codec, call)
    assert decoded(chain.codec.decode_call(data)) == list(operation.calls)
    assert composer_of(spec).call(call) == data


@pytest.mark.parametrize("spec", SPECS)
def test_a_tolerance_becomes_a_price_or_is_absent(spec: int) -> None:
    """Nothing is traded without a limit because a runtime has none."""
    intent = AddStake(OWN, 1, SOME, Tolerance(10_000))
    if spec not in LIMITED:
        with pytest.raises(NotInRuntimeError, match="price limit"):
            asyncio.run(planned(chain_of(spec), intent))
        return
    call = asyncio.run(planned(chain_of(spec), intent))
    assert call.name == "add_stake_limit"
    assert 100_999_000 <= call.args["limit_price"] <= 101_000_000
    assert call.args["allow_partial"] is False


@pytest.mark.parametrize("spec", SPECS)
def test_shares_and_all_are_counted_by_what_the_runtime_tells(spec: int) -> None:
    half = asyncio.run(
        planned(
            chain_of(spec), RemoveStake(OWN, 1, Amount("share", millionths=500_000), Unlimited())
        )
    )
    assert half.args["amount_unstaked"] == HELD // 2
    every = asyncio.run(planned(chain_of(spec), RemoveStake(OWN, 1, ALL, Unlimited())))
    assert every.name in ("remove_stake", "remove_stake_full_limit")


def test_the_command_says_that_it_is_absent_and_exits_2(tmp_path: Path) -> None:
    async def main() -> tuple[int | None, str]:
        async with state_node(365) as node:
            zero = dict.fromkeys(("nonce", "consumers", "providers", "sufficients"), 0)
            data = dict.fromkeys(("reserved", "frozen", "flags"), 0) | {"free": 10 * TAO}
            node.put("System", "Account", (ALICE,), {**zero, "data": data})
            words = ("stake", "burn", "1tao", "--netuid", "1", "--hotkey", OWN)
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "taoctl", *words, "--wallet", "//Alice", "--dry-run"),
                *("-n", node.url),
                env={"PATH": os.environ["PATH"], "TAOCTL_HOME": str(tmp_path)},
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
            )
            _, err = await process.communicate()
            return process.returncode, err.decode()

    code, said = asyncio.run(main())
    assert code == 2, said
    assert "spec 365" in said and "add_stake_burn" in said
