"""A localnet and the command line against it, for tests of transactions."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ports import free_port

from taoctl.chain.client import Chain, connect
from taoctl.cli.dispatch import dispatch
from taoctl.cli.schemas import every
from taoctl.localnet import service
from taoctl.localnet.boot import Options
from taoctl.localnet.sealing import Seal
from taoctl.localnet.service import Launch
from taoctl.scale.crypto import KeySigner

TAO = 10**9
NAMES = ("Alice", "Bob", "Charlie", "Dave", "Eve", "Ferdie")
ALICE, BOB, CHARLIE, DAVE, EVE, FERDIE = (KeySigner(f"//{name}").ss58 for name in NAMES)


def nobody(number: int) -> str:
    """The address of an account that holds nothing."""
    return KeySigner(f"//Nobody/{number}").ss58


@cache
def validator(schema: str) -> Any:
    """What holds JSON against a published schema; checking the schemas themselves takes long."""
    found = every()[f"{schema}.json"]
    kind = jsonschema.validators.validator_for(found)
    kind.check_schema(found)
    return kind(found)


@dataclass
class Localnet:
    """A chain of the module's own, and the command line against it."""

    endpoint: str
    read: Callable[[], Any]

    def taoctl(self, *words: str) -> tuple[int, str, str]:
        """Exit code, stdout and stderr of a command."""
        code = dispatch([*words, "-n", self.endpoint, "--timeout", "30"])
        captured = self.read()
        return code, captured.out, captured.err

    def data(self, schema: str, *words: str) -> Any:
        """The data of a command that must succeed, checked against its schema."""
        code, out, err = self.taoctl(*words, "-o", "json")
        assert code == 0, err
        whole = json.loads(out)
        validator(schema).validate(whole)
        assert whole["simulated"]
        return whole["data"]

    def do(self, work: Callable[[Chain], Any]) -> Any:
        """What a coroutine finds on the chain."""

        async def run() -> Any:
            async with connect(self.endpoint, timeout=30) as chain:
                return await work(chain)

        return asyncio.run(run())

    def free(self, *accounts: str) -> list[int]:
        """The free rao of accounts."""

        async def work(chain: Chain) -> list[int]:
            view = await chain.at_head()
            return [
                int((await view.value("System", "Account", one))["data"]["free"])
                for one in accounts
            ]

        found: list[int] = self.do(work)
        return found

    def failure(self, *words: str) -> Any:
        """What a command that the chain or a plan refuses says in JSON, checked."""
        code, out, err = self.taoctl(*words, "-o", "json")
        assert (code, out) == (1, "")
        whole = json.loads(err.splitlines()[-1])
        validator("taoctl.error.1").validate(whole)
        return whole["error"]


@contextmanager
def running(home: Path) -> Iterator[str]:
    """The endpoint of a chain of its own, with journal and wallets in a folder of its own."""
    port = free_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TAOCTL_HOME", str(home / "home"))
        patch.setenv("TAOCTL_WALLET_PATH", str(home / "wallets"))
        for name in ("TAOCTL_WALLET", "BT_WALLET_NAME", "TAOCTL_PASSWORD_FILE"):
            patch.delenv(name, raising=False)
        options = Options(
            scenario="small", block_time=0.2, seal=Seal.INTERVAL, state_dir=home / "chain"
        )
        node = service.start_detached(Launch(options, port))
        yield node.endpoint
        with suppress(Exception):
            service.stop(node.port)
