"""`taoctl subnet mechanisms`: shown as storage has them, set and split, and refused before."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "localnet"))

from settings_chain import caught_up, put, settings_chain, stored
from transaction_net import Localnet

from taoctl.chain.client import Chain
from taoctl.economics.mechanisms import split_emission
from taoctl.journal.store import Journal
from taoctl.reads.subnet_emission import subnet_emission

pytestmark = pytest.mark.e2e

SCHEMA = "taoctl.subnet.mechanisms.1"
MECHANISMS = ("subnet", "mechanisms", "1")
SEND = ("--wallet", "//Bob", "-y", "-q")


@pytest.fixture
def net(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Localnet]:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TAOCTL_WALLET_PATH", str(tmp_path / "wallets"))
    for name in ("TAOCTL_WALLET", "BT_WALLET_NAME", "TAOCTL_PASSWORD_FILE"):
        monkeypatch.delenv(name, raising=False)
    with settings_chain() as chain:
        yield Localnet(chain.url, capsys.readouterr)


def on_chain(net: Localnet, item: str, *keys: Any) -> Any:
    async def work(chain: Chain) -> Any:
        return await stored(await caught_up(chain), item, *keys)

    return net.do(work)


def shown(net: Localnet) -> Any:
    return net.data(SCHEMA, *MECHANISMS)


def sent(net: Localnet, *words: str) -> Any:
    return net.data("taoctl.tx.1", *MECHANISMS, *words, *SEND)


async def _room_for_two(chain: Chain) -> None:
    await put(chain, "MaxAllowedUids", (1,), 128)
    await put(chain, "Weights", (4_096 + 1, 0), [(1, 65_535)])
    await put(chain, "LastUpdate", (4_096 + 1,), [7, 99])
    await put(chain, "Incentive", (4_096 + 1,), [0, 65_535])


async def _epoch(chain: Chain) -> int:
    found = await subnet_emission(await caught_up(chain), 1)
    shared = [one for one in found.rows if one.part in ("miners", "withheld", "validators", "root")]
    return sum(one.epoch_rao or 0 for one in shared)


def test_they_are_counted_split_and_shown(net: Localnet) -> None:
    before = shown(net)
    assert (before["most"], before["max_uids"], before["split"]) == (2, 256, None)
    (only,) = before["mechanisms"]
    assert (only["mechid"], only["share_ppm"], only["split"]) == (0, 1_000_000, None)
    net.do(_room_for_two)
    block = sent(net, "set", "2")["block"]
    assert on_chain(net, "MechanismCountCurrent", 1) == 2
    data = shown(net)
    assert data["count_from_block"] == block + 7_200
    assert data["split_from_block"] == block + 1
    assert [one["share_ppm"] for one in data["mechanisms"]] == [500_000, 500_000]
    second = data["mechanisms"][1]
    # Seat 1 has the block of its registration there and weighs nobody.
    assert (second["weighing"], second["earning"], second["updated_block"]) == (1, 1, 7)
    sent(net, "split", "70%", "30%")
    assert on_chain(net, "MechanismEmissionSplit", 1) == [45_874, 19_661]
    data = shown(net)
    assert data["split"] == [45_874, 19_661]
    total = net.do(_epoch)
    assert total > 0
    parts = [int(one["epoch"]["rao"]) for one in data["mechanisms"]]
    assert parts == split_emission(total, 2, [45_874, 19_661]) and sum(parts) == total
    code, out, err = net.taoctl(*MECHANISMS)
    assert code == 0 and "subnet 1 has 2 mechanisms, and may have 2 with 128 UIDs each" in err
    assert "70.00%" in out and "30.00%" in out


def test_a_split_is_even_again_and_raw_shares_are_taken(net: Localnet) -> None:
    net.do(_room_for_two)
    sent(net, "set", "2")
    sent(net, "split", "--raw", "40000", "25535")
    assert on_chain(net, "MechanismEmissionSplit", 1) == [40_000, 25_535]

    async def no_limit(chain: Chain) -> None:
        owner = await stored(await caught_up(chain), "SubnetOwner", 1)
        await put(chain, "TransactionKeyLastBlock", (owner, 1, 8), 0)
        await put(chain, "TransactionKeyLastBlock", (owner, 1, 7), 0)

    net.do(no_limit)
    sent(net, "split", "even")
    assert shown(net)["split"] is None
    code, _, err = net.taoctl(*MECHANISMS, "set", "1", *SEND[:-1], "--dry-run")
    assert code == 0, err
    sent(net, "set", "1")
    assert on_chain(net, "Weights", 4_097, 0) == []
    assert len(shown(net)["mechanisms"]) == 1


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("set", "3"), 1, "1 to 2 mechanisms"),
        (("set", "0"), 1, "1 to 2 mechanisms"),
        (("set", "2"), 1, "max_allowed_uids may be 128"),
        (("set", "300"), 2, "choose from 1 to 16"),
        (("set", "two"), 2, "not a whole number"),
        (("split", "70%", "30%"), 1, "has 1 mechanism"),
        (("split", "70%", "20%"), 2, "sum to 100%"),
        (("split", "--raw", "65540"), 2, "choose from 0 to 65535"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_signed(
    net: Localnet, words: tuple[str, ...], code: int, said: str
) -> None:
    found, _, err = net.taoctl(*MECHANISMS, *words, *SEND)
    assert found == code and said in err, err
    assert Journal().list() == ()


def test_a_subnet_that_is_not_there_has_none(net: Localnet) -> None:
    code, _, err = net.taoctl("subnet", "mechanisms", "99")
    assert code == 2 and "no subnet 99" in err
