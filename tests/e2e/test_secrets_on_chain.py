"""Signing and reading on a chain: nothing secret in the journal, and reads keep off the keyring."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))
sys.path.insert(0, str(Path(__file__).parents[1] / "localnet"))

from locked_wallets import PASSWORD, key, write_wallet
from running import localnet
from secret_runs import Answer, Hidden, Runs

pytestmark = pytest.mark.e2e

ALICE = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
WRITERS_ONLY = ("keyring", "substrateinterface", "scalecodec", "secretstorage", "jeepney")


@pytest.fixture(scope="module")
def runs() -> Iterator[Runs]:
    """A home with the locked wallet `w`, beside a chain that seals as soon as it is asked."""
    home = Path(tempfile.mkdtemp(prefix="taoctl-", dir="/tmp"))
    runs = Runs(home)
    write_wallet(home / "wallets")
    with pytest.MonkeyPatch.context() as patch, localnet(patch, home / "chain") as running:
        runs.environ["TAOCTL_NETWORK"] = f"ws://127.0.0.1:{running.port}"
        yield runs
    shutil.rmtree(home)


def test_transfers_leave_no_secret_in_journal_output_or_processes(runs: Runs) -> None:
    pw = runs.home / "pw"
    pw.write_text(PASSWORD)
    pw.chmod(0o600)
    funded = runs.run("wallet", "transfer", key().ss58, "10", "--wallet", "//Alice", "-y")
    assert funded.code == 0, funded.stderr
    send = ("wallet", "transfer", ALICE, "1", "--wallet", "w")
    answers = [
        Answer(rb"\[y/N\]", b"y\r"),
        Answer(rb"Password of wallet 'w': ", f"{PASSWORD}\r".encode()),
    ]
    seen = [
        runs.run(*send, "-y", "--password-file", str(pw), "-o", "json"),
        runs.on_terminal(*send, "--again", answers=answers),
        runs.run(*send, "--again", "-y", "--password-file", str(pw), crash=True),
        runs.run("tx", "list", "-o", "json"),
    ]
    assert [one.code for one in seen[:2]] == [0, 0], [one.everything()[-3000:] for one in seen]
    assert seen[2].code not in (0, 2, 6)
    assert seen[3].code == 0
    hidden = Hidden([key()], [PASSWORD])
    for one in [funded, *seen]:
        assert hidden.found_in(one.everything()) == []
    journals = list((runs.home / "taoctl").rglob("journal*"))
    assert journals
    assert list((runs.home / "taoctl").rglob("crashes/*"))
    assert hidden.found_below(runs.home, [pw]) == []


def test_a_transfer_without_a_password_ends_before_anything_is_sent(runs: Runs) -> None:
    before = runs.run("wallet", "balance", key().ss58, "-o", "json").json()["data"]
    seen = runs.run("wallet", "transfer", ALICE, "1", "--wallet", "w", "-y", "--again")
    assert seen.code == 6, seen.stderr
    assert b"--password-file" in seen.stderr
    assert not [name for name in seen.of("import") if name.startswith("keyring")]
    assert runs.run("wallet", "balance", key().ss58, "-o", "json").json()["data"] == before


@pytest.mark.parametrize(
    "command",
    [
        "wallet balance w",
        "wallet overview w",
        "wallet neurons w",
        "wallet list",
        "wallet show w",
        "address list",
        "subnet list",
        "subnet show 1",
        "stake list w",
        "query subnets",
        "chain info",
        "tx list",
    ],
)
def test_a_read_loads_neither_the_keyring_nor_the_composer(command: str, runs: Runs) -> None:
    seen = runs.run(*command.split(), "-o", "json")
    assert seen.code == 0, seen.stderr
    loaded = {name.split(".")[0] for name in seen.of("import")}
    assert "taoctl" in loaded
    assert loaded.isdisjoint(WRITERS_ONLY)
