"""What the plan of carrying a coldkey swap out says changes hands, and what does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chain_thread import ThreadChain
from coldkey_swap_chain import (
    NEW,
    announced,
    planned,
    refused_names,
)
from nodes import TAO
from settings_chain import (
    ALICE,
    BOBS,
    HELD,
    OWN,
    carried_out,
    caught_up,
    on,
    put,
    settings_chain,
    stored,
)

from taoctl.calls.base import Effect, Intent
from taoctl.calls.coldkey_swap.executing import SwapColdkey
from taoctl.calls.proxy import AddProxy
from taoctl.calls.stake.amount import alpha_amount
from taoctl.calls.stake.auto_stake import SetAutoStake
from taoctl.calls.stake.lock_state import lock_on
from taoctl.calls.stake.locks import LockStake, SetPerpetualLock, SetRejectLockedAlpha
from taoctl.calls.stake.takes import SetTake
from taoctl.chain.client import Chain
from taoctl.chain.view import View
from taoctl.reads.coldkey_swaps import coldkey_swaps
from taoctl.scale.crypto import KeySigner
from taoctl.units import Alpha, Tao

DAVE = KeySigner("//Dave").ss58


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path))


@pytest.fixture
def net() -> Iterator[ThreadChain]:
    with settings_chain() as chain:
        yield chain


# carrying it out


async def _furnished(chain: Chain) -> None:
    steps: list[Intent] = [
        SetAutoStake(1, BOBS),
        LockStake(OWN, 1, alpha_amount(300 * TAO)),
        SetPerpetualLock(2, True),
        LockStake(BOBS, 2, alpha_amount(5 * TAO)),
        SetRejectLockedAlpha(False),
        AddProxy(DAVE, "Any", 0),
    ]
    for intent in steps:
        plan, outcome = await carried_out(chain, intent)
        assert (plan.refusals, outcome.error) == ((), None), intent
    identity = dict.fromkeys(
        ("url", "github_repo", "image", "discord", "description", "additional"), b""
    )
    await put(chain, "IdentitiesV2", (ALICE,), {"name": b"Al\x1b[31mice", **identity})
    await put(chain, "SubnetOwner", (3,), ALICE)
    await announced(chain, 0)


async def _now(view: View, effect: Effect) -> Any:
    """What an effect is of, as the chain has it."""
    who, what = effect.account, effect.what
    subnet = int(what.rpartition(" ")[2]) if what[-1].isdigit() else None
    if what == "stake":
        api = ("StakeInfoRuntimeApi", "get_stake_info_for_hotkey_coldkey_netuid")
        info = await view.api(*api, effect.hotkey, who, effect.netuid)
        return Alpha(int(info["stake"]) if info else 0, effect.netuid or 0)
    if what == "free":
        return Tao(int((await view.value("System", "Account", who))["data"]["free"]))
    if what == "owner":
        return await stored(view, "Owner", who)
    if what.startswith("owner of"):
        return await stored(view, "SubnetOwner", subnet)
    if what.startswith("auto-stake"):
        return await stored(view, "AutoStakeDestination", who, subnet) or "each miner's own"
    if what.startswith("locked on"):
        assert who is not None and subnet is not None
        held = await lock_on(view, who, subnet, view.block)
        return Alpha(held.lock.locked_mass if held else 0, subnet)
    if what.startswith("lock mode"):
        found = await stored(view, "DecayingLock", who, subnet)
        return "perpetual" if found is False else "decaying"
    if what == "locked alpha":
        return "taken" if await stored(view, "AccountFlags", who) else "refused"
    if what == "identity":
        found = await stored(view, "IdentitiesV2", who)
        return "none" if found is None else "Al[31mice"
    assert what in ("coldkey swap", "swap possible from block")
    return "none" if await stored(view, "ColdkeySwapAnnouncements", who) is None else "some"


def test_a_swap_hands_over_what_its_plan_says(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        await _furnished(chain)
        plan, outcome = await carried_out(chain, SwapColdkey(NEW))
        assert (plan.refusals, outcome.error) == ((), None)
        assert outcome.block_hash is not None and outcome.record.fee is not None
        view = await chain.at_hash(outcome.block_hash)
        for effect in plan.effects:
            found = await _now(view, effect)
            if isinstance(found, Alpha) and isinstance(effect.after, Alpha):
                assert abs(found.rao - effect.after.rao) <= 1, effect
                assert found.netuid == effect.after.netuid
            elif effect.what == "free" and effect.account == NEW:
                source = next(o for o in plan.effects if (o.account, o.what) == (ALICE, "free"))
                assert isinstance(source.before, Tao) and isinstance(source.after, Tao)
                assert found + outcome.record.fee == source.before - source.after
                assert effect.after == f"{source.before - source.after} less the fee"
            else:
                assert found == effect.after, effect
        kinds = {one.what for one in plan.effects}
        assert {"stake", "free", "owner", "owner of subnet 3", "identity", "locked alpha"} <= kinds
        assert {"auto-stake hotkey on subnet 1", "locked on subnet 1", "lock mode on subnet 2"} <= (
            kinds
        )
        stakes = [one for one in plan.effects if one.what == "stake" and one.account == NEW]
        assert len(stakes) == 9
        assert sum(o.after.rao for o in stakes if isinstance(o.after, Alpha)) == 9 * HELD
        text = " ".join(plan.warnings)
        assert "cannot be undone" in text and "Its own proxies (1, with a deposit of" in text
        assert "\x1b" not in str(plan.effects)

    on(net.url, work)


def test_the_new_coldkey_then_does_what_the_old_one_did(net: ThreadChain) -> None:
    async def work(chain: Chain) -> None:
        await announced(chain, 0)
        assert (await carried_out(chain, SwapColdkey(NEW)))[1].error is None
        plan, outcome = await carried_out(chain, SetTake(OWN, 77), "//Coldkey/new")
        assert (plan.refusals, outcome.error) == ((), None)
        gone = await planned(chain, SetTake(OWN, 78), "//Bob")
        assert refused_names(gone) == ["NonAssociatedColdKey"]
        (row,) = await coldkey_swaps(await caught_up(chain), [ALICE])
        assert row.state == "none"

    on(net.url, work)
