"""The command line against a chain in a thread of the test, for acting on proposals."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chain_thread import ThreadChain

from taoctl.cli.main import main
from taoctl.journal.store import Journal


@dataclass
class Desk:
    """A chain, and the command line against it."""

    net: ThreadChain
    captured: Callable[[], Any]

    def run(self, *words: str) -> tuple[int, str, str]:
        """Exit code, stdout and stderr of a command."""
        self.captured()
        code = main([*words, "-n", self.net.url, "--timeout", "60"])
        found = self.captured()
        return code, found.out, found.err

    def does(self, *words: str) -> Any:
        """The transaction of a command that the chain carries out."""
        code, out, err = self.run(*words, "--yes", "-o", "json")
        assert code == 0, err
        return json.loads(out)["data"]

    def refuses(self, name: str, *words: str) -> str:
        """What is said of a command that is refused by a name before anything is signed."""
        before = len(Journal().list())
        code, _, err = self.run(*words, "--yes")
        assert code == 1 and f"({name})" in err and "hint: " in err, (code, err)
        assert len(Journal().list()) == before
        return err

    def fails(self, error: str, *words: str) -> None:
        """Send a call as it is; the chain's own error is told."""
        code, _, err = self.run("chain", "call", *words, "--yes")
        assert code == 1 and error in err, (code, err)

    def misused(self, said: str, *words: str) -> None:
        """A command that is wrong whatever the state of the chain."""
        code, _, err = self.run(*words, "--yes")
        assert code == 2 and said in err, (code, err)

    def stored(self, pallet: str, item: str, *keys: Any) -> Any:
        """A value at the head."""

        async def read(node: Any) -> Any:
            codec = node.runtime.codec
            key = codec.storage_key(pallet, item, *keys)
            return codec.decode_storage(pallet, item, node.state_at(node.best_number).read(key))

        return self.net.do(read)
