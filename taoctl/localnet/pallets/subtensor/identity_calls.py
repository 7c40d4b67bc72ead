"""What a coldkey says of itself.

Source: identity.rs of subtensor at spec 425 (do_set_identity, is_valid_identity).
"""

from __future__ import annotations

from taoctl.localnet.frame import Origin, call, ensure_signed
from taoctl.localnet.pallets.subtensor.subnets import Subnets
from taoctl.localnet.types import Bytes

MOST_BYTES = {
    "name": 256,
    "url": 256,
    "github_repo": 256,
    "image": 1024,
    "discord": 256,
    "description": 1024,
    "additional": 1024,
}
"""Bytes that each field may have; their sum is within what the chain allows in all."""


class IdentityCalls(Subnets):
    """set_identity."""

    @call(68, args=[(name, Bytes) for name in MOST_BYTES], weight=207_040_000)
    def set_identity(
        self,
        origin: Origin,
        name: bytes,
        url: bytes,
        github_repo: bytes,
        image: bytes,
        discord: bytes,
        description: bytes,
        additional: bytes,
    ) -> None:
        """Store the identity of a coldkey that has a hotkey on some subnet."""
        coldkey = ensure_signed(origin)
        if not any(map(self._is_member_anywhere, self.OwnedHotkeys[coldkey])):
            raise self.error("HotKeyNotRegisteredInNetwork")
        values = (name, url, github_repo, image, discord, description, additional)
        identity = dict(zip(MOST_BYTES, values, strict=True))
        if any(len(identity[field]) > most for field, most in MOST_BYTES.items()):
            raise self.error("InvalidIdentity")
        self.IdentitiesV2[coldkey] = identity
        self.deposit("ChainIdentitySet", coldkey)

    def _is_member_anywhere(self, hotkey: str) -> bool:
        return any(member for _, member in self.IsNetworkMember.prefix(hotkey))
