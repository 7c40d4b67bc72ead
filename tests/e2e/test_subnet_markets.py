"""What `subnet list` and `price` say of pools is what storage holds and the runtime works out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest
from ports import free_port
from raw_storage import RawStorage, storage_key, subnet, twox64, u16
from transaction_net import TAO, Localnet

from taoctl.chain.client import Chain
from taoctl.economics.pool import SimSwap
from taoctl.localnet import service
from taoctl.localnet.boot import Options
from taoctl.localnet.sealing import Seal
from taoctl.localnet.service import Launch
from taoctl.reads.simulation import simulated

pytestmark = pytest.mark.e2e

PRICES = "taoctl.subnet.price.1"
LIST = "taoctl.subnet.list.1"
CLOSED = 3


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("markets")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TAOCTL_HOME", str(home / "home"))
        patch.setenv("TAOCTL_WALLET_PATH", str(home / "wallets"))
        port = free_port()
        options = Options("small", seal=Seal.MANUAL, state_dir=home / "chain")
        running = service.start_detached(Launch(options, port))
        try:
            key = storage_key("SubtokenEnabled", u16(CLOSED)).hex()
            service.ask(port, "dev_setStorage", [["0x" + key, "0x00"]], timeout=60)
            service.ask(port, "dev_newBlock", {"count": 2}, timeout=60)
            yield running.endpoint
        finally:
            service.stop(running.port)


@pytest.fixture
def net(endpoint: str, capsys: pytest.CaptureFixture[str]) -> Localnet:
    return Localnet(endpoint, capsys.readouterr)


def envelope(net: Localnet, *words: str) -> Any:
    code, out, err = net.taoctl(*words, "-o", "json")
    assert code == 0, err
    return json.loads(out)


def rao(value: Any) -> int | None:
    if value is None:
        return None
    return int(value["rao"])


def bought(raw: RawStorage, netuid: int, tao: int) -> tuple[Fraction, Fraction]:
    """Alpha that a buy brings at the margin and after the curve, worked out with fractions.

    The exponent of these pools is not one exactly; for it there is no fraction, hence a float.
    """
    known = subnet(raw, netuid)
    rate = raw.number("FeeRate", twox64(u16(netuid)), default=33, pallet="Swap")
    quote = raw.number("SwapBalancer", twox64(u16(netuid)), default=5 * 10**17, pallet="Swap")
    net = tao - tao * rate // 65_535
    kept = (known["tao_in"] / (known["tao_in"] + net)) ** (quote / (10**18 - quote))
    spot = Fraction(10**18 - quote, quote) * known["tao_in"] / known["alpha_in"]
    return tao / spot, Fraction(known["alpha_in"] * (1 - kept))


def test_orders_on_every_pool_are_what_the_runtime_simulates(net: Localnet) -> None:
    rows = net.data(PRICES, "subnet", "price")

    async def ask(chain: Chain) -> dict[tuple[int, int], SimSwap | None]:
        view = await chain.at_head()
        orders = [(row["netuid"], tao) for row in rows for tao in (1, 10, 100)]
        return {
            (netuid, tao): await simulated(view, netuid, "buy", tao * TAO) for netuid, tao in orders
        }

    told = net.do(ask)
    assert [row["netuid"] for row in rows] == [0, 1, 2, 3]
    for row in rows:
        for tao in (1, 10, 100):
            alpha, lost = rao(row[f"alpha_for_{tao}"]), row[f"slippage_{tao}_ppm"]
            if row["netuid"] == CLOSED:
                assert (alpha, lost) == (None, None)
                continue
            known = told[row["netuid"], tao]
            assert known is not None and alpha == known.alpha_amount
            ideal = known.alpha_amount + known.alpha_slippage
            assert lost == known.alpha_slippage * 10**6 // ideal


def test_slippage_is_what_fractions_of_raw_storage_say(net: Localnet) -> None:
    whole = envelope(net, "subnet", "list")
    raw = RawStorage(net.endpoint, whole["block_hash"])
    for row in whole["data"]:
        netuid = row["netuid"]
        if netuid in (0, CLOSED):
            assert row["slippage_ppm"] == (0 if netuid == 0 else None)
            continue
        ideal, got = bought(raw, netuid, 10 * TAO)
        assert abs(row["slippage_ppm"] - (ideal - got) / ideal * 10**6) < 2
        assert row["slippage_ppm"] > 500
        assert rao(row["price"]) == subnet(raw, netuid)["price"]
        assert row["owner_coldkey"] == raw.account("SubnetOwner", u16(netuid))


def test_prices_are_those_of_storage(net: Localnet) -> None:
    whole = envelope(net, "subnet", "price", "2", "1", "2")
    raw = RawStorage(net.endpoint, whole["block_hash"])
    assert [row["netuid"] for row in whole["data"]] == [2, 1]
    for row in whole["data"]:
        known = subnet(raw, row["netuid"])
        assert rao(row["price"]) == known["price"]
        assert int(row["moving_price_bits"]["bits"]) == known["moving_price_bits"]
        assert (rao(row["tao_in"]), rao(row["alpha_in"])) == (known["tao_in"], known["alpha_in"])
        assert row["price_change_ppm"] is None


def test_one_subnet_is_shown_with_orders_seats_and_locks(net: Localnet) -> None:
    prices = {row["netuid"]: row for row in envelope(net, "subnet", "price")["data"]}
    for netuid in (0, 1, CLOSED):
        whole = envelope(net, "subnet", "show", str(netuid))
        row, raw = whole["data"], RawStorage(net.endpoint, whole["block_hash"])
        for size in (1, 10, 100):
            assert row[f"slippage_{size}_ppm"] == prices[netuid][f"slippage_{size}_ppm"]
        assert (row["slippage_10_ppm"] is None) is (netuid == CLOSED)
        assert rao(row["new_subnet"]) == raw.number("NetworkMinLockCost", default=10**12)
        assert rao(row["locked"]) == raw.number("SubnetLocked", u16(netuid))
        burn, following, then = (rao(row[key]) for key in ("burn", "next_burn", "risen_burn"))
        if netuid == 0:
            assert (burn, following, then) == (None, None, None)
        else:
            assert burn is not None and following is not None and then is not None
            assert raw.number("MinBurn", u16(netuid), default=500_000) <= following <= burn < then


def test_a_list_is_sorted_by_any_of_its_columns(net: Localnet) -> None:
    def column(key: str, *words: str) -> list[Any]:
        return [row[key] for row in net.data(LIST, "subnet", "list", *words)]

    prices = [rao(one) for one in column("price", "--sort", "price")]
    assert prices == sorted(prices, key=lambda one: one or 0, reverse=True)
    assert column("name", "--sort", "NAME") == sorted(column("name"), key=str.casefold)
    up = column("netuid", "--sort", "netuid", "--reverse")
    assert up == [0, 1, 2, 3]
    slips = column("slippage_ppm", "--sort", "slip 10τ")
    assert slips[-1] is None and slips[:3] == sorted(slips[:3], reverse=True)
    assert column("slippage_ppm", "--sort", "slippage_ppm", "--reverse")[-1] is None


def test_a_list_is_filtered_by_names_numbers_and_addresses(net: Localnet) -> None:
    rows = net.data(LIST, "subnet", "list")

    def left(text: str) -> list[int]:
        return [row["netuid"] for row in net.data(LIST, "subnet", "list", "--filter", text)]

    assert left("2") == [2]
    name = rows[1]["name"]
    assert 1 in left(name.upper()) and 1 in left(name[1:])
    owner = rows[2]["owner_coldkey"]
    assert left(owner) == [row["netuid"] for row in rows if row["owner_coldkey"] == owner]
    assert left("no such text") == []


def test_a_column_that_is_none_is_refused_before_the_chain_is_asked(net: Localnet) -> None:
    for name, said in (("cost", "no column"), ("alpha_in_e", ""), ("pool", "several columns")):
        code, _, err = net.taoctl("subnet", "list", "--sort", name)
        assert (code == 0) is (not said)
        assert said in err
    code, _, err = net.taoctl("subnet", "price", "77")
    assert code == 2 and "no subnet 77" in err
