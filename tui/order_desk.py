"""What an order form knows of its wallet: balances, positions, names of hotkeys and subnets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from taoctl.addresses import short_ss58
from taoctl.errors import UsageError
from taoctl.text import printable
from taoctl.units import Alpha, Tao
from tui.figures import fixed
from tui.options import WalletRef
from tui.orders import Checked, Draft, Kind

if TYPE_CHECKING:
    from tui.app import Dashboard


@dataclass(frozen=True, slots=True)
class OrderDesk:
    """One wallet at the counter.

    Attributes:
        dash: knows names, subnets and folders.
        wallet: whose stake it is.
    """

    dash: Dashboard
    wallet: WalletRef

    def free(self) -> Tao | None:
        """The wallet's free balance; None while it is not known."""
        rao = self.dash.signing.free.get(self.wallet.coldkey)
        return None if rao is None else Tao(rao)

    def free_words(self) -> str:
        """The free balance for the form."""
        free = self.free()
        return "" if free is None else f"{fixed(free.rao)} {self.dash.glyphs.tao} free"

    def staked(self, hotkey: str, netuid: int) -> Alpha | None:
        """The wallet's stake on a hotkey; None while positions are not known."""
        staked = self.dash.signing.staked
        if staked is None:
            return None
        return Alpha(staked.get((self.wallet.coldkey, hotkey, netuid), 0), netuid)

    def find_hotkey(self, text: str) -> str:
        """The hotkey that a name stands for: of this wallet, of any wallet, or of the book.

        Raises:
            UsageError: nothing has that name, several have, or it is a coldkey.
            BadDataError: the file that tells the address is damaged.
        """
        own = dict(self.wallet.hotkeys)
        if text in own:
            return own[text]
        named = {
            address
            for wallet in self.dash.options.wallets
            for name, address in wallet.hotkeys
            if name == text or f"{wallet.name}/{name}" == text
        }
        if len(named) == 1:
            return named.pop()
        if named:
            raise UsageError(f"several wallets have a hotkey {printable(text)!r}", "WALLET/HOTKEY")
        return self._resolved(text)

    def _resolved(self, text: str) -> str:
        folder = self.dash.options.wallet_path
        if folder is None:
            raise UsageError(f"{printable(text)!r} is neither an address nor a hotkey here")
        from taoctl.wallet.accounts import resolve
        from taoctl.wallet.book import default_path

        account = resolve(text, folder, default_path())
        if account.kind == "coldkey":
            raise UsageError(
                f"{printable(text)!r} is a coldkey", f"name its hotkey: {printable(text)}/HOTKEY"
            )
        return account.ss58

    def notes(self, draft: Draft, checked: Checked) -> Mapping[str, str]:
        """What is known beside each field."""
        names = self.dash.names
        notes: dict[str, str] = {
            name: names.get(address, "") if draft.text(name) == address else short_ss58(address)
            for name, address in checked.hotkeys.items()
        }
        for name in ("netuid", "to_netuid"):
            if name not in checked.problems and draft.text(name):
                notes[name] = printable(self.dash.subnet_names.get(draft.netuid(name), ""))
        if draft.kind is Kind.VOTE:
            return self._proposal_notes(draft)
        if draft.kind is Kind.SET:
            return notes | self._parameter_notes(draft)
        notes["amount"] = self._available(draft, checked)
        notes["tolerance"] = "of the price"
        return notes

    def _proposal_notes(self, draft: Draft) -> dict[str, str]:
        """What a proposal does, and what this wallet has said of it."""
        entry = self.dash.signing.entries.get(draft.text("proposal"))
        if entry is None:
            return {}
        said = [one.vote for one in entry.standing.seats if one.coldkey == self.wallet.coldkey]
        spoken = ", ".join(dict.fromkeys(vote or "no vote yet" for vote in said))
        return {
            "proposal": entry.row.does or "its call is not known",
            "action": f"so far: {spoken}" if spoken else "no vote of this wallet here",
        }

    def _parameter_notes(self, draft: Draft) -> dict[str, str]:
        """What a hyperparameter is now, and from when it may be set."""
        if not draft.text("netuid").isdecimal():
            return {}
        known = self.dash.signing.parameters.get(int(draft.text("netuid")), {})
        row = known.get(draft.text("parameter"))
        if row is None:
            return {}
        block, opens = self.dash.pulse.block, row.settable_from_block
        later = opens is not None and block is not None and opens > block + 1
        return {
            "parameter": f"now {row.meaning}",
            "value": f"not before block {opens:,}" if later else "",
        }

    def _available(self, draft: Draft, checked: Checked) -> str:
        if draft.kind is Kind.ADD:
            return f"of {self.free_words()}" if self.free() is not None else ""
        if "netuid" in checked.problems or "hotkey" not in checked.hotkeys:
            return ""
        staked = self.staked(checked.hotkeys["hotkey"], draft.netuid())
        return "" if staked is None else f"of {fixed(staked.rao)} {self.dash.glyphs.alpha} staked"
