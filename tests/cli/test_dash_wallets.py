"""Which wallets `taoctl dash` watches."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from taoctl.addresses import short_ss58
from taoctl.cli import options
from taoctl.cli.dash import chosen_wallets, dashboard_wallets
from taoctl.errors import UsageError
from taoctl.wallet.dev_accounts import DEV_ACCOUNTS

ALICE, BOB = list(DEV_ACCOUNTS)[:2]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("TAOCTL_WALLET", "BT_WALLET_NAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TAOCTL_WALLET_PATH", str(tmp_path))
    options.reset()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "coldkeypub.txt").write_text(json.dumps({"ss58Address": BOB}))
    return tmp_path


def watched(*named: str) -> list[tuple[str, str]]:
    options.current().wallet = list(named)
    return [(one.name, one.coldkey) for one in dashboard_wallets(chosen_wallets())]


def test_every_wallet_is_watched_unless_some_are_named() -> None:
    assert watched() == [("mine", BOB)]


def test_an_address_is_watched_under_its_short_form() -> None:
    assert watched(ALICE, "mine") == [(short_ss58(ALICE), ALICE), ("mine", BOB)]


def test_what_is_neither_is_refused() -> None:
    with pytest.raises(UsageError, match="checksum"):
        watched(f"{ALICE[:-1]}Z")
    with pytest.raises(UsageError, match="neither an address nor a wallet"):
        watched("nobody")
