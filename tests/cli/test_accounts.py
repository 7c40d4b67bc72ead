"""Which keys a command means: addresses, wallet names, --wallet, or every wallet."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from taoctl.cli import context, options
from taoctl.errors import BadDataError, UsageError
from taoctl.wallet.dev_accounts import DEV_ACCOUNTS

ALICE, BOB, CHARLIE, DAVE, EVE = list(DEV_ACCOUNTS)[:5]
MINE = "5C4hrfjw9DjXZTzV3MwzrrAr9P1MJhSrvWGWqi1eSuyUpnhM"


def write(file: Path, address: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"ss58Address": address}))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Wallets: `mine` complete, `miner` with a hotkey alone, `locked` and `broken` unreadable."""
    for name in ("TAOCTL_WALLET", "BT_WALLET_NAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TAOCTL_WALLET_PATH", str(tmp_path / "wallets"))
    options.reset()
    wallets = tmp_path / "wallets"
    write(wallets / "mine" / "coldkeypub.txt", MINE)
    write(wallets / "mine" / "hotkeys" / "first", BOB)
    write(wallets / "miner" / "hotkeys" / "only", CHARLIE)
    (wallets / "locked").mkdir()
    (wallets / "locked" / "coldkey").write_bytes(b"$NACL")
    (wallets / "broken").mkdir()
    (wallets / "broken" / "coldkeypub.txt").write_text("{")
    return wallets


def test_every_wallet_counts_and_those_without_an_address_are_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found, names = context.addresses(())
    assert found == [MINE]
    assert names[MINE] == "mine"
    warned = capsys.readouterr().err
    for name in ("'miner' (no coldkeypub.txt)", "'locked'", "'broken' (coldkeypub.txt is not"):
        assert name in warned


def test_named_accounts_warn_of_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert context.addresses(("mine", DAVE, MINE))[0] == [MINE, DAVE]
    assert capsys.readouterr().err == ""


def test_a_development_account_is_marked_beside_its_wallet_name(folder: Path) -> None:
    write(folder / "toy" / "coldkeypub.txt", ALICE)
    names = context.addresses(("toy",))[1]
    assert names[ALICE] == "toy, //Alice INSECURE"
    assert names[EVE] == "//Eve INSECURE"
    assert names[BOB] == "first, //Bob INSECURE"


def test_neurons_are_found_by_hotkeys_where_the_coldkey_is_elsewhere() -> None:
    assert context.keys(("miner",))[:2] == ([], [CHARLIE])
    assert context.keys(("mine",))[:2] == ([MINE], [BOB])
    coldkeys, hotkeys, names = context.keys(())
    assert (coldkeys, sorted(hotkeys)) == ([MINE], sorted([BOB, CHARLIE]))
    assert names[CHARLIE] == "only, //Charlie INSECURE"


def test_an_address_may_be_of_either_kind_of_key() -> None:
    assert context.keys((DAVE, DAVE))[:2] == ([DAVE], [DAVE])


@pytest.mark.parametrize("resolve", [context.addresses, context.keys])
def test_a_named_wallet_whose_address_is_unknown_is_refused(resolve: object) -> None:
    assert callable(resolve)
    with pytest.raises(UsageError, match="'locked' has no coldkeypub"):
        resolve(("locked",))
    with pytest.raises(BadDataError, match="'broken'"):
        resolve(("broken",))
    with pytest.raises(UsageError, match="neither an address, a wallet in"):
        resolve(("nobody",))
    with pytest.raises(UsageError, match="checksum"):
        resolve((f"{ALICE[:-1]}Z",))


@pytest.mark.parametrize("resolve", [context.addresses, context.keys])
def test_nothing_to_read_is_refused(resolve: object, folder: Path) -> None:
    assert callable(resolve)
    options.current().wallet_path = folder / "nowhere"
    with pytest.raises(UsageError, match="there are no wallets in"):
        resolve(())
    write(folder / "nowhere" / "locked" / "coldkey", ALICE)
    with pytest.raises(UsageError, match="no wallet tells its address in"):
        resolve(())
