"""What stake is worth and what trades come to, on a running chain: list, quote, curve."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from staked_net import stake, two_hotkeys
from transaction_net import ALICE, TAO, Localnet, running

from taoctl.chain.client import Chain
from taoctl.chain.view import View
from taoctl.cli.schemas import every
from taoctl.economics.pool import Pool, Side, price_rao, simulate, swap
from taoctl.reads import positions as positions_read

pytestmark = pytest.mark.e2e

NETUIDS = (1, 2)
SIDES: tuple[tuple[Side, str], ...] = (("buy", "tao"), ("sell", "alpha"))


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(tmp_path_factory.mktemp("stake")) as found:
        yield found


@pytest.fixture
def net(endpoint: str, capsys: pytest.CaptureFixture[str]) -> Localnet:
    capsys.readouterr()
    return Localnet(endpoint, capsys.readouterr)


@pytest.fixture(scope="module")
def staked(endpoint: str) -> str:
    """The hotkey through which Alice has staked on two subnets."""
    hotkey, _ = two_hotkeys(endpoint)
    stake(endpoint, "//Alice", [hotkey])
    return hotkey


def head(net: Localnet) -> str:
    async def work(chain: Chain) -> int:
        return (await chain.head()).number

    return str(net.do(work))


def pools_at(net: Localnet, block: str) -> dict[int, Pool]:
    async def work(chain: Chain) -> dict[int, Pool]:
        view = await chain.at_block(int(block))
        return {
            netuid: Pool(
                int(await view.value("SubtensorModule", "SubnetAlphaIn", netuid)),
                int(await view.value("SubtensorModule", "SubnetTAO", netuid)),
                int((await view.value("Swap", "SwapBalancer", netuid))["quote"]),
                int(await view.value("Swap", "FeeRate", netuid)),
            )
            for netuid in NETUIDS
        }

    found: dict[int, Pool] = net.do(work)
    return found


def stored(net: Localnet, block: str, name: str, *keys: Any) -> int:
    async def work(chain: Chain) -> int:
        view = await chain.at_block(int(block))
        return int(await view.value("SubtensorModule", name, *keys))

    return int(net.do(work))


def test_positions_say_what_they_sell_for_and_their_share(net: Localnet, staked: str) -> None:
    block = head(net)
    rows = net.data("taoctl.stake.list.1", "stake", "list", "//Alice", "--at-block", block)
    assert [row["netuid"] for row in rows] == [1, 2]
    pools = pools_at(net, block)
    for row in rows:
        netuid, alpha = row["netuid"], int(row["alpha"]["rao"])
        done = swap(pools[netuid], "sell", alpha)
        assert int(row["exit_tao"]["rao"]) == done.amount_paid_out
        assert int(row["exit_tao"]["rao"]) < int(row["value_tao"]["rao"])
        out = stored(net, block, "SubnetAlphaOut", netuid)
        assert row["subnet_share_ppm"] == alpha * 10**6 // out
        pool = stored(net, block, "TotalHotkeyAlpha", staked, netuid)
        assert row["hotkey_share_ppm"] == alpha * 10**6 // pool
        assert row["price_change_ppm"] is None, "the chain is younger than a day"


def test_the_change_of_a_price_is_over_a_day_of_blocks(
    net: Localnet, staked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(positions_read, "DAY_BLOCKS", 5)
    block = head(net)
    rows = net.data("taoctl.stake.list.1", "stake", "list", "//Alice", "--at-block", block)
    now, before = pools_at(net, block), pools_at(net, str(int(block) - 5))
    for row in rows:
        old = price_rao(before[row["netuid"]])
        change = (price_rao(now[row["netuid"]]) - old) * 10**6 // old
        assert row["price_change_ppm"] == change


def test_who_follows_the_chain_asks_for_the_old_block_once_in_a_while(
    net: Localnet, staked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(positions_read, "DAY_BLOCKS", 2)
    monkeypatch.setattr(positions_read, "_OLD_BLOCK_SERVES", 2)

    async def work(chain: Chain) -> list[int]:
        newest = (await chain.head()).number
        asked: list[int] = []
        views = [await chain.at_block(number) for number in range(newest - 3, newest + 1)]
        at_block = chain.at_block

        async def counted(number: int) -> View:
            asked.append(number)
            return await at_block(number)

        monkeypatch.setattr(chain, "at_block", counted)
        for view in views:
            await positions_read.positions(view, [ALICE])
        return [newest - number for number in asked]

    assert net.do(work) == [5, 3]


def test_people_see_totals(net: Localnet, staked: str) -> None:
    code, out, err = net.taoctl("stake", "list", "//Alice")
    assert code == 0
    assert "exit τ" in out
    assert "2 positions, " in err
    assert " TAO at spot, " in err
    assert " TAO sold now" in err


def test_one_day_ago_does_not_break_a_list(
    net: Localnet, staked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(positions_read, "DAY_BLOCKS", 5)
    monkeypatch.setattr(positions_read, "_OLD_BLOCK_S", 0.0)
    rows = net.data("taoctl.stake.list.1", "stake", "list", "//Alice")
    assert rows
    assert {row["price_change_ppm"] for row in rows} == {None}


@pytest.mark.parametrize(("side", "unit"), SIDES)
def test_a_quote_is_what_the_pool_gives(net: Localnet, side: Side, unit: str) -> None:
    block = head(net)
    pool = pools_at(net, block)[1]
    words = ("stake", "quote", f"250{unit}", "--netuid", "1", "--at-block", block)
    found = net.data("taoctl.stake.quote.1", *words)
    done = swap(pool, side, 250 * TAO)
    assert (found["kind"], found["netuid"], found["netuid_in"]) == (side, 1, None)
    assert int(found["paid_in"]["rao"]) == 250 * TAO
    assert int(found["pool_fee"]["rao"]) == done.fee_paid
    assert int(found["out"]["rao"]) == done.amount_paid_out
    assert int(found["spot_price"]["rao"]) == price_rao(pool)
    assert int(found["spot_price_after"]["rao"]) == price_rao(done.pool)
    price, limit = price_rao(pool), int(found["limit_price"]["rao"])
    assert abs(limit - price * (101 if side == "buy" else 99) // 100) <= 2
    assert found["fits_limit"]
    assert int(found["minimum_out"]["rao"]) < done.amount_paid_out
    most = int(found["most_within_limit"]["rao"])
    assert not swap(pool, side, most, limit).partial
    assert swap(pool, side, most + TAO, limit).partial


def test_a_quote_past_its_limit_says_so(net: Localnet) -> None:
    words = ("stake", "quote", "1000000alpha", "--netuid", "1", "--tolerance", "0.1%")
    found = net.data("taoctl.stake.quote.1", *words)
    assert found["fits_limit"] is False
    assert found["minimum_out"] is None
    assert 0 < int(found["most_within_limit"]["rao"]) < 10**15
    _, out, _ = net.taoctl(*words)
    assert "the chain would refuse this, but for --partial" in out
    _, out, _ = net.taoctl("stake", "quote", "1tao", "--netuid", "1", "--limit", "0.0001")
    assert "lets nothing through" in out


def test_a_swap_is_a_sale_and_a_purchase_with_one_fee(net: Localnet) -> None:
    block = head(net)
    pools = pools_at(net, block)
    words = ("stake", "quote", "10alpha", "--netuid", "1", "--to-netuid", "2", "--unsafe")
    found = net.data("taoctl.stake.quote.1", *words, "--at-block", block)
    sale = swap(pools[1], "sell", 10 * TAO)
    bought = swap(pools[2], "buy", sale.amount_paid_out, drop_fees=True)
    assert int(found["out"]["rao"]) == bought.amount_paid_out
    assert found["out"]["netuid"] == 2
    assert int(found["pool_fee"]["rao"]) == sale.fee_paid
    assert found["limit_price"] is None
    to_root = net.data(
        "taoctl.stake.quote.1",
        *("stake", "quote", "10alpha", "--netuid", "1", "--to-netuid", "0", "--at-block", block),
    )
    assert int(to_root["out"]["rao"]) == sale.amount_paid_out


def test_root_trades_one_to_one(net: Localnet) -> None:
    found = net.data("taoctl.stake.quote.1", "stake", "quote", "7tao", "--netuid", "0")
    assert (found["out"]["rao"], found["pool_fee"]["rao"]) == (str(7 * TAO), "0")
    assert found["cost_ppm"] == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("10tao", "--netuid", "99"), "there is no subnet 99"),
        (("10000000000tao", "--netuid", "2"), "subnet 2"),
    ],
)
def test_what_no_pool_takes_is_refused(net: Localnet, words: tuple[str, ...], said: str) -> None:
    assert said in net.failure("stake", "quote", *words)["message"]


def test_a_curve_is_what_the_pool_gives(net: Localnet) -> None:
    block = head(net)
    pool = pools_at(net, block)[2]
    for side, unit in SIDES:
        words = ("lab", "stake", "2", f"1000{unit}", "--at-block", block)
        found = net.data("taoctl.lab.stake.1", *words)
        assert found["side"] == side
        assert int(found["spot_price"]["rao"]) == price_rao(pool)
        given, had = ("tao", "alpha") if side == "buy" else ("alpha", "tao")
        assert [int(one[given]["rao"]) for one in found["points"]] == [
            50 * TAO * step for step in range(1, 21)
        ]
        for one in found["points"]:
            done = simulate(pool, side, int(one[given]["rao"]))
            out = done.alpha_amount if side == "buy" else done.tao_amount
            assert int(one[had]["rao"]) == out
            assert one["impact_ppm"] <= one["cost_ppm"]
        costs = [one["cost_ppm"] for one in found["points"]]
        assert costs == sorted(costs)
        assert costs[0] >= 500, "the pool's fee"


def test_a_curve_goes_on_past_what_the_pool_takes(net: Localnet) -> None:
    code, out, err = net.taoctl("lab", "stake", "1", "10000000000alpha")
    assert code == 0, err
    assert "refuses" in err
    assert out.count("\n") == 21


def test_a_chart_is_drawn_on_a_terminal_only(
    net: Localnet, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("lab", "stake", "1", "1000tao")
    assert "impact %" not in net.taoctl(*words)[1]
    monkeypatch.setattr("taoctl.cli.plots.can_draw", lambda: True)
    _, out, _ = net.taoctl(*words)
    assert "impact %" in out
    assert "subnet 1: buy" in out
    assert "\x1b" not in out
    assert json.loads(net.taoctl(*words, "-o", "json")[1])["data"]["points"]


def test_a_position_as_a_query_has_the_same_rows(net: Localnet, staked: str) -> None:
    block = head(net)
    listed = net.data("taoctl.stake.list.1", "stake", "list", "//Alice", "--at-block", block)
    code, out, _ = net.taoctl("query", "positions", "//Alice", "--at-block", block, "-o", "json")
    assert code == 0
    whole = json.loads(out)
    jsonschema.validate(whole, every()["taoctl.query.positions.1.json"])
    assert whole["data"] == listed
