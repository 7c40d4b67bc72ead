"""Scenario chains for tests: a runtime over state whose actors' calls are dispatched directly."""

from __future__ import annotations

from functools import lru_cache

from taoctl.localnet import scenarios
from taoctl.localnet.actors import Actors
from taoctl.localnet.frame import Call, Outcome, Runtime, Signed
from taoctl.localnet.genesis.accounts import dev_account
from taoctl.localnet.pallets import PALLETS
from taoctl.scale.crypto import SR25519, verify

GENESIS_HASH = bytes(31) + b"\x01"


class ScenarioChain:
    """A scenario with its actors, as a node would run them; signatures are checked here too."""

    def __init__(self, name: str) -> None:
        self.runtime = Runtime(PALLETS)
        self.runtime.state.begin_block(0)
        self.runtime.system.start_genesis()
        self.scenario = scenarios.build(name, self.runtime, dev_account("Alice"))
        self.runtime.state.commit_block()
        self.accepted: list[tuple[str, Call]] = []
        self.outcomes: list[tuple[int, str, Call, Outcome]] = []
        self._nonces: dict[str, int] = {}
        self.actors = self.new_actors()

    def new_actors(self) -> Actors:
        return Actors(self.scenario, self.runtime, self.next_nonce)

    @property
    def best_number(self) -> int:
        return self.runtime.state.head

    @property
    def best_hash(self) -> bytes:
        return self.best_number.to_bytes(32, "big")

    def next_nonce(self, account: str) -> int:
        return self._nonces.get(account, 0)

    def run(self, blocks: int) -> None:
        """Make blocks; every extrinsic of the actors is decoded, checked and dispatched."""
        for _ in range(blocks):
            self.accepted = []
            for raw in self.actors.extrinsics(self.best_number, self.best_hash, GENESIS_HASH):
                self.submit(raw)
            number = self.best_number + 1
            self.runtime.initialize_block(number, self.best_hash)
            for signer, call in self.accepted:
                outcome = self.runtime.dispatch(call, Signed(signer))
                self.outcomes.append((number, signer, call, outcome))
            self.runtime.finalize_block()
            self.runtime.state.commit_block()

    def submit(self, raw: bytes) -> None:
        """Take an extrinsic for the next block."""
        decoded = self.runtime.codec.decode_extrinsic(raw)
        signer, nonce = decoded["address"], decoded["nonce"]
        assert nonce == self.next_nonce(signer)
        call = self.runtime.call_from_codec(decoded["call"])
        payload = self.runtime.codec.signature_payload(
            self.runtime.encode_call(call),
            era={"period": 16, "current": self.best_number},
            nonce=nonce,
            tip=0,
            genesis_hash=GENESIS_HASH,
            era_block_hash=self.best_hash,
        )
        signature = bytes.fromhex(decoded["signature"]["Sr25519"][2:])
        assert verify(payload, signature, signer, SR25519)
        self._nonces[signer] = nonce + 1
        self.accepted.append((signer, call))


@lru_cache(maxsize=4)
def lived(name: str, blocks: int) -> ScenarioChain:
    """A chain that has run for some blocks; shared, so tests must only read it."""
    chain = ScenarioChain(name)
    chain.run(blocks)
    return chain
