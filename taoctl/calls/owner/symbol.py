"""The symbol of a subnet's alpha."""

from __future__ import annotations

from dataclasses import dataclass

from taoctl.calls.base import ChainCall, Effect, Intent, Refusal
from taoctl.calls.owner.standing import no_subnet, not_owner
from taoctl.calls.stake.hotkeys import NETWORKS, PALLET, item
from taoctl.chain.view import Call, View
from taoctl.economics.symbols import SUBNET_SYMBOLS, SYMBOLS
from taoctl.scale.codec import vec_bytes
from taoctl.text import printable

_CALL = Call(PALLET, "update_symbol")
_SUGGESTED = 8


@dataclass(frozen=True, slots=True)
class SetSymbol(Intent):
    """Give a subnet another token symbol.

    Attributes:
        netuid: the subnet; the signer must own it.
        symbol: one of the chain's own list that no subnet has.
    """

    needs = (NETWORKS, item("SubnetOwner"), item("TokenSymbol"), _CALL)

    netuid: int
    symbol: str

    @property
    def root_may(self) -> bool:
        """Root may too."""
        return True

    def summary(self) -> str:
        """Which symbol, and where."""
        return f"set the symbol of subnet {self.netuid} to {printable(self.symbol, 40)}"

    async def call(self, view: View, origin: str) -> ChainCall:
        """`update_symbol`."""
        symbol = self.symbol.encode("utf-8", "replace")
        return ChainCall(PALLET, _CALL.name, {"netuid": self.netuid, "symbol": symbol})

    async def preflight(self, view: View, origin: str) -> tuple[Refusal, ...]:
        """Not the owner, a symbol that the chain does not know, or that a subnet has."""
        foreign = await not_owner(view, origin, self.netuid)
        return foreign or await self._bad(view)

    async def root_preflight(self, view: View) -> tuple[Refusal, ...]:
        """A subnet that is not there, and a symbol that is none or taken."""
        return await no_subnet(view, self.netuid, "SubnetNotExists") or await self._bad(view)

    async def _bad(self, view: View) -> tuple[Refusal, ...]:
        used = await _used(view)
        free = [one for one in SYMBOLS[1:] if one not in used.values()]
        hint = f"choose one that is free, such as {' '.join(free[:_SUGGESTED])}"
        if self.symbol not in SUBNET_SYMBOLS:
            said = f"{printable(self.symbol, 40)} is not in the chain's list of symbols"
            return (Refusal("SymbolDoesNotExist", said, hint),)
        takers = [netuid for netuid, symbol in used.items() if symbol == self.symbol]
        if not takers:
            return ()
        said = f"subnet {takers[0]} has the symbol {self.symbol}"
        return (Refusal("SymbolAlreadyInUse", said, hint),)

    async def effects(self, view: View, origin: str) -> tuple[Effect, ...]:
        """The symbol."""
        stored = await view.value(PALLET, "TokenSymbol", self.netuid)
        before = printable(_text(stored), 40)
        return (Effect(None, "symbol", before, printable(self.symbol, 40), netuid=self.netuid),)


async def _used(view: View) -> dict[int, str]:
    """The symbols of all subnets that have one of their own."""
    stored = await view.map(PALLET, "TokenSymbol")
    return {int(netuid): _text(symbol) for netuid, symbol in sorted(stored.items())}


def _text(stored: object) -> str:
    return vec_bytes(stored).decode("utf-8", "replace")  # type: ignore[arg-type]
