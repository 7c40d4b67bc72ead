"""A transfer: its preview, and the whole way into a block, beside btcli 11.3 in the same run.

Both sign with the same unencrypted coldkey, so that no password hashing is measured. Blocks come
every second: the time into a block holds, for both, half a block time of waiting on average.
"""

from __future__ import annotations

from pathlib import Path

from bench.chain import TAOCTL, running_chain
from bench.startup import _compare, _peer
from taoctl.wallet.keys import Key, new_mnemonic
from taoctl.wallet.store import WalletStore

DEST = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty"


def main() -> None:
    btcli = _peer()
    with running_chain("demo", "--block-time", "1") as chain:
        folder = Path(chain.env["HOME"]) / "wallets"
        key = Key.from_mnemonic(new_mnemonic())
        WalletStore(folder).write_key("bench", None, key, None)
        chain.taoctl("localnet", "faucet", key.ss58, "1000", "--port", str(chain.port))
        place = ["--network", chain.endpoint, "--wallet-path", str(folder), "--wallet", "bench"]
        ours = [TAOCTL, "wallet", "transfer", DEST, "0.001", *place, "-o", "json"]
        theirs = [btcli, "--json", "wallet", "transfer", "--dest", DEST, "--amount", "0.001"]
        theirs += place
        _compare("dry run", [*ours, "--dry-run"], [*theirs, "--dry-run"], chain.env)
        _compare("into a block", [*ours, "-y", "--again"], [*theirs, "-y"], chain.env)
