"""What `subnet emission` says of a block and an epoch is what storage holds after them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from ports import free_port
from raw_storage import RawStorage, storage_key, u16
from transaction_net import Localnet, validator

from taoctl.localnet import service
from taoctl.localnet.boot import Options
from taoctl.localnet.sealing import Seal
from taoctl.localnet.service import Launch, Running

pytestmark = pytest.mark.e2e

EMISSION = "taoctl.subnet.emission.1"
NETUIDS = (1, 2, 3)
PENDING = {
    "owner": "PendingOwnerCut",
    "validators": "PendingValidatorEmission",
    "root": "PendingRootAlphaDivs",
}


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    home = tmp_path_factory.mktemp("emission")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TAOCTL_HOME", str(home / "home"))
        patch.setenv("TAOCTL_WALLET_PATH", str(home / "wallets"))
        port = free_port()
        options = Options("small", seal=Seal.MANUAL, state_dir=home / "chain")
        running = service.start_detached(Launch(options, port))
        try:
            service.ask(port, "dev_newBlock", {"count": 3}, timeout=60)
            yield running
        finally:
            service.stop(running.port)


@pytest.fixture
def net(node: Running, capsys: pytest.CaptureFixture[str]) -> Localnet:
    return Localnet(node.endpoint, capsys.readouterr)


def put(node: Running, item: str, netuid: int, value: bytes) -> None:
    key = "0x" + storage_key(item, u16(netuid)).hex()
    service.ask(node.port, "dev_setStorage", [[key, "0x" + value.hex()]], timeout=60)
    service.ask(node.port, "dev_newBlock", {"count": 1}, timeout=60)


def said(net: Localnet, netuid: int) -> tuple[Any, dict[str, dict[str, Any]]]:
    """The envelope, and its parts with rao for amounts."""
    code, out, err = net.taoctl("subnet", "emission", str(netuid), "-o", "json")
    assert code == 0, err
    whole = json.loads(out)
    validator(EMISSION).validate(whole)
    parts = {
        part["part"]: {
            key: int(value["rao"]) if isinstance(value, dict) else value
            for key, value in part.items()
        }
        for part in whole["data"]["parts"]
    }
    return whole, parts


def test_every_block_and_every_epoch_is_as_was_said(net: Localnet, node: Running) -> None:
    put(node, "MinerBurned", 2, (2**31).to_bytes(16, "little"))
    put(node, "RecycleOrBurn", 2, b"\x01")
    assert said(net, 2)[1]["withheld"]["goes_to"].startswith("recycled")
    assert said(net, 1)[1]["withheld"]["goes_to"].startswith("burned")
    epochs = dict.fromkeys(NETUIDS, 0)
    withheld = 0
    for _ in range(60):
        told = {netuid: said(net, netuid) for netuid in NETUIDS}
        service.ask(node.port, "dev_newBlock", {"count": 1}, timeout=60)
        after, _ = said(net, 1)
        raw = RawStorage(net.endpoint, after["block_hash"])
        for netuid, (whole, parts) in told.items():
            assert whole["block"] + 1 == raw.block()
            epochs[netuid] += check(raw, netuid, whole["data"], parts)
            withheld += bool(parts["withheld"]["alpha"])
        if min(epochs.values()) >= 2:
            break
    assert min(epochs.values()) >= 2 and withheld


def check(raw: RawStorage, netuid: int, data: Any, parts: dict[str, dict[str, Any]]) -> bool:
    """Hold a prediction against the block that came; whether it had an epoch."""
    net = u16(netuid)
    assert raw.number("SubnetTaoInEmission", net) == parts["pool"]["tao"]
    assert raw.number("SubnetAlphaInEmission", net) == parts["pool"]["alpha"]
    assert raw.number("SubnetExcessTao", net) == parts["protocol"]["tao"]
    assert raw.number("SubnetAlphaOutEmission", net) == int(data["alpha_out_rao"])
    paid = ("owner", "miners", "withheld", "validators", "root", "recycled")
    assert 0 <= int(data["alpha_out_rao"]) - sum(parts[one]["alpha"] for one in paid) <= 4
    miners = [parts["miners"], parts["withheld"]]
    due = raw.number("LastMechansimStepBlock", net) == raw.block()
    assert due is (data["blocks_to_epoch"] == 1)
    if not due:
        for part, item in PENDING.items():
            assert raw.number(item, net) == parts[part]["pending"] + parts[part]["alpha"]
        both = sum(one["pending"] + one["alpha"] for one in miners)
        assert raw.number("PendingServerEmission", net) == both
        return False
    for item in (*PENDING.values(), "PendingServerEmission"):
        assert raw.number(item, net) == 0
    shared = sum(parts[one]["epoch"] for one in ("miners", "withheld", "validators", "root"))
    emitted = raw.vector("Emission", 8, net)
    # Each uid's part is floored to 2^-32 of the whole, then to a rao.
    assert 0 <= shared - sum(emitted) <= len(emitted) * ((shared >> 32) + 2)
    return True


def test_a_subnet_that_gets_nothing_says_why(net: Localnet, node: Running) -> None:
    put(node, "SubnetEmissionEnabled", 3, b"\x00")
    whole, parts = said(net, 3)
    assert whole["data"]["held_back"] == "root has not enabled its TAO"
    assert parts["pool"]["tao"] == parts["protocol"]["tao"] == 0 < parts["owner"]["alpha"]
    put(node, "NetworkRegistrationAllowed", 3, b"\x00")
    whole, parts = said(net, 3)
    assert whole["data"]["held_back"] == "registration is closed"
    assert whole["data"]["alpha_out_rao"] is None and parts["owner"]["alpha"] == 0
    put(node, "SubtokenEnabled", 3, b"\x00")
    _, _, err = net.taoctl("subnet", "emission", "3")
    assert "has no part in emission: it is not started" in err
    for netuid, words in (("0", "root emits nothing"), ("9", "no subnet 9")):
        code, _, err = net.taoctl("subnet", "emission", netuid)
        assert code == 2 and words in err
