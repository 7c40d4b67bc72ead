"""A node with the powers of a development chain: faucet, storage edits, epochs on demand."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Sequence
from typing import Any

from taoctl.errors import RefusedError, UsageError
from taoctl.localnet.block import Block, hex0x
from taoctl.localnet.faults import Faults
from taoctl.localnet.frame import Host, Runtime
from taoctl.localnet.genesis.accounts import DEV_ACCOUNTS, dev_account
from taoctl.localnet.node import Node
from taoctl.localnet.pallet import NoneOrigin
from taoctl.localnet.pallets.drand import pulses_payload
from taoctl.localnet.sealing import Sealer
from taoctl.localnet.state import ABSENT
from taoctl.scale.timelock import is_pulse

MAX_ISSUANCE_RAO = 21_000_000 * 10**9
_MAX_EPOCH_BLOCKS = 100_000


class DevNode(Node):
    """A node that its user may command; `sealer`, `endpoint` and `state_dir` are set at start."""

    sealer: Sealer
    endpoint = ""
    state_dir: str | None = None
    sudo = ""
    governance: str | None = None

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.faults = Faults()
        self.instance = secrets.token_hex(16)
        self._started = time.time()

    async def set_storage(self, pairs: Sequence[tuple[bytes, bytes | None]]) -> None:
        """Set raw storage of the head; raises UsageError or BadDataError for what cannot be."""
        try:
            parsed = self.runtime.bytes.parse(self.best_number, pairs)
        except KeyError as error:
            raise UsageError(f"0x{error.args[0]} is no storage key of this runtime") from None

        def change(runtime: Runtime) -> None:
            for name, values in parsed.items.items():
                store = runtime.state.stores[name]
                for key, value in values.items():
                    store.write(key, ABSENT if value is ABSENT else value)

        await self.amend(change)

    async def faucet(self, account: str, amount_rao: int) -> tuple[Block, int]:
        """Mint TAO into an account in the next block; returns the block and the free balance.

        Raises:
            RefusedError: more than may ever exist, or too little to keep an account alive.
        """
        balances = self.head.balances
        if amount_rao + balances.TotalIssuance.get() > MAX_ISSUANCE_RAO:
            raise RefusedError("that is more TAO than may ever exist", "ask for less")
        minimum = balances.constant("ExistentialDeposit")
        if self._free(account) + amount_rao < minimum:
            raise RefusedError(f"an account needs at least {minimum} rao to exist", "ask for more")

        def mint(runtime: Runtime) -> None:
            runtime.balances.mint(account, amount_rao)
            subtensor = runtime.pallets.get("SubtensorModule")
            if subtensor is not None:
                total: Any = runtime.subtensor.TotalIssuance
                total.put(total.get() + amount_rao)

        self.operations.append(mint)
        block = await self.sealer.include_operations()
        return block, self._free(account)

    async def add_pulse(self, drand_round: int, randomness: bytes, signature: bytes) -> Block:
        """Have the Drand pallet store a pulse in the next block, as its own call does.

        Raises:
            RefusedError: the chain would not take it.
        """
        if "Drand" not in self.runtime.pallets:
            raise RefusedError("this chain follows no beacon")
        if not is_pulse(drand_round, signature):
            raise RefusedError(
                f"that is not quicknet's signature of round {drand_round}",
                "give the `signature` that drand's API answers for that round",
            )
        last = int(self.head.drand.LastStoredRound.get())
        if drand_round <= last:
            raise RefusedError(
                f"the chain has pulses up to round {last}, and takes later ones only",
                "add pulses in the order of their rounds",
            )
        pulse = (drand_round, randomness, signature)

        def write(runtime: Runtime) -> None:
            payload = pulses_payload([pulse], runtime.block_number)
            runtime.drand.write_pulse(NoneOrigin(), payload, None)

        self.operations.append(write)
        block = await self.sealer.include_operations()
        if drand_round not in self.head.drand.Pulses:
            raise RefusedError(f"the pulse of round {drand_round} was not taken")
        return block

    def _free(self, account: str) -> int:
        return int(self.head.system.Account[account]["data"]["free"])

    async def advance_epochs(self, netuid: int, count: int) -> tuple[Block, int]:
        """Make blocks until a subnet has had this many more epochs; returns the head and the index.

        Raises:
            UsageError: there is no such subnet, or its epochs never come.
        """
        if netuid not in self._tempos(self.head) or not self._tempos(self.head)[netuid]:
            known = ", ".join(str(n) for n, tempo in self._tempos(self.head).items() if tempo)
            raise UsageError(f"subnet {netuid} has no epochs", f"those that have: {known}")
        wanted = self._epoch(netuid) + count
        block = self.block(self.best_number)
        for _ in range(_MAX_EPOCH_BLOCKS):
            if self._epoch(netuid) >= wanted:
                return block, self._epoch(netuid)
            block = await self.sealer.new_blocks(1)
        raise UsageError(f"subnet {netuid} had too few epochs in {_MAX_EPOCH_BLOCKS} blocks")

    def _epoch(self, netuid: int) -> int:
        return int(self.head.subtensor.SubnetEpochIndex[netuid])

    def _tempos(self, host: Host) -> dict[int, int]:
        if "SubtensorModule" not in host.pallets:
            return {}
        module = host.subtensor
        added = [netuid for netuid, is_added in module.NetworksAdded.items() if is_added]
        return {netuid: int(module.Tempo[netuid]) for netuid in sorted(added) if netuid}

    def status(self) -> dict[str, Any]:
        """What this localnet is and where it stands, as `dev_status` answers it."""
        host, sealer = self.head, self.sealer
        ready, future = self.pool.counts
        subnets = []
        for netuid, tempo in self._tempos(host).items():
            upcoming = host.subtensor.next_epoch_block(netuid)
            last = int(host.subtensor.LastEpochBlock[netuid])
            subnets.append(
                {"netuid": netuid, "tempo": tempo, "lastEpoch": last, "nextEpoch": upcoming}
            )
        return {
            "scenario": self.identity.scenario,
            "chain": self.chain_name,
            "version": self.version,
            "specVersion": self.runtime.spec_version,
            "genesisHash": hex0x(self.block(0).hash),
            "block": self.best_number,
            "blockHash": hex0x(self.best_hash),
            "finalized": self.finalized_number,
            "blockTime": sealer.block_time,
            "seal": sealer.seal.value,
            "faults": [str(fault) for fault in self.faults.faults],
            "pool": {"ready": ready, "future": future},
            "subnets": subnets,
            "devAccounts": [
                {"name": f"//{name}", "ss58": dev_account(name), "insecure": True}
                for name in DEV_ACCOUNTS
            ],
            "sudo": self.sudo,
            "governance": self.governance,
            "endpoint": self.endpoint,
            "stateDir": self.state_dir,
            "pid": os.getpid(),
            "instance": self.instance,
            "uptimeSeconds": int(time.time() - self._started),
            "problem": self.problem,
        }
