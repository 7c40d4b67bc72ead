"""Calls as root, on chains whose sudo key one holds."""

from __future__ import annotations

from dataclasses import dataclass

from taoctl.calls.base import ChainCall, Effect, Intent, Refusal
from taoctl.chain.view import Call, Storage, View
from taoctl.units import Tao

_KEY = Storage("Sudo", "Key")


@dataclass(frozen=True, slots=True)
class BySudo(Intent):
    """Have the chain carry out an intent as root."""

    needs = (_KEY, Call("Sudo", "sudo"))

    inner: Intent

    def summary(self) -> str:
        """The inner intent, as root."""
        return f"as root: {self.inner.summary()}"

    async def words(self, view: View, origin: str) -> str:
        """Those of the inner intent, as root."""
        return f"as root: {await self.inner.words(view, origin)}"

    async def call(self, view: View, origin: str) -> ChainCall:
        """`Sudo.sudo` around the inner call."""
        return ChainCall("Sudo", "sudo", {"call": await self.inner.call(view, origin)})

    async def preflight(self, view: View, origin: str) -> tuple[Refusal, ...]:
        """What an account must sign, a signer who is not the sudo key, and what root is refused."""
        view.require(*self.inner.needs)
        if not self.inner.root_may:
            return (
                Refusal(
                    "BadOrigin",
                    "root has no account of its own, and this must be signed by an account",
                    "leave --sudo out; root sends the TAO of others with `taoctl chain call "
                    "Balances force_transfer`",
                ),
            )
        key = await view.value(_KEY.pallet, _KEY.item)
        if key == origin:
            return await self.inner.root_preflight(view)
        return (
            Refusal(
                "RequireSudo",
                f"the sudo key of this chain is {key or 'not set'}, not {origin}",
                "sign with that account",
            ),
        )

    async def effects(self, view: View, origin: str) -> tuple[Effect, ...]:
        """Not known: root may do what no preflight knows of."""
        return ()

    async def warnings(self, view: View, origin: str) -> tuple[str, ...]:
        """That root is not held back by the runtime's own checks."""
        return ("the call runs as root: the chain's checks of ownership do not hold for it",)

    async def spends(self, view: View, origin: str) -> Tao | None:
        """Nothing of the signer's own, except the fee."""
        return Tao(0)
