"""Drawn trades of twenty people: what each plan says is what the chain does, errors by name."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest
from desk_chain import DeskChain, Said
from stake_chain import PEOPLE, StakeChain
from stake_orders import Orders
from subtensor_chain import TAO

from taoctl.calls.batch_mode import BatchMode
from taoctl.calls.stake.add import AddStake
from taoctl.calls.stake.all import UnstakeHotkey
from taoctl.calls.stake.amount import alpha_amount, tao_amount
from taoctl.calls.stake.limits import Limit, Price, Unlimited
from taoctl.calls.stake.move import MoveStake, SwapStake, TransferStake
from taoctl.calls.stake.recycle import AddStakeBurn, BurnAlpha, RecycleAlpha
from taoctl.calls.stake.remove import RemoveAllAtLimit, RemoveStake
from taoctl.calls.stake.trade import Trade, Trades
from taoctl.localnet.frame import Call
from taoctl.units import U64_MAX, Alpha, Tao

KINDS = ("add", "add", "remove", "remove", "leave", "move", "transfer", "swap", "swap", "end")
CAPPED = {
    *("remove_stake", "move_stake", "transfer_stake", "swap_stake", "swap_stake_limit"),
    *("recycle_alpha", "burn_alpha"),
}
"""Calls that take at most what is held: a plan refuses to ask for more, the chain does not."""


class Planned(StakeChain):
    """The chain of the crowd between its blocks, as a view of a client sees it."""

    network, simulated = "crowd", True
    view, said, holds, _holds = DeskChain.view, DeskChain.said, DeskChain.holds, DeskChain._holds
    call = DeskChain.call  # type: ignore[assignment]

    def __init__(self, seed: int) -> None:
        super().__init__(emission=False)
        self.asked: list[str] = []
        self.overrule: dict[str, Any] = {}
        dice = random.Random(seed)
        for who in PEOPLE:
            netuid, hotkey = dice.choice([0, 1, 2, 3, 4]), dice.choice(self.hotkeys)
            amount = dice.randint(1, 300) * TAO
            self.send(who, "add_stake", hotkey=hotkey, netuid=netuid, amount_staked=amount)
        for who in PEOPLE[:4]:
            name, args = Orders(self, dice).lock(who)
            self.send(who, name, **args)
        self.end()

    done = DeskChain.done


def limit_of(args: dict[str, Any]) -> Limit:
    price = args.get("limit_price", args.get("limit"))
    return Unlimited() if price is None else Price(price)


def intent_of(name: str, args: dict[str, Any]) -> Trade:
    """The intent whose call has these arguments."""
    hotkey, netuid, limit = args.get("hotkey", ""), args.get("netuid", 0), limit_of(args)
    partial = bool(args.get("allow_partial"))
    if name.startswith("add_stake"):
        amount = tao_amount(args.get("amount_staked", args.get("amount")))
        if name == "add_stake_burn":
            return AddStakeBurn(hotkey, netuid, amount, limit)
        return AddStake(hotkey, netuid, amount, limit, partial)
    if name == "remove_stake_full_limit":
        return RemoveAllAtLimit(hotkey, netuid, limit)
    if name.startswith("remove"):
        return RemoveStake(hotkey, netuid, alpha_amount(args["amount_unstaked"]), limit, partial)
    if name.startswith("unstake"):
        return UnstakeHotkey(hotkey, name.endswith("alpha"))
    if name in ("recycle_alpha", "burn_alpha"):
        kind = RecycleAlpha if name == "recycle_alpha" else BurnAlpha
        return kind(hotkey, netuid, alpha_amount(args["amount"]))
    ends = (args["origin_netuid"], args["destination_netuid"], alpha_amount(args["alpha_amount"]))
    if name == "move_stake":
        return MoveStake(args["origin_hotkey"], args["destination_hotkey"], *ends, unsafe=True)
    if name == "transfer_stake":
        return TransferStake(args["destination_coldkey"], hotkey, *ends, unsafe=True)
    return SwapStake(hotkey, *ends, limit, partial)


def sensible(chain: Planned, who: str, name: str, args: dict[str, Any]) -> bool:
    """Whether a person can ask for it: something, of what there is, up to a price above 0."""
    amounts = [args[key] for key in args if key.startswith(("amount", "alpha_amount"))]
    if not all(0 < rao <= U64_MAX for rao in amounts):
        return False
    if 0 in (args.get("limit_price"), args.get("limit")):
        return False
    if name in CAPPED:
        hotkey = args.get("origin_hotkey", args.get("hotkey"))
        netuid = args.get("origin_netuid", args.get("netuid"))
        return bool(amounts[0] <= chain.rt.subtensor.stake_of(hotkey, who, netuid))
    return True


def compare(chain: Planned, who: str, name: str, args: dict[str, Any]) -> str:
    """Plan a call, carry it out, and hold one against the other; what became of it."""
    said = chain.said(intent_of(name, args), who)
    assert said.call == chain.rt.encode_call(Call("SubtensorModule", name, args))
    before = chain.books()
    outcome = chain.done(said.call, who)
    if said.refusals and outcome.error is None:
        # The chain takes an order that comes to nothing, and its fee; a plan refuses it.
        assert chain.books() == before, (name, args, said.names)
        return "nothing"
    failed = None if outcome.error is None else str(outcome.error).rpartition(".")[2]
    if said.refusals or failed:
        assert failed in _names(chain, said, args), (who, name, args, said.names, failed)
        return str(failed)
    _hold(chain, said, name, args)
    return name


def _names(chain: Planned, said: Said, args: dict[str, Any]) -> list[str]:
    """What the chain may call a refusal: of a missing subnet it often asks something else first."""
    names = said.names[:1]
    asked = [args[key] for key in args if key.endswith("netuid")]
    if names == ["SubnetNotExists"] and not all(chain.rt.subtensor.NetworksAdded[n] for n in asked):
        names += ["SubtokenDisabled", "PriceLimitExceeded"]
    return names


def _hold(chain: Planned, said: Said, name: str, args: dict[str, Any]) -> None:
    for effect, now in zip(said.effects, chain.holds(said.effects), strict=True):
        after = effect.after
        assert isinstance(after, Tao | Alpha), (name, args, effect)
        assert abs(now - after.rao) <= 1, (name, args, effect, now)


def compare_batch(chain: Planned, dice: random.Random) -> str:
    """Plan several trades of one account in one transaction, each on what the others leave."""
    who, trades = dice.choice(PEOPLE), []
    for _ in range(25):
        name, args = Orders(chain, dice).draw(who, dice.choice(KINDS))
        if sensible(chain, who, name, args) and not chain.said(intent_of(name, args), who).refusals:
            trades.append(intent_of(name, args))
        if len(trades) == 3:
            break
    if not trades:
        return "nothing to trade with"
    said = chain.said(Trades(tuple(trades), BatchMode.ALL), who)
    outcome = chain.done(said.call, who)
    if {"NotEnoughStakeToWithdraw", "SubnetNotExists"} & set(said.names):
        return "asked for what is not there"  # which the chain caps, or calls something else
    if said.refusals:
        if outcome.error is None:  # what was refused is what the chain takes and does nothing for
            assert set(said.names) <= {"AmountTooLow", "SlippageTooHigh"}, (trades, said.names)
        else:
            assert str(outcome.error).rpartition(".")[2] in said.names, (trades, outcome.error)
        return "refused"
    assert outcome.error is None, (who, trades, outcome.error)
    _hold(chain, said, "batch", {"trades": trades})
    return "done"


def trade(seed: int, count: int) -> Counter[str]:
    """So many drawn trades on one chain, each planned and carried out."""
    dice, chain = random.Random(seed), Planned(seed)
    met: Counter[str] = Counter()
    while met.total() < count:
        who, kind = dice.choice(PEOPLE), dice.choice(KINDS)
        name, args = Orders(chain, dice).draw(who, kind)
        if sensible(chain, who, name, args):
            met[compare(chain, who, name, args)] += 1
    return met


def test_plans_of_drawn_trades_hold() -> None:
    met = trade(seed=1, count=120)
    assert len(met) >= 15


@pytest.mark.parametrize(
    ("seed", "count"), [(5, 25), *(pytest.param(n, 200, marks=pytest.mark.soak) for n in range(6))]
)
def test_plans_of_drawn_batches_hold(seed: int, count: int) -> None:
    dice, chain = random.Random(seed), Planned(seed)
    met = Counter(compare_batch(chain, dice) for _ in range(count))
    assert met["done"] >= count // 4, met


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(10, 20))
def test_plans_of_thousands_of_drawn_trades_hold(seed: int) -> None:
    trade(seed, count=500)


def test_no_trades_at_all_are_told_of_too() -> None:
    assert Trades(()).summary().startswith("0 orders")
