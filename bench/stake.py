"""Staking: its preview, and the whole way into a block, beside btcli 11.3 in the same run.

As with transfers, both sign with the same unencrypted coldkey, and blocks come every second. The
hotkey is the first of subnet 1; both hold the trade to a limit of 5 % around the spot price.
"""

from __future__ import annotations

import json
from pathlib import Path

from bench.chain import TAOCTL, running_chain
from bench.startup import _compare, _peer
from taoctl.wallet.keys import Key, new_mnemonic
from taoctl.wallet.store import WalletStore

NETUID = "1"
AMOUNT = "0.01"


def main() -> None:
    btcli = _peer()
    with running_chain("demo", "--block-time", "1") as chain:
        folder = Path(chain.env["HOME"]) / "wallets"
        key = Key.from_mnemonic(new_mnemonic())
        WalletStore(folder).write_key("bench", None, key, None)
        chain.taoctl("localnet", "faucet", key.ss58, "1000", "--port", str(chain.port))
        network = ["--network", chain.endpoint]
        rows = json.loads(chain.taoctl("query", "metagraph", NETUID, *network, "-o", "json"))
        target = ["--hotkey", str(rows["data"][0]["hotkey"]), "--netuid", NETUID]
        place = [*network, "--wallet-path", str(folder), "--wallet", "bench"]
        limit = ["--tolerance", "5%"]
        ours = [TAOCTL, "stake", "add", f"{AMOUNT}tao", *target, *limit, *place, "-o", "json"]
        theirs = [btcli, "--json", "stake", "add", "--amount", AMOUNT, *target, *place]
        _compare("stake add --dry-run", [*ours, "--dry-run"], [*theirs, "--dry-run"], chain.env)
        _compare("into a block", [*ours, "-y", "--again"], [*theirs, "-y"], chain.env)
