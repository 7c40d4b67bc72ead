"""What the dashboard does with keys: unlock, lock, and one transaction at a time."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from textual.worker import Worker, WorkerCancelled, WorkerFailed

from taoctl.addresses import short_ss58
from taoctl.errors import DeclinedError, TaoctlError, UsageError
from taoctl.text import printable
from tui.ballots import id_in_form, voter
from tui.form_hints import in_form
from tui.governance_page import Entry
from tui.held_keys import HeldKeys
from tui.options import WalletRef
from tui.order_desk import OrderDesk
from tui.orders import Draft, Kind
from tui.screens.base import Place
from tui.submission import Submission
from tui.unlocking import open_wallet, wallet_named

if TYPE_CHECKING:
    from taoctl.reads.hyperparameters import HyperparameterRow
    from taoctl.submit.plan import Plan
    from taoctl.wallet.signer import OpenedSigner
    from tui.app import Dashboard
    from tui.screens.order import OrderScreen
    from tui.subnet_page import SubnetPage

_LOOK_SECONDS = 5.0
"""How often it is looked whether somebody is still there, while keys are held."""


class Signing:
    """The keys that are held, the orders made with them, and the transaction on its way."""

    def __init__(self, dash: Dashboard, clock: Callable[[], float]) -> None:
        self._dash = dash
        self.held = HeldKeys(clock)
        self.free: dict[str, int] = {}
        """Rao by coldkey, as the screens have read them last."""
        self.staked: dict[tuple[str, str, int], int] | None = None
        """Rao of alpha by coldkey, hotkey and netuid; None before they were read."""
        self.owners: dict[int, str] = {}
        """Coldkeys of the owners by netuid, of the subnets that were looked at."""
        self.parameters: dict[int, dict[str, HyperparameterRow]] = {}
        """Hyperparameters by netuid and name, as they were read last."""
        self.entries: dict[str, Entry] = {}
        """Proposals by what a form calls them, as they were read last."""
        self.submission: Submission | None = None
        self._sending: Worker[None] | None = None
        self._leaving = False
        self._form: OrderScreen | None = None

    def start(self) -> None:
        """Lock when nobody is there any more, and when the program is put to sleep."""
        self._watchman = self._dash.set_interval(_LOOK_SECONDS, self._look, pause=True)
        # At once: a message would be read only when the program goes on.
        self._dash.app_suspend_signal.subscribe(
            self._dash, lambda _: self.lock("suspended"), immediate=True
        )

    # --- keys -----------------------------------------------------------------------------

    def unlock(self, name: str) -> None:
        """Open the key of a wallet, asking for its password where that is needed.

        Raises:
            UsageError: no wallet is meant by that name.
        """
        wallet = wallet_named(self._dash, self._marked, name)
        self._dash.run_worker(self._unlock(wallet), group="unlock", exclusive=True)

    async def _unlock(self, wallet: WalletRef) -> None:
        try:
            signer = await open_wallet(self._dash, wallet)
        except DeclinedError:
            return
        except TaoctlError as problem:
            self._dash.complain(problem)
            return
        self.held.add(signer)
        self._watchman.resume()
        self._dash.unlocked = True
        said = [f"opened with {signer.via}; `:lock` locks it again", *signer.warnings]
        self._dash.notify(
            printable(". ".join(said), 2000),
            title=f"{printable(wallet.name)} is unlocked",
            markup=False,
        )

    def lock(self, why: str = "") -> None:
        """Forget all keys; what is on its way goes on, since it is signed."""
        self._dash.workers.cancel_group(self._dash, "unlock")
        self._watchman.pause()
        if self.held.drop():
            self._dash.unlocked = False
            self._dash.notify(why or "all keys are forgotten", title="locked", markup=False)
        elif not why:
            self._dash.notify("no key was unlocked", title="locked")

    def _look(self) -> None:
        if self.held.overdue:
            self.lock("nobody pressed a key for a while")

    # --- orders ---------------------------------------------------------------------------

    def open_order(self, kind: Kind, name: str = "") -> None:
        """Show the form of an order, filled in from the row under the cursor.

        Raises:
            UsageError: the keys are locked, or there is no position to take from.
        """
        # Those who only look on need not wait for what forms and plans are made of.
        from tui.screens.order import OrderScreen

        dash, place = self._dash, self._marked
        if self._form_is_open:
            return
        wallet = self._payer(name, place) if kind is Kind.ADD else self._owner(place)
        draft, first = _draft(kind, wallet, place, dash)
        self._form = OrderScreen(OrderDesk(dash, wallet), draft, first)
        # Messages would hide what the form says below.
        dash.clear_notifications()
        dash.push_screen(self._form)

    def know_subnet(self, page: SubnetPage) -> None:
        """Take note of whose a subnet is, and of its hyperparameters."""
        subnet = page.subnet
        if subnet.owner_coldkey is not None:
            self.owners[subnet.netuid] = subnet.owner_coldkey
        self.parameters[subnet.netuid] = {row.name: row for row in page.parameters}

    def open_edit(self, netuid: int, name: str = "") -> None:
        """Show the form that sets a hyperparameter of a subnet.

        Raises:
            UsageError: no key is unlocked.
        """
        from tui.screens.order import OrderScreen

        if self._form_is_open:
            return
        draft = Draft(Kind.SET, {"netuid": str(netuid), "parameter": name})
        desk = OrderDesk(self._dash, self._owner_of(netuid))
        self._form = OrderScreen(desk, draft, "value" if name else "parameter")
        self._dash.clear_notifications()
        self._dash.push_screen(self._form)

    def know_proposals(self, entries: Iterable[Entry]) -> None:
        """Take note of what is proposed, for the form that acts on it."""
        self.entries = {id_in_form(one): one for one in entries}

    def open_ballot(self, entry: Entry | None, action: str = "", name: str = "") -> None:
        """Show the form that votes on a proposal, or does what else may be done with it.

        Raises:
            UsageError: there is no proposal, or no key that could act is unlocked.
        """
        from tui.screens.order import OrderScreen

        if self._form_is_open:
            return
        if entry is None:
            raise UsageError("there is no proposal under the cursor", "6 shows what is open")
        draft = Draft(Kind.VOTE, {"proposal": id_in_form(entry), "action": action})
        desk = OrderDesk(self._dash, voter(self._dash, entry, action, name))
        self._form = OrderScreen(desk, draft, "action")
        self._dash.clear_notifications()
        self._dash.push_screen(self._form)

    def _owner_of(self, netuid: int) -> WalletRef:
        """The wallet that owns a subnet; where none here does, the one that is unlocked."""
        owner = self.owners.get(netuid)
        wallets = self._dash.options.wallets
        mine = [one for one in wallets if one.coldkey == owner]
        if mine:
            return self.unlocked_wallet(mine[0])
        held = [one for one in wallets if one.coldkey in self.held]
        if held:
            return held[0]
        whose = "" if owner is None else f", and subnet {netuid} belongs to {short_ss58(owner)}"
        raise UsageError(
            f"all keys are locked{whose}", "`:unlock WALLET` opens one; only its owner may set it"
        )

    @property
    def _form_is_open(self) -> bool:
        return self._form is not None and self._form in self._dash.screen_stack

    @property
    def _marked(self) -> Place | None:
        return self._dash.live_screen.place

    def _payer(self, name: str, row: Place | None) -> WalletRef:
        """The wallet that stakes: the named one, the row's, or the only one that is unlocked."""
        if name:
            return self.unlocked_wallet(wallet_named(self._dash, row, name))
        held = [one for one in self._dash.options.wallets if one.coldkey in self.held]
        of_row = [one for one in held if row is not None and one.coldkey == row.coldkey]
        found = of_row or held
        if len({one.coldkey for one in found}) == 1:
            return found[0]
        if found:
            raise UsageError("several wallets are unlocked", "name one: `:add WALLET`")
        try:
            meant = wallet_named(self._dash, row, "")
        except UsageError as problem:
            raise UsageError(
                "all keys are locked", f"`:unlock WALLET` opens one; {problem.hint}"
            ) from None
        raise _locked(meant)

    def _owner(self, row: Place | None) -> WalletRef:
        """The wallet of the row, whose key is held."""
        if row is None:
            raise UsageError("there is no position under the cursor", "4 shows them all")
        for one in self._dash.options.wallets:
            if one.coldkey == row.coldkey:
                return self.unlocked_wallet(one)
        raise UsageError("this row is no position of yours", "4 shows those")

    def unlocked_wallet(self, wallet: WalletRef) -> WalletRef:
        """The same wallet; raises UsageError while its key is locked."""
        if wallet.coldkey not in self.held:
            raise _locked(wallet)
        return wallet

    # --- one transaction at a time --------------------------------------------------------

    def submit(self, plan: Plan, desk: OrderDesk, draft: Draft) -> Submission:
        """Send what was agreed to; while another is on its way, that one is given instead."""
        if self.submission is None or self.submission.over:
            self.submission = going = Submission(plan, desk, draft)
            signer = self.held.get(plan.signer_ss58)
            self._sending = self._dash.run_worker(
                self._send(going, signer), group="send", exit_on_error=False
            )
        return self.submission

    async def _send(self, going: Submission, signer: OpenedSigner | None) -> None:
        await going.run(self._dash, signer)
        self._leaving = False
        if not self._form_is_open:
            self._tell_end(going)

    def _tell_end(self, going: Submission) -> None:
        number = "" if going.record_id is None else f" {going.record_id}"
        if going.error is not None:
            hint = in_form(going.error.hint or "", going.draft)
            self._dash.complain(TaoctlError(going.error.message, hint))
            return
        good = going.outcome is not None and going.outcome.record.succeeded
        self._dash.notify(
            printable(going.plan.intent, 400),
            title=f"transaction{number} {'is done' if good else 'failed'}",
            severity="information" if good else "error",
            markup=False,
        )

    def may_leave(self) -> bool:
        """Whether nothing is on its way; the first time something is, that is said."""
        going = self.submission
        if going is None or going.over or self._leaving:
            return True
        self._leaving = True
        number = going.record_id
        said = (
            "a transaction is about to be signed. Press again to leave without sending it."
            if number is None
            else f"transaction {number} is on its way. Press again to leave without waiting: "
            f"`taoctl tx resume {number}` says what became of it."
        )
        self._dash.notify(
            said,
            title="not yet",
            severity="warning",
            markup=False,
        )
        return False

    async def end(self) -> TaoctlError | None:
        """Forget all keys and stop waiting; returns what there is to say of what is on its way."""
        self.held.drop()
        going, worker = self.submission, self._sending
        if going is None or going.over or worker is None:
            return None
        worker.cancel()
        with contextlib.suppress(WorkerCancelled, WorkerFailed, asyncio.CancelledError):
            await worker.wait()
        return going.error


def _locked(wallet: WalletRef) -> UsageError:
    name = printable(wallet.name)
    return UsageError(f"the key of {name} is locked", f"`:unlock {name}` opens it")


def _draft(kind: Kind, wallet: WalletRef, row: Place | None, dash: Dashboard) -> tuple[Draft, str]:
    """What stands in the form at first, and the field where the cursor begins."""
    hotkey = row.hotkey if row is not None else next((key for _, key in wallet.hotkeys), "")
    netuid = str(dash.focus_netuid if row is None else row.netuid)
    texts = {"hotkey": hotkey, "netuid": netuid, "tolerance": dash.options.tolerance}
    if kind is Kind.MOVE:
        return Draft(kind, {**texts, "to_hotkey": hotkey, "to_netuid": netuid}), "to_netuid"
    return Draft(kind, texts), "amount" if hotkey else "hotkey"
