"""A chain of balances with proxies and multisigs, driven call by call."""

from __future__ import annotations

from typing import Any

from taoctl.addresses import decode_ss58
from taoctl.localnet.frame import Call, Outcome, Runtime, Signed
from taoctl.localnet.pallets.balances import Balances
from taoctl.localnet.pallets.multisig import Multisig
from taoctl.localnet.pallets.proxy import Proxy
from taoctl.localnet.pallets.sudo import Sudo
from taoctl.localnet.pallets.system import System
from taoctl.localnet.pallets.timestamp import Timestamp
from taoctl.localnet.pallets.transaction_payment import TransactionPayment
from taoctl.localnet.pallets.utility import Utility
from taoctl.scale.crypto import KeySigner

TAO = 10**9
RICH = 1_000 * TAO
ALICE, BOB, CHARLIE, DAVE = (
    KeySigner(f"//{name}").ss58 for name in ("Alice", "Bob", "Charlie", "Dave")
)
CLASSES = (System, Timestamp, Balances, TransactionPayment, Utility, Sudo, Multisig, Proxy)


class Wrapped:
    """One block in the making, on which //Alice to //Dave hold 1,000 TAO each."""

    def __init__(self) -> None:
        self.rt = Runtime(CLASSES)
        for who in (ALICE, BOB, CHARLIE, DAVE):
            self.rt.balances.endow(who, RICH)
        self.rt.sudo.Key.put(ALICE)
        self.rt.state.seal(0)
        self.rt.initialize_block(1)

    def next_block(self, count: int = 1) -> None:
        """Finish the block and start the one after it, some times over."""
        for _ in range(count):
            self.rt.finalize_block()
            self.rt.state.commit_block()
            self.rt.initialize_block(self.rt.state.head + 1)

    def do(self, who: str, pallet: str, name: str, **args: Any) -> Outcome:
        """Dispatch a call that an account signed; the call goes through its bytes and back."""
        raw = self.rt.encode_call(Call(pallet, name, args))
        return self.rt.dispatch(self.rt.decode_call(raw), Signed(who))

    def held(self, who: str) -> int:
        """Reserved rao of an account."""
        return int(self.rt.balances.data(who)["reserved"])

    def last(self, name: str) -> Any:
        """The data of the newest event of that name."""
        return next(e.data for e in reversed(self.rt.events) if e.name == name)


def error_of(outcome: Outcome) -> str | None:
    """`Pallet.Name` of how a call failed, or None."""
    return None if outcome.error is None else str(outcome.error)


def transfer(dest: str, value: int, name: str = "transfer_keep_alive") -> Call:
    """A transfer of so many rao."""
    return Call("Balances", name, {"dest": dest, "value": value})


def remark(data: bytes = b"x") -> Call:
    """A remark that tells who made it."""
    return Call("System", "remark_with_event", {"remark": data})


def by_key(*accounts: str) -> tuple[str, ...]:
    """Accounts sorted as the Multisig pallet wants them."""
    return tuple(sorted(accounts, key=decode_ss58))
