"""What signs: the one thing that the transaction path and `wallet sign` see of a key."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


class Signer(Protocol):
    """A key that signs, wherever it is held.

    `sign` may block (an agent, a device), so asyncio code calls it through `asyncio.to_thread`.
    """

    @property
    def ss58(self) -> str:
        """Address of the key."""

    @property
    def public_key(self) -> bytes:
        """The 32 bytes of the public key."""

    @property
    def crypto(self) -> int:
        """Signature scheme as MultiSignature numbers it: 0 ed25519, 1 sr25519."""

    def sign(self, message: bytes) -> bytes:
        """The 64-byte signature over exactly these bytes.

        Raises:
            NoKeyError: the key is no longer there, such as when the agent locked it.
        """


@dataclass(frozen=True, slots=True)
class OpenedSigner:
    """A signer that was unlocked, with how, and what the user should know about it.

    Args:
        key: what signs.
        via: how it was opened, in words fit for a sentence, such as `the agent`.
        warnings: complete sentences without a period, such as loose file permissions.
    """

    key: Signer = field(repr=False)
    via: str
    warnings: tuple[str, ...] = ()

    @property
    def ss58(self) -> str:
        """Address of the key."""
        return self.key.ss58

    @property
    def public_key(self) -> bytes:
        """The 32 bytes of the public key."""
        return self.key.public_key

    @property
    def crypto(self) -> int:
        """Signature scheme: 0 ed25519, 1 sr25519."""
        return self.key.crypto

    def sign(self, message: bytes) -> bytes:
        """The 64-byte signature over exactly these bytes.

        Raises:
            NoKeyError: the key is no longer there.
        """
        return self.key.sign(message)
