"""Swaps of coldkeys on every runtime we know: the bytes they mean, or their absence."""

from __future__ import annotations

import asyncio
from hashlib import blake2b
from typing import Any

import pytest
from stored_chain import SPECS, StoredChain

from taoctl.addresses import decode_ss58
from taoctl.calls.base import ChainCall, Intent, call_bytes
from taoctl.calls.coldkey_swap.announcing import (
    AnnounceColdkeySwap,
    ClearColdkeySwap,
    DisputeColdkeySwap,
)
from taoctl.calls.coldkey_swap.executing import SwapColdkey
from taoctl.calls.coldkey_swap.guard import frozen
from taoctl.errors import Exit, NotInRuntimeError
from taoctl.scale.crypto import KeySigner, account_hash

ALICE, BOB, NEW, OTHER = (KeySigner(f"//{n}").ss58 for n in ("Alice", "Bob", "New", "Other"))
TAO = 10**9
KNOWN = (424, 393)
"""The runtimes on which swaps are announced."""

HASH = "0x" + blake2b(decode_ss58(NEW), digest_size=32).hexdigest()


def chain_of(spec: int, announced: bool) -> StoredChain:
    """Alice has TAO and a hotkey, and may have announced a swap that is due."""
    chain = StoredChain(spec)
    zero = dict.fromkeys(("nonce", "consumers", "sufficients"), 0)
    data = {"free": 50 * TAO, "reserved": 0, "frozen": 0, "flags": 0}
    chain.put("Account", ALICE, value={**zero, "providers": 1, "data": data}, pallet="System")
    chain.put("OwnedHotkeys", ALICE, value=[OTHER])
    chain.put("SubnetOwner", 3, value=ALICE)
    if announced and spec in KNOWN:
        chain.put("ColdkeySwapAnnouncements", ALICE, value=(1, HASH))
        chain.put("ColdkeySwapReannouncementDelay", value=0)
    return chain


async def _planned(chain: StoredChain, intent: Intent) -> ChainCall:
    view = chain.view()
    view.require(*intent.needs)
    call = await intent.call(view, ALICE)
    assert await intent.preflight(view, ALICE) == ()
    for ask in (intent.warnings, intent.spends):
        await ask(view, ALICE)
    assert await intent.words(view, ALICE)
    return call


def decoded(chain: StoredChain, call: ChainCall) -> tuple[str, dict[str, Any]]:
    """Name and arguments of the bytes of a call."""
    value = chain.codec.decode_call(call_bytes(chain.codec, call))
    return value["call_function"], {one["name"]: one["value"] for one in value["call_args"]}


CALLS = [
    (AnnounceColdkeySwap.of(NEW), False, ("announce_coldkey_swap", {"new_coldkey_hash": HASH})),
    (SwapColdkey(NEW), True, ("swap_coldkey_announced", {"new_coldkey": NEW})),
    (ClearColdkeySwap(), True, ("clear_coldkey_swap_announcement", {})),
    (DisputeColdkeySwap(), True, ("dispute_coldkey_swap", {})),
]


@pytest.mark.parametrize("spec", SPECS)
@pytest.mark.parametrize(("intent", "announced", "meant"), CALLS)
def test_a_swap_is_these_calls_or_absent(
    spec: int, intent: Intent, announced: bool, meant: tuple[str, dict[str, Any]]
) -> None:
    chain = chain_of(spec, announced)
    if spec not in KNOWN:
        with pytest.raises(NotInRuntimeError, match=f"spec {spec}") as caught:
            asyncio.run(_planned(chain, intent))
        assert caught.value.exit_code is Exit.USAGE
        return
    assert decoded(chain, asyncio.run(_planned(chain, intent))) == meant


@pytest.mark.parametrize("spec", SPECS)
def test_plans_look_for_a_swap_only_where_there_may_be_one(spec: int) -> None:
    chain = chain_of(spec, True)
    call = ChainCall("System", "remark", {"remark": b""})
    found = asyncio.run(frozen(chain.view(), ALICE, call))
    assert [one.name for one in found] == (["ColdkeySwapAnnounced"] if spec in KNOWN else [])
    asked = chain.asked
    assert (asked == []) == (spec not in KNOWN)
    asked.clear()
    assert asyncio.run(frozen(chain.view(), BOB, call)) == ()
    assert len(asked) == (1 if spec in KNOWN else 0)


def test_who_makes_the_calls_inside_a_call() -> None:
    chain = chain_of(424, True)
    remark = ChainCall("System", "remark", {"remark": b""})
    dispute = ChainCall("SubtensorModule", "dispute_coldkey_swap")

    def refused(signer: str, call: ChainCall) -> bool:
        return bool(asyncio.run(frozen(chain.view(), signer, call)))

    def proxy(real: str, call: ChainCall, name: str = "proxy") -> ChainCall:
        return ChainCall("Proxy", name, {"real": real, "force_proxy_type": None, "call": call})

    def batch(*calls: ChainCall) -> ChainCall:
        return ChainCall("Utility", "batch_all", {"calls": list(calls)})

    assert refused(ALICE, remark) and refused(ALICE, batch(dispute))
    assert not refused(ALICE, dispute)
    assert refused(BOB, proxy(ALICE, remark)) and refused(
        BOB, proxy(ALICE, remark, "proxy_announced")
    )
    assert not refused(BOB, proxy(ALICE, dispute))
    assert refused(ALICE, proxy(BOB, remark))
    assert refused(BOB, batch(remark, proxy(ALICE, remark)))
    assert refused(BOB, proxy(OTHER, proxy(ALICE, remark)))
    assert not refused(BOB, batch(remark, proxy(OTHER, remark)))
    encrypted = ChainCall("MevShield", "submit_encrypted", {"ciphertext": b""})
    assert not refused(ALICE, encrypted)
    as_root = ChainCall("Sudo", "sudo", {"call": proxy(ALICE, remark)})
    assert not refused(BOB, as_root)
    as_alice = ChainCall("Sudo", "sudo_as", {"who": ALICE, "call": remark})
    assert refused(BOB, as_alice)
    assert not refused(BOB, proxy({"Index": None}, remark))  # type: ignore[arg-type]


def test_the_hash_is_that_of_the_public_key() -> None:
    assert account_hash(NEW) == HASH


def test_what_follows_an_announcement_in_a_batch_is_stopped_by_it() -> None:
    chain = chain_of(424, False)
    remark = ChainCall("System", "remark", {"remark": b""})
    dispute = ChainCall("SubtensorModule", "dispute_coldkey_swap")
    announce = ChainCall("SubtensorModule", "announce_coldkey_swap", {"new_coldkey_hash": HASH})

    def by_alice(call: ChainCall) -> ChainCall:
        args = {"real": ALICE, "force_proxy_type": None, "call": call}
        return ChainCall("Proxy", "proxy", args)

    def refused(signer: str, *calls: ChainCall) -> list[str]:
        batch = ChainCall("Utility", "batch_all", {"calls": list(calls)})
        return [one.message for one in asyncio.run(frozen(chain.view(), signer, batch))]

    (said,) = refused(ALICE, announce, remark)
    assert "before System.remark" in said
    assert refused(BOB, by_alice(announce), by_alice(remark))
    assert refused(ALICE, remark, announce) == []
    assert refused(ALICE, announce, dispute) == []
    assert refused(BOB, by_alice(announce), remark) == []
