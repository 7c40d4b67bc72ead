"""Foreign wallets' own programs, unmodified, with plain keys in a home of their own.

`TAOCTL_BTCLI11` and `TAOCTL_BTCLI9` name the `btcli` programs of bittensor 11.3 and of
bittensor-cli 9.23; without one its tests are skipped.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import bittensor_core
import pytest


def peer(variable: str) -> str:
    """The program that an environment variable names; skips the test without it."""
    program = os.environ.get(variable)
    if not program:
        pytest.skip(f"{variable} names no btcli")
    return program


def write_key(path: Path, key: Any) -> None:
    """An unencrypted keyfile."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bittensor_core.serialized_keypair_to_keyfile_data(key))
    path.chmod(0o600)


def write_public(path: Path, ss58: str, public_key: bytes) -> None:
    """A keyfile that only says whose it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "0x" + bytes(public_key).hex()
    path.write_text(json.dumps({"accountId": text, "publicKey": text, "ss58Address": ss58}))


def write_wallet(wallets: Path, name: str, uri: str) -> None:
    """A wallet whose coldkey is the development key of a URI."""
    key = bittensor_core.Keypair.create_from_uri(uri)
    write_key(wallets / name / "coldkey", key)
    write_public(wallets / name / "coldkeypub.txt", key.ss58_address, key.public_key)


class Btcli:
    """One btcli program, in its own home, on one chain."""

    def __init__(self, program: str, home: Path, url: str, columns: int = 200) -> None:
        self.program, self.home, self.url = program, home, url
        self.columns = columns

    def run(self, *args: str, code: int = 0) -> str:
        """What it prints to stdout; it must end with the exit code given."""
        env = {"HOME": str(self.home), "PATH": os.defpath, "COLUMNS": str(self.columns)}
        done = subprocess.run(
            [self.program, *args, "--network", self.url],
            capture_output=True,
            text=True,
            env=env,
            cwd=self.home,
            timeout=300,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        assert done.returncode == code, (args, done.stdout, done.stderr)
        return done.stdout

    def json(self, *args: str) -> Any:
        """What it prints with --json."""
        return json.loads(self.run(*args, "--json"))

    def free(self, who: str) -> float:
        """Free TAO of an address or wallet, as it sees it."""
        return float(self.json("wallet", "balance", who)["free_tao"])

    def send(self, *args: str) -> Any:
        """What a transaction that it sent without a question came to."""
        sent = self.json(*args, "--yes")
        assert sent["success"] is True
        assert sent["extrinsic_id"]
        return sent
