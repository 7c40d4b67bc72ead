"""Whom `subnet emission --stakers` says the next epoch pays, storage holds after it, to the rao."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from ports import free_port
from raw_storage import RawStorage, blake, compact, position, storage_key, u16
from transaction_net import Localnet, validator

from taoctl.localnet import service
from taoctl.localnet.boot import Options
from taoctl.localnet.sealing import Seal
from taoctl.localnet.service import Launch, Running

pytestmark = pytest.mark.e2e

SCHEMA = "taoctl.subnet.emission.1"
NETUIDS = (1, 2, 3)


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    home = tmp_path_factory.mktemp("participants")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TAOCTL_HOME", str(home / "home"))
        patch.setenv("TAOCTL_WALLET_PATH", str(home / "wallets"))
        options = Options("small", seal=Seal.MANUAL, state_dir=home / "chain")
        running = service.start_detached(Launch(options, free_port()))
        try:
            yield running
        finally:
            service.stop(running.port)


@pytest.fixture
def net(node: Running, capsys: pytest.CaptureFixture[str]) -> Localnet:
    return Localnet(node.endpoint, capsys.readouterr)


def said(net: Localnet, netuid: int, *words: str) -> Any:
    """The data of the command, checked."""
    code, out, err = net.taoctl("subnet", "emission", str(netuid), *words, "-o", "json")
    assert code == 0, err
    whole = json.loads(out)
    validator(SCHEMA).validate(whole)
    return {"block": whole["block"], "block_hash": whole["block_hash"], **whole["data"]}


def rao(row: Any, field: str) -> int:
    return int(row[field]["rao"])


def rate(raw: RawStorage, hotkey: str, netuid: int) -> int:
    """RootClaimable of a hotkey for a subnet, bits."""
    rates = raw.get("RootClaimable", blake(hotkey)) or b"\0"
    count, at = compact(rates)
    for one in (rates[at + i * 18 : at + (i + 1) * 18] for i in range(count)):
        if int.from_bytes(one[:2], "little") == netuid:
            return int.from_bytes(one[2:], "little", signed=True)
    return 0


def check(data: Any, before: RawStorage, after: RawStorage, netuid: int) -> None:
    """Hold what was said of an epoch against the block in which it ran."""
    assert data["exact"] and not data["doubts"]
    net = u16(netuid)
    assert after.number("LastMechansimStepBlock", net) == data["next_epoch_block"]
    # Traders stake with this hotkey in the same block, after the epoch.
    traded = before.account("SubnetOwnerHotkey", net)
    stakes = [row for row in data["positions"] if row["kind"] == "stake"]
    checked = [row for row in stakes if row["hotkey"] != traded]
    assert len(checked) > len(stakes) // 2
    for row in checked:
        was, then = (
            int(position(raw, row["hotkey"], row["coldkey"], netuid)) for raw in (before, after)
        )
        assert (was, then) == (rao(row, "before"), rao(row, "after"))
        assert then - was == rao(row, "gain")
    by_role: dict[str, dict[str, int]] = {}
    for row in data["participants"]:
        by_role.setdefault(row["role"], {})[row["hotkey"]] = rao(row, "alpha")
    for hotkey, amount in by_role["stakers"].items():
        assert after.number("AlphaDividendsPerSubnet", net, blake(hotkey)) == amount
    for hotkey, amount in by_role["root"].items():
        assert after.number("RootAlphaDividendsPerSubnet", net, blake(hotkey)) == amount
        stake = before.number("TotalHotkeyAlpha", blake(hotkey), u16(0))
        raised = rate(after, hotkey, netuid) - rate(before, hotkey, netuid)
        assert raised == (amount << 32) // stake
    paid = sum(rao(row, "alpha") for row in data["participants"])
    assert paid + int(data["nobody_rao"]) == int(data["epoch_alpha_rao"])


@pytest.mark.parametrize("epochs", [1, pytest.param(20, marks=pytest.mark.soak)])
def test_everybody_is_paid_what_was_said(net: Localnet, node: Running, epochs: int) -> None:
    seen = dict.fromkeys(NETUIDS, 0)
    while min(seen.values()) < epochs:
        waits = {netuid: said(net, netuid)["blocks_to_epoch"] for netuid in NETUIDS}
        if min(waits.values()) > 1:
            count = min(waits.values()) - 1
            service.ask(node.port, "dev_newBlock", {"count": count}, timeout=60)
            continue
        told = {
            netuid: said(net, netuid, "--stakers") for netuid, wait in waits.items() if wait == 1
        }
        service.ask(node.port, "dev_newBlock", {"count": 1}, timeout=60)
        made = next(iter(told.values()))["block"] + 1
        block_hash = RawStorage(net.endpoint, "").call("chain_getBlockHash", made)
        for netuid, data in told.items():
            before = RawStorage(net.endpoint, data["block_hash"])
            check(data, before, RawStorage(net.endpoint, block_hash), netuid)
            seen[netuid] += 1


def test_far_from_the_epoch_it_is_no_promise(net: Localnet, node: Running) -> None:
    waits = {netuid: said(net, netuid)["blocks_to_epoch"] for netuid in NETUIDS}
    netuid = max(waits, key=lambda one: waits[one])
    assert waits[netuid] > 2
    data = said(net, netuid, "--participants")
    assert data["exact"] is False and "positions" not in data
    (doubt,) = data["doubts"]
    assert doubt == f"{waits[netuid] - 1} more blocks before it, and each changes it a little"
    _, out, err = net.taoctl("subnet", "emission", str(netuid), "--participants")
    assert "root-take" in out and "it may be otherwise: " in err
    code, out, _ = net.taoctl("subnet", "emission", str(netuid), "--stakers", "-o", "csv")
    assert code == 0
    assert out.splitlines()[0] == "kind,hotkey,coldkey,before_rao,gain_rao,after_rao"


def test_a_subnet_that_runs_no_epochs_pays_nobody(net: Localnet, node: Running) -> None:
    key = "0x" + storage_key("Tempo", u16(3)).hex()
    service.ask(node.port, "dev_setStorage", [[key, "0x0000"]], timeout=60)
    service.ask(node.port, "dev_newBlock", {"count": 1}, timeout=60)
    assert said(net, 3)["blocks_to_epoch"] is None
    code, _, err = net.taoctl("subnet", "emission", "3", "--participants")
    assert code == 1 and "subnet 3 runs no epochs" in err
