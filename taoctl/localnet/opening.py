"""What some people sign in the first blocks of a new chain, so that it has something under way."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from taoctl.errors import TaoctlError
from taoctl.localnet.frame import Call, Runtime
from taoctl.localnet.signing import sign_extrinsic
from taoctl.scale.crypto import KeySigner

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Step:
    """A call that somebody signs for a certain block."""

    block: int
    key: KeySigner
    call: Call


class Opening:
    """Signed extrinsics for certain blocks of a new chain.

    A chain that is older has them already. One that is taken back to before them gets them again.

    Args:
        runtime: the chain's.
        nonce_of: the next nonce of an account, counting what waits in the pool.
        last_block: of the steps.
        plan: tells the steps; asked only while there are some to come.
    """

    def __init__(
        self,
        runtime: Runtime,
        nonce_of: Callable[[str], int],
        last_block: int,
        plan: Callable[[Runtime], Sequence[Step]],
    ) -> None:
        self._runtime, self._nonce_of = runtime, nonce_of
        self._last_block, self._plan = last_block, plan

    def steps(self, block: int) -> list[Step]:
        """What is signed for a block."""
        if block > self._last_block:
            return []
        return [step for step in self._plan(self._runtime) if step.block == block]

    def extrinsics(self, block: int, block_hash: bytes, genesis_hash: bytes) -> Iterator[bytes]:
        """The signed extrinsics for the block after `block`, the head."""
        codec = self._runtime.codec
        for step in self.steps(block + 1):
            try:
                call = self._runtime.encode_call(step.call)
                nonce = self._nonce_of(step.key.ss58)
                yield sign_extrinsic(
                    codec, step.key, call, nonce, (block, block_hash), genesis_hash
                )
            except TaoctlError as error:
                _log.warning("%s could not be signed: %s", step.call.name, error)
