"""What `subnet owner` says of subnets is what storage holds, and what needs attention is said."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from registration_chain import CHARLIE, FULL, OPEN, OWNED, hotkey, registration_chain

from taoctl.economics.subnet_attention import (
    LATE_TEMPOS,
    NEAR_PLACES,
    SOON_BLOCKS,
    YEAR_BLOCKS,
    Attention,
    OwnedState,
    attention,
)

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))

from raw_storage import RawStorage, subnet, u16
from stake_net import StakeNet

OWNER = "taoctl.subnet.owner.1"
FIELDS = (
    "subnet_name",
    "github_repo",
    "subnet_contact",
    "subnet_url",
    "discord",
    "description",
    "logo_url",
    "additional",
)
WELL = OwnedState(
    started=True,
    open=True,
    emission_enabled=True,
    tempo=360,
    since_step=100,
    started_for=10_000,
    burned_bits=0,
    seated=True,
    rank=None,
    full=False,
    immunity_left=0,
    contested=False,
    named=True,
)


def changed(**values: Any) -> tuple[Attention, ...]:
    fields = {name: getattr(WELL, name) for name in WELL.__dataclass_fields__}
    return attention(OwnedState(**(fields | values)))


def test_a_subnet_that_is_well_needs_nothing_nor_one_of_which_nothing_is_known() -> None:
    assert attention(WELL) == ()
    unknown = dict.fromkeys(WELL.__dataclass_fields__)
    assert changed(**(unknown | {"started": True, "named": True})) == ()


@pytest.mark.parametrize(
    "values, found",
    [
        ({"rank": NEAR_PLACES, "full": True}, [Attention.PRUNING]),
        ({"rank": NEAR_PLACES + 1, "full": True}, []),
        ({"rank": 1, "full": False}, []),
        ({"rank": None, "full": True}, []),
        ({"contested": True}, [Attention.CONVICTION]),
        ({"started": False, "open": False}, [Attention.NOT_STARTED]),
        ({"open": False}, [Attention.CLOSED]),
        ({"since_step": LATE_TEMPOS * 360}, []),
        ({"since_step": LATE_TEMPOS * 360 + 1}, [Attention.NO_EPOCH]),
        ({"since_step": 9_000, "started_for": 720}, []),
        ({"since_step": 9_000, "tempo": 0}, []),
        ({"emission_enabled": False}, [Attention.NO_TAO]),
        ({"burned_bits": 1}, [Attention.WITHHELD]),
        ({"seated": False}, [Attention.NO_SEAT]),
        ({"immunity_left": SOON_BLOCKS}, [Attention.IMMUNITY]),
        ({"immunity_left": SOON_BLOCKS + 1}, []),
        ({"named": False}, [Attention.NO_IDENTITY]),
        ({"named": False, "contested": True}, [Attention.CONVICTION, Attention.NO_IDENTITY]),
    ],
)
def test_what_needs_attention(values: dict[str, Any], found: list[Attention]) -> None:
    assert list(changed(**values)) == found


@pytest.fixture(scope="module")
def chain_net() -> Iterator[StakeNet]:
    with registration_chain() as chain:
        yield StakeNet(chain, lambda: None)


@pytest.fixture
def net(chain_net: StakeNet, capsys: pytest.CaptureFixture[str]) -> StakeNet:
    return StakeNet(chain_net.chain, capsys.readouterr)


def matters(net: StakeNet, who: str, netuid: int) -> dict[str, str]:
    data = net.data(OWNER, "subnet", "owner", who)
    (row,) = [row for row in data["subnets"] if row["netuid"] == netuid]
    found = {one["what"]: one["why"] for one in data["attention"] if one["netuid"] == netuid}
    assert row["attention"] == ", ".join(found)
    return found


def test_every_subnet_of_a_coldkey_and_no_other(net: StakeNet) -> None:
    net.change(lambda runtime: _earns(runtime, OPEN))
    code, out, err = net.taoctl("subnet", "owner", CHARLIE, "//Alice", "-o", "json")
    assert code == 0, err
    whole = json.loads(out)
    raw = RawStorage(net.chain.url, whole["block_hash"])
    rows = whole["data"]["subnets"]
    assert [row["netuid"] for row in rows] == [1, 2, 3, 4, 5]
    assert [row["netuid"] for row in net.data(OWNER, "subnet", "owner", "//Alice")["subnets"]] == [
        OWNED
    ]
    for row in rows:
        netuid = row["netuid"]
        known = subnet(raw, netuid)
        assert row["owner_name"] == (f"//{'Alice' if netuid == OWNED else 'Charlie'} INSECURE")
        assert int(row["price"]["rao"]) == known["price"]
        plain = ("owner_hotkey", "owner_coldkey", "neurons", "max_neurons", "next_epoch_block")
        assert {key: row[key] for key in plain} == {key: known[key] for key in plain}
        assert int(row["pending_owner"]["rao"]) == raw.number("PendingOwnerCut", u16(netuid))
        emits = raw.number("NetworkRegistrationAllowed", u16(netuid), default=1)
        day = known["alpha_out_emission"] * 7_200 * raw.number("SubnetOwnerCut", default=11_796)
        assert int(row["owner_day"]["rao"]) == (day // 65_535 if emits else 0)
    assert int(rows[0]["owner_day"]["rao"]) > 0 < int(rows[0]["pending_owner"]["rao"])


def _earns(runtime: Any, netuid: int) -> None:
    assert netuid in runtime.subtensor.FirstEmissionBlockNumber
    runtime.subtensor.SubnetEmissionEnabled[netuid] = True


def test_each_matter_is_said_with_its_figures(net: StakeNet) -> None:
    registered = net.look(lambda head: head.subtensor.NetworkRegisteredAt[OWNED])
    with net.stored([("SubnetEmissionEnabled", OWNED, True)]):
        quiet = matters(net, "//Alice", OWNED)
    assert "no-tao" not in quiet
    cases: list[tuple[str, list[tuple[str, Any, Any]], str]] = [
        ("no-tao", [("SubnetEmissionEnabled", OWNED, False)], "root has not enabled"),
        ("not-started", [("SubtokenEnabled", OWNED, False)], f"`taoctl subnet start {OWNED}`"),
        (
            "not-started",
            [("SubtokenEnabled", OWNED, False), ("StartCallDelay", (), 10**6)],
            f"from block {registered + 10**6}",
        ),
        ("closed", [("NetworkRegistrationAllowed", OWNED, False)], "root opens it"),
        ("withheld", [("MinerBurned", OWNED, 3 << 30)], "75.00% of the miners' alpha"),
        ("no-epoch", [("LastEpochBlock", OWNED, 10**6), ("Tempo", OWNED, 1)], "of a tempo of 1"),
        ("no-seat", [("SubnetOwnerHotkey", OWNED, hotkey("own"))], "no UID"),
    ]
    for what, entries, words in cases:
        with net.stored(entries):
            assert words in matters(net, "//Alice", OWNED)[what]
        assert what == "no-tao" or what not in matters(net, "//Alice", OWNED)


def test_a_subnet_that_says_nothing_of_itself_is_told_so(net: StakeNet) -> None:
    assert "no-identity" in matters(net, "//Alice", OWNED)
    said = dict.fromkeys(FIELDS, b"")
    with net.stored([("SubnetIdentitiesV3", OWNED, said)]):
        assert "no-identity" in matters(net, "//Alice", OWNED)
    with net.stored([("SubnetIdentitiesV3", OWNED, said | {"discord": b"me"})]):
        assert "no-identity" not in matters(net, "//Alice", OWNED)


def test_a_subnet_near_to_being_replaced_is_said_with_its_place(net: StakeNet) -> None:
    def full(runtime: Any) -> None:
        module = runtime.subtensor
        module.SubnetLimit.put(5)
        module.NetworkImmunityPeriod.put(0)
        for netuid in range(1, 6):
            module.SubnetMovingPrice[netuid] = netuid << 20

    net.change(full)
    assert "at place 2" in matters(net, CHARLIE, FULL)["pruning"]
    assert "pruning" not in matters(net, "//Alice", OWNED)
    net.change(lambda runtime: runtime.subtensor.NetworkImmunityPeriod.put(5_000))
    found = matters(net, CHARLIE, FULL)
    assert "pruning" not in found and "blocks until a new subnet" in found["immunity"]


def test_another_coldkey_with_more_conviction_is_said_with_the_block(net: StakeNet) -> None:
    def locked(runtime: Any) -> None:
        module = runtime.subtensor
        bobs = hotkey("bobs")
        module.add_stake_shares(bobs, CHARLIE, OWNED, 10**12)
        module.SubnetAlphaOut[OWNED] += 10**12

    net.change(locked)
    registered = net.look(lambda head: head.subtensor.NetworkRegisteredAt[OWNED])
    assert "conviction" not in matters(net, "//Alice", OWNED)
    args = {"hotkey": hotkey("bobs"), "netuid": OWNED, "amount": 10**11}
    assert net.force("//Charlie", "lock_stake", **args) is None
    for _ in range(3):
        net.change(lambda runtime: None)
    said = matters(net, "//Alice", OWNED)["conviction"]
    assert hotkey("bobs") in said and f"from block {registered + YEAR_BLOCKS}" in said
