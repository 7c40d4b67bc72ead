"""Every operation of stake on a chain: what the plan says is what is there afterwards."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from stake_net import (
    BOB,
    BOBS,
    DAVE,
    EVEN,
    FERDIE,
    OTHER,
    OWN,
    TAO,
    UNEVEN,
    StakeNet,
    stake_chain,
)

from taoctl.calls.stake.children import Child
from taoctl.calls.stake.claims import ClaimType
from taoctl.calls.stake.lock_state import mode_text
from taoctl.calls.stake.proportion import take_text
from taoctl.localnet.frame import Host, Runtime
from taoctl.localnet.pallets.subtensor.locks import ACCEPTS_LOCKED_ALPHA

pytestmark = pytest.mark.e2e

TWO = (BOB, FERDIE)
RAO = 1
"""What a share of a pool may round a position by."""


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with stake_chain(tmp_path_factory.mktemp("stake")) as found:
        yield found


@pytest.fixture
def net(chain: Any, capsys: pytest.CaptureFixture[str]) -> StakeNet:
    return StakeNet(chain, capsys.readouterr)


ALICES = ("--wallet", "//Alice", "--hotkey", OWN)
CHARLIES = ("--wallet", "//Charlie", "--hotkey", OWN)

TRADES: list[tuple[str, ...]] = [
    ("add", "10tao", "--netuid", "1", *ALICES),
    ("add", "3.000000001tao", "--netuid", "2", *ALICES, "--tolerance", "2%"),
    ("add", "5tao", "--netuid", "1,2,0,4", *ALICES),
    ("add", "5tao", "--netuid", "1", *ALICES, "--hotkey", OTHER, "--hotkey", BOBS),
    ("add", "7tao", "--netuid", "1", *ALICES, "--limit", "0.2"),
    ("add", "60tao", "--netuid", "1", *ALICES, "--tolerance", "0.5%", "--partial"),
    ("add", "90tao", "--netuid", "2", *ALICES, "--unsafe"),
    ("add", "1%", "--netuid", "1,2", *ALICES),
    ("add", "all", "--netuid", "0", "--wallet", "//Eve", "--hotkey", BOBS),
    ("remove", "4alpha", "--netuid", "1", *ALICES),
    ("remove", "3.5alpha", "--netuid", "1,2", *ALICES, "--tolerance", "3%"),
    ("remove", "50%", "--netuid", "2", *ALICES, "--unsafe"),
    ("remove", "70%", "--netuid", "1", *ALICES, "--tolerance", "0.4%", "--partial"),
    ("remove", "2alpha", "--netuid", "4", *ALICES),
    ("remove", "2alpha", "--netuid", "0", *ALICES),
    ("remove", "all", "--netuid", "1", "--wallet", "//Alice", "--hotkey", OTHER),
    ("remove", "all", "--netuid", "4", *ALICES, "--unsafe"),
    ("move", "2alpha", "--netuid", "1", "--from-hotkey", OWN, "--to-hotkey", BOBS),
    ("move", "25%", "--netuid", "0", "--from-hotkey", OWN, "--to-hotkey", OTHER),
    (
        *("move", "1alpha", "--netuid", "1", "--to-netuid", "2", "--unsafe"),
        *("--from-hotkey", OWN, "--to-hotkey", OTHER),
    ),
    ("swap", "3alpha", "--netuid", "1", "--to-netuid", "2", *ALICES),
    ("swap", "3alpha", "--netuid", "2", "--to-netuid", "0", *ALICES, "--tolerance", "2%"),
    ("swap", "3alpha", "--netuid", "0", "--to-netuid", "1", *ALICES),
    ("swap", "9alpha", "--netuid", "1", "--to-netuid", "4", *ALICES, "--unsafe"),
    (
        *("swap", "60%", "--netuid", "1", "--to-netuid", "2", *ALICES),
        *("--tolerance", "0.3%", "--partial"),
    ),
    ("transfer", "2alpha", "//Dave", "--netuid", "1", *ALICES),
    ("transfer", "1alpha", "//Dave", "--netuid", "0", *ALICES),
    ("transfer", "1alpha", "//Bob", "--netuid", "1", "--to-netuid", "2", "--unsafe", *ALICES),
    ("recycle", "1.25alpha", "--netuid", "1", *ALICES),
    ("burn", "1.25alpha", "--netuid", "2", *ALICES),
    ("burn", "2tao", "--netuid", "1", *ALICES),
    ("burn", "2tao", "--netuid", "2", *ALICES, "--unsafe"),
    ("unstake-all", "--wallet", "//Charlie", "--hotkey", OWN, "--alpha", "--tolerance", "9%"),
    ("unstake-all", "--wallet", "//Dave"),
    ("unstake-all", "--wallet", "//Bob", "--hotkey", OWN, "--unsafe"),
    ("unstake-all", "--wallet", "//Alice", "--hotkey", OWN, "--alpha", "--unsafe"),
]
"""Trades, in the order in which they are sent; what one leaves the next begins with."""


SETTINGS_MADE: list[tuple[str, ...]] = [
    ("claim-type", "keep:1,2"),
    ("claim", "--netuid", "1,2"),
    ("claim-type", "swap"),
    ("claim", "--netuid", "3"),
    ("auto", "set", BOBS, "--netuid", "1"),
    ("auto", "set", OWN, "--netuid", "1,2"),
    ("take", "set", "9%", "--hotkey", OWN),
    ("child", "set", f"{BOBS}=10%", f"{OTHER}=0.25", "--netuid", "1", "--hotkey", OWN),
    ("child", "revoke", "--netuid", "1", "--hotkey", OWN),
    ("child", "take", "12%", "--netuid", "2", "--hotkey", OWN),
    ("lock", "add", "5alpha", "--netuid", "2", "--hotkey", OWN),
    ("lock", "add", "10%", "--netuid", "2", "--hotkey", OWN),
    ("lock", "move", "--netuid", "2", "--to-hotkey", OTHER),
    ("lock", "move", "--netuid", "2", "--to-hotkey", BOBS),
    ("lock", "mode", "perpetual", "--netuid", "2"),
    ("lock", "mode", "decaying", "--netuid", "2"),
    ("lock", "accept", "yes"),
    ("lock", "accept", "no"),
]
"""Settings, in the order in which they are made, by the owner of OWN."""


def signer(words: tuple[str, ...]) -> tuple[str, ...]:
    return words if "--wallet" in words else (*words, "--wallet", "//Alice")


@pytest.mark.parametrize("words", TRADES, ids=lambda words: " ".join(words)[:40])
def test_a_trade_leaves_what_its_plan_says(net: StakeNet, words: tuple[str, ...]) -> None:
    plan, done = carried_out(net, words)
    assert plan["effects"]
    hold(net, plan, done)


@pytest.mark.parametrize("words", SETTINGS_MADE, ids=lambda words: " ".join(words)[:40])
def test_a_setting_is_what_its_plan_says(net: StakeNet, words: tuple[str, ...]) -> None:
    if words[0] == "claim":
        net.change(owe)
    if words[1] == "revoke":  # otherwise only so many blocks after they were set
        net.change(lambda runtime: runtime.subtensor.TransactionKeyLastBlock.clear())
    plan, done = carried_out(net, (*words, "--wallet", "//Alice"))
    assert plan["effects"]
    hold(net, plan, done)


def owe(runtime: Runtime) -> None:
    """Owe the root stake on OWN a tenth of an alpha of each subnet, for each TAO of it."""
    rates = dict.fromkeys((EVEN, UNEVEN, 3), (1 << 32) // 10)
    runtime.subtensor.RootClaimable[OWN] = rates


def test_several_wallets_trade_on_one_pool_after_one_preview(net: StakeNet) -> None:
    words = ("stake", "add", "4tao", "--netuid", "1", "--hotkey", OWN)
    both = (*words, "--wallet", "//Bob", "--wallet", "//Ferdie")
    before = net.look(lambda host: [host.subtensor.stake_of(OWN, who, EVEN) for who in TWO])
    plans = net.data("taoctl.plans.1", *both, "--dry-run")["plans"]
    told = [
        next(int(e["after"]["rao"]) for e in plan["effects"] if e["what"] == "stake")
        for plan in plans
    ]
    assert len(told) == 2
    net.data("taoctl.txs.1", *both, "--yes", "--quiet")
    after = net.look(lambda host: [host.subtensor.stake_of(OWN, who, EVEN) for who in TWO])
    assert all(abs(now - then) <= RAO for now, then in zip(after, told, strict=True))
    # The second buys at the price that the first leaves.
    assert after[0] - before[0] > after[1] - before[1] > 0


def test_a_fee_is_paid_in_alpha_where_tao_is_short(net: StakeNet) -> None:
    def give(runtime: Runtime) -> None:
        runtime.subtensor.add_stake_shares(OWN, DAVE, EVEN, 20 * TAO)
        runtime.subtensor.SubnetAlphaOut[EVEN] += 20 * TAO
        left = runtime.balances.free(DAVE) - 1_000
        runtime.balances.withdraw(DAVE, left, keep_alive=True)

    net.change(give)
    words = ("stake", "remove", "5alpha", "--netuid", "1", "--hotkey", OWN, "--wallet", "//Dave")
    plan = net.data("taoctl.plan.1", *words, "--dry-run")
    assert plan["refusals"] == []
    assert plan["fee_in_alpha"] is not None
    done = net.data("taoctl.tx.1", *words, "--yes", "--quiet")
    paid = [one["values"] for one in done["events"] if one["name"] == "TransactionFeePaidWithAlpha"]
    assert len(paid) == 1
    assert int(plan["fee_in_alpha"]["rao"]) == int(paid[0]["alpha_fee"])
    for one in plan["effects"]:
        found = net.look(lambda host, one=one: read(host, one))
        assert abs(int(one["after"]["rao"]) - int(found)) <= RAO, one


def carried_out(net: StakeNet, words: tuple[str, ...]) -> tuple[Any, Any]:
    """The plan of a command, and what became of it when it was sent."""
    whole = ("stake", *signer(words))
    plan = net.data("taoctl.plan.1", *whole, "--dry-run")
    assert plan["refusals"] == [], plan["refusals"]
    done = net.data("taoctl.tx.1", *whole, "--yes", "--quiet")
    assert (done["state"], done["final"]) == ("finalized", True)
    return plan, done


def hold(net: StakeNet, plan: Any, done: Any) -> None:
    """Every effect that was told against the chain's own state."""
    fee = int(done["fee"]["rao"])
    assert fee <= int(plan["fee"]["rao"])
    for one in plan["effects"]:
        found = net.look(lambda host, one=one: read(host, one))
        if isinstance(one["after"], dict):
            paid = fee if one["what"] == "free" and one["account"] == plan["fee_payer_ss58"] else 0
            off = int(found) - (int(one["after"]["rao"]) - paid)
            assert abs(off) <= RAO, (one, found, off)
        else:
            assert found == one["after"], one


def read(host: Host, effect: Any) -> Any:
    """What the chain has of what an effect is about."""
    what, who = effect["what"], effect["account"]
    if what == "free":
        return host.balances.free(who)
    if what == "stake":
        return host.subtensor.stake_of(effect["hotkey"], who, effect["netuid"])
    for pattern, look in SETTINGS.items():
        match = re.fullmatch(pattern, what)
        if match:
            return look(host, who, *map(int, match.groups()))
    raise AssertionError(f"nobody knows how to read {what!r}")


def _lock(host: Host, who: str, netuid: int) -> Any:
    [(hotkey, _)] = host.subtensor.Lock.prefix(who, netuid)
    return hotkey, host.subtensor.lock_of(who, netuid)


def _free_of_lock(host: Host, who: str, netuid: int) -> int:
    return int(host.subtensor.coldkey_alpha(who, netuid)) - _lock(host, who, netuid)[1].locked_mass


def _children(rows: Any) -> str:
    return ", ".join(str(Child(hotkey, share)) for share, hotkey in rows) or "none"


SETTINGS: dict[str, Callable[..., Any]] = {
    "root claim type": lambda host, who: str(ClaimType.decoded(host.subtensor.RootClaimType[who])),
    r"auto-stake hotkey on subnet (\d+)": lambda host, who, n: host.subtensor.AutoStakeDestination[
        who, n
    ],
    "take": lambda host, hotkey: take_text(host.subtensor.Delegates[hotkey]),
    r"childkey take on subnet (\d+)": lambda host, hotkey, n: take_text(
        host.subtensor.ChildkeyTake[hotkey, n]
    ),
    r"pending children on subnet (\d+)": lambda host, hotkey, n: _children(
        host.subtensor.PendingChildKeys[n, hotkey][0]
    ),
    r"children on subnet (\d+)": lambda host, hotkey, n: _children(
        host.subtensor.ChildKeys[hotkey, n]
    ),
    r"locked on subnet (\d+)": lambda host, who, n: _lock(host, who, n)[1].locked_mass,
    r"not locked on subnet (\d+)": _free_of_lock,
    r"lock on subnet (\d+) backs": lambda host, who, n: _lock(host, who, n)[0],
    r"conviction on subnet (\d+)": lambda host, who, n: _lock(host, who, n)[1].conviction >> 64,
    r"lock mode on subnet (\d+)": lambda host, who, n: mode_text(
        host.subtensor.DecayingLock[who, n] is False
    ),
    "locked alpha": lambda host, who: (
        "taken" if host.subtensor.AccountFlags[who] & ACCEPTS_LOCKED_ALPHA else "refused"
    ),
}
