"""Stake that a proxy handles: what its type allows, and what is left to pay with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from stake_net import ALICE, BOB, DAVE, EVEN, OWN, TAO, StakeNet, stake_chain

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with stake_chain(tmp_path_factory.mktemp("proxies")) as chain:
        yield chain


@pytest.fixture
def net(chain: Any, capsys: pytest.CaptureFixture[str]) -> StakeNet:
    return StakeNet(chain, capsys.readouterr)


def made_proxy(net: StakeNet, real: str, delegate: str) -> None:
    words = ("proxy", "add", delegate, "--type", "Staking", "--wallet", real, "-y", "-o", "json")
    assert net.taoctl(*words)[0] == 0


def test_a_proxy_that_may_do_no_batch_is_told_to_do_one_thing_at_a_time(net: StakeNet) -> None:
    made_proxy(net, "//Alice", BOB)
    acting = ("--wallet", "//Bob", "--proxy-for", ALICE)
    data = net.data("taoctl.plan.1", "stake", "unstake-all", *acting, "--dry-run")
    (refusal,) = data["refusals"]
    assert refusal["name"] == "CallFiltered"
    assert "allows each of its calls, but no batch: do them one at a time" in refusal["hint"]
    assert "--netuid" in refusal["hint"] and "another type" in refusal["hint"]
    one = ("stake", "remove", "all", "--netuid", str(EVEN), "--hotkey", OWN)
    alone = net.data("taoctl.plan.1", *one, *acting, "--dry-run")
    assert alone["refusals"] == []
    recycled = ("stake", "recycle", "1alpha", "--netuid", str(EVEN), "--hotkey", OWN)
    (refusal,) = net.data("taoctl.plan.1", *recycled, *acting, "--dry-run")["refusals"]
    assert (refusal["name"], "batch" in refusal["hint"]) == ("CallFiltered", False)


@pytest.mark.parametrize("pays", [False, True])
def test_all_through_a_proxy_leaves_what_the_fee_takes(net: StakeNet, pays: bool) -> None:
    net.change(lambda runtime: runtime.balances.endow(DAVE, 10 * TAO))
    if pays:
        words = ("proxy", "real-pays", BOB, "--wallet", "//Dave", "-y", "--again", "-o", "json")
        assert net.taoctl(*words)[0] == 0
    else:
        made_proxy(net, "//Dave", BOB)
    words = ("stake", "add", "all", "--netuid", str(EVEN), "--hotkey", OWN, "--unsafe", "--again")
    by = (*words, "--wallet", "//Bob", "--proxy-for", DAVE)
    plan = net.data("taoctl.plan.1", *by, "--dry-run")
    assert plan["fee_payer_ss58"] == (DAVE if pays else BOB)
    assert plan["refusals"] == []
    net.data("taoctl.tx.1", *by, "-y")
    left = net.look(lambda head: head.system.Account[DAVE]["data"]["free"])
    # As far as the pool's rounding and the margin of the fee go.
    assert 500 <= left < 600, left
