"""`taoctl wallet swap-coldkey` on a chain, against storage."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bittensor_core
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "localnet"))

from foreign_cli import write_key
from settings_chain import ALICE, BOB, OWN, put, settings_chain, stored
from transaction_net import Localnet

from taoctl.chain.client import Chain
from taoctl.journal.store import Journal
from taoctl.scale.crypto import KeySigner, account_hash

pytestmark = pytest.mark.e2e

NEW = KeySigner("//Eve").ss58
SEND = ("--wallet", "//Alice", "-y", "-q")
SWAP = ("wallet", "swap-coldkey")
STATUS = "taoctl.wallet.swap-coldkey.1"


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


def _stored(net: Localnet, item: str, *keys: Any) -> Any:
    async def work(chain: Chain) -> Any:
        return await stored(await chain.at_head(), item, *keys)

    return net.do(work)


def _put(net: Localnet, item: str, keys: tuple[Any, ...], value: Any) -> None:
    async def work(chain: Chain) -> None:
        await put(chain, item, keys, value)

    net.do(work)


def test_a_coldkey_is_announced_watched_and_swapped(net: Localnet) -> None:
    (row,) = net.data(STATUS, *SWAP, "status", "//Alice")
    assert (row["state"], row["new_coldkey_hash"]) == ("none", None)
    refused = net.failure(*SWAP, "execute", "//Eve", *SEND)
    assert "ColdkeySwapAnnouncementNotFound" in refused["message"] and refused["hint"]
    refused = net.failure(*SWAP, "announce", "//Bob", *SEND)
    assert "ColdKeyAlreadyAssociated" in refused["message"]
    assert "new-coldkey" in refused["hint"]
    code, _, err = net.taoctl(*SWAP, "announce", "//Eve", "--wallet", "//Alice", "--dry-run")
    assert code == 0 and "INSECURE: //Eve: everybody knows" in err
    _put(net, "ColdkeySwapAnnouncementDelay", (), 3)
    sent = net.data("taoctl.tx.1", *SWAP, "announce", "//Eve", *SEND)
    due, new_hash = _stored(net, "ColdkeySwapAnnouncements", ALICE)
    assert (due, new_hash) == (sent["block"] + 3, account_hash(NEW))
    (row,) = net.data(STATUS, *SWAP, "status", "//Alice", "--new", "//Eve")
    assert (row["state"], row["new_coldkey"]) == ("waiting", NEW)
    assert row["execute_from_block"] == due
    code, _, err = net.taoctl(*SWAP, "status", "//Alice", "--new", "//Bob")
    assert code == 1 and "did not announce" in err
    refused = net.failure(*SWAP, "execute", "//Eve", *SEND)
    assert "ColdkeySwapTooEarly" in refused["message"]
    assert refused["details"]["refusals"][0]["allowed_from_block"] == due
    for _ in range(2):
        _put(net, "TxRateLimit", (), 1_000)
    (row,) = net.data(STATUS, *SWAP, "status", "//Alice")
    assert (row["state"], row["execute_in_blocks"]) == ("ready", 0)
    net.data("taoctl.tx.1", *SWAP, "execute", "//Eve", *SEND)
    assert _stored(net, "Owner", OWN) == NEW
    assert _stored(net, "ColdkeySwapAnnouncements", ALICE) is None


def test_what_an_announcement_stops_is_refused_and_told(net: Localnet) -> None:
    _put(net, "ColdkeySwapAnnouncements", (ALICE,), (40_000, account_hash(BOB)))
    writes: tuple[tuple[str, ...], ...] = (
        ("wallet", "transfer", BOB, "1"),
        ("stake", "add", "1tao", "--hotkey", OWN, "--netuid", "1"),
        ("chain", "call", "System", "remark", "--arg", "remark=hello"),
    )
    for words in writes:
        refused = net.failure(*words, *SEND)
        assert "(ColdkeySwapAnnounced)" in refused["message"], words
        assert "swap-coldkey execute" in refused["hint"] and "dispute" in refused["hint"]
    assert not Journal().list()
    for name in ("balance", "overview"):
        code, _, err = net.taoctl("wallet", name, "//Alice")
        assert code == 0 and "is announced to be swapped, from block 40000 on" in err
    code, _, err = net.taoctl("wallet", "balance", "//Bob")
    assert code == 0 and "swapped" not in err
    net.data("taoctl.tx.1", *SWAP, "dispute", *SEND)
    refused = net.failure("wallet", "transfer", BOB, "1", *SEND)
    assert "(ColdkeySwapDisputed)" in refused["message"] and "root" in refused["hint"]
    code, _, err = net.taoctl("wallet", "balance", "//Alice")
    assert code == 0 and "is disputed" in err
    (row,) = net.data("taoctl.query.coldkey-swaps.1", "query", "coldkey-swaps", "//Alice")
    assert row["state"] == "disputed"


def test_an_announcement_may_keep_the_new_coldkey_back(net: Localnet) -> None:
    digest = account_hash(NEW)
    net.data("taoctl.tx.1", *SWAP, "announce", digest.upper().replace("X", "x"), *SEND)
    assert _stored(net, "ColdkeySwapAnnouncements", ALICE)[1] == digest
    refused = net.failure(*SWAP, "clear", *SEND)
    assert "ColdkeySwapClearTooEarly" in refused["message"]
    assert refused["details"]["refusals"][0]["allowed_from_block"] is not None
    code, _, _ = net.taoctl(*SWAP, "announce", "0x12", *SEND)
    assert code == 2


def test_a_hotkey_by_its_name_is_no_new_coldkey(net: Localnet, tmp_path: Path) -> None:
    hotkey = bittensor_core.Keypair.create_from_uri("//Eve")
    write_key(tmp_path / "wallets" / "mine" / "hotkeys" / "miner", hotkey)
    for verb in ("announce", "execute"):
        code, out, err = net.taoctl(*SWAP, verb, "mine/miner", *SEND)
        assert (code, out) == (2, "") and "mine/miner is a hotkey" in err
