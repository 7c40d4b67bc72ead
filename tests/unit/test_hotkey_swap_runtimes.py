"""Swaps of hotkeys on every runtime we know: the bytes they mean, or their absence."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from stored_chain import SPECS, StoredChain

from taoctl.calls.base import ChainCall, Intent, call_bytes
from taoctl.calls.hotkey_swap.associate import AssociateHotkey
from taoctl.calls.hotkey_swap.swap import SwapHotkey
from taoctl.errors import Exit, NotInRuntimeError
from taoctl.scale.crypto import KeySigner
from taoctl.units import Tao

ALICE, OLD, NEW = (KeySigner(f"//{name}").ss58 for name in ("Alice", "Old", "New"))
TAO = 10**9
COSTS = {424: TAO // 10, 393: TAO // 10, 365: TAO // 10, 218: TAO}
"""Of a swap on all subnets."""
NOW = 100_000


def chain_of(spec: int) -> StoredChain:
    """Alice owns OLD, which has a seat and stake on subnet 1."""
    chain = StoredChain(spec)
    for netuid in (0, 1):
        chain.put("NetworksAdded", netuid, value=True)
    chain.put("Owner", OLD, value=ALICE)
    chain.put("IsNetworkMember", OLD, 1, value=True)
    chain.put("Uids", 1, OLD, value=7)
    chain.put("TotalHotkeyAlpha", OLD, 1, value=5 * TAO)
    zero = dict.fromkeys(("nonce", "consumers", "sufficients"), 0)
    data = {"free": 50 * TAO, "reserved": 0, "frozen": 0, "flags": 0}
    chain.put("Account", ALICE, value={**zero, "providers": 1, "data": data}, pallet="System")
    return chain


async def _planned(chain: StoredChain, intent: Intent) -> ChainCall:
    view = chain.view(NOW)
    view.require(*intent.needs)
    call = await intent.call(view, ALICE)
    assert await intent.preflight(view, ALICE) == ()
    for ask in (intent.effects, intent.warnings):
        assert await ask(view, ALICE) or isinstance(intent, AssociateHotkey)
    assert await intent.words(view, ALICE)
    return call


def decoded(chain: StoredChain, call: ChainCall) -> tuple[str, dict[str, Any]]:
    """Name and arguments of the bytes of a call."""
    value = chain.codec.decode_call(call_bytes(chain.codec, call))
    return value["call_function"], {one["name"]: one["value"] for one in value["call_args"]}


@pytest.mark.parametrize("spec", SPECS)
def test_a_swap_everywhere_is_the_newest_call_there_is(spec: int) -> None:
    chain, intent = chain_of(spec), SwapHotkey(OLD, NEW)
    expected: dict[str, Any] = {"hotkey": OLD, "new_hotkey": NEW}
    if spec > 218:
        expected["netuid"] = None
    if spec > 365:
        expected["keep_stake"] = False
    name = "swap_hotkey_v2" if spec > 365 else "swap_hotkey"
    assert decoded(chain, asyncio.run(_planned(chain, intent))) == (name, expected)
    assert asyncio.run(intent.spends(chain.view(NOW), ALICE)) == Tao(COSTS[spec])


@pytest.mark.parametrize("spec", SPECS)
def test_a_swap_on_one_subnet_is_cheaper_or_absent(spec: int) -> None:
    chain, intent = chain_of(spec), SwapHotkey(OLD, NEW, 1)
    if spec == 218:
        with pytest.raises(NotInRuntimeError, match="all subnets only") as caught:
            asyncio.run(_planned(chain, intent))
        assert caught.value.exit_code is Exit.USAGE
        assert "--netuid" in (caught.value.hint or "")
        return
    _, args = decoded(chain, asyncio.run(_planned(chain, intent)))
    assert args["netuid"] == 1
    assert asyncio.run(intent.spends(chain.view(NOW), ALICE)) == Tao(TAO // 1000)


@pytest.mark.parametrize("spec", SPECS)
def test_stake_is_kept_or_said_to_go_along(spec: int) -> None:
    chain, intent = chain_of(spec), SwapHotkey(OLD, NEW, keep_stake=True)
    if spec <= 365:
        with pytest.raises(NotInRuntimeError, match="swap_hotkey_v2") as caught:
            asyncio.run(_planned(chain, intent))
        assert caught.value.exit_code is Exit.USAGE
        assert "--keep-stake" in (caught.value.hint or "")
        return
    _, args = decoded(chain, asyncio.run(_planned(chain, intent)))
    assert args["keep_stake"] is True


@pytest.mark.parametrize("spec", SPECS)
def test_the_old_hotkey_is_kept_in_the_same_transaction_or_that_is_absent(spec: int) -> None:
    chain, intent = chain_of(spec), SwapHotkey(OLD, NEW, keep_old=True)
    if spec == 218:
        with pytest.raises(NotInRuntimeError, match="try_associate_hotkey"):
            asyncio.run(_planned(chain, intent))
        return
    name, args = decoded(chain, asyncio.run(_planned(chain, intent)))
    inner = [one["call_function"] for one in args["calls"]]
    assert (name, inner[1]) == ("batch_all", "try_associate_hotkey")
    assert inner[0] == ("swap_hotkey_v2" if spec > 365 else "swap_hotkey")


@pytest.mark.parametrize("spec", SPECS)
def test_a_hotkey_is_associated_or_that_is_absent(spec: int) -> None:
    chain, intent = chain_of(spec), AssociateHotkey(NEW)
    if spec == 218:
        with pytest.raises(NotInRuntimeError, match="try_associate_hotkey"):
            asyncio.run(_planned(chain, intent))
        return
    call = asyncio.run(_planned(chain, intent))
    assert decoded(chain, call) == ("try_associate_hotkey", {"hotkey": NEW})


@pytest.mark.parametrize("spec", SPECS)
def test_a_wait_counts_from_where_the_runtime_keeps_it(spec: int) -> None:
    chain = chain_of(spec)
    chain.put("TxRateLimit", value=1_000)
    if spec > 218:
        chain.put("LastRateLimitedBlock", {"LastTxBlock": ALICE}, value=NOW - 10)
    else:
        chain.put("LastTxBlock", ALICE, value=NOW - 10)
    (refusal,) = asyncio.run(SwapHotkey(OLD, NEW).preflight(chain.view(NOW), ALICE))
    assert refusal.name == "HotKeySetTxRateLimitExceeded"
    assert refusal.allowed_from_block == NOW - 10 + 1_001


def test_a_seat_anywhere_is_in_the_way_where_the_runtime_says_so() -> None:
    for spec, told in ((424, []), (365, ["HotKeyAlreadyRegisteredInSubNet"])):
        chain = chain_of(spec)
        chain.put("IsNetworkMember", NEW, 0, value=True)
        found = asyncio.run(SwapHotkey(OLD, NEW, 1).preflight(chain.view(NOW), ALICE))
        assert [one.name for one in found] == told
