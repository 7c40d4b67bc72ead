"""The screens of the dashboard and the ways between them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from textual.screen import Screen

from taoctl.reads.entries import ROOT_NETUID
from tui.quiet_app import QuietApp
from tui.screens.base import LiveScreen
from tui.screens.governance import GovernanceScreen
from tui.screens.metagraph import MetagraphScreen
from tui.screens.neuron import NeuronScreen
from tui.screens.overview import OverviewScreen
from tui.screens.proposal import ProposalScreen
from tui.screens.stake import StakeScreen
from tui.screens.subnet import SubnetScreen
from tui.screens.subnets import SubnetsScreen
from tui.screens.weights import WeightsScreen


class Ways(QuietApp):
    """Six main screens, those that are opened on top of them, and the subnet last looked at."""

    MODES: ClassVar[dict[str, str | Callable[[], Screen[Any]]]] = {
        "overview": OverviewScreen,
        "subnets": SubnetsScreen,
        "metagraph": MetagraphScreen,
        "stake": StakeScreen,
        "weights": WeightsScreen,
        "governance": GovernanceScreen,
    }
    DEFAULT_MODE = "overview"

    def __init__(self) -> None:
        super().__init__()
        self.own_netuids: frozenset[int] = frozenset()
        self._focus_netuid: int | None = None

    @property
    def focus_netuid(self) -> int:
        """The subnet last looked at, else the first but root with an own neuron, else 1."""
        if self._focus_netuid is not None:
            return self._focus_netuid
        return min(self.own_netuids - {ROOT_NETUID}, default=1)

    @property
    def live_screen(self) -> LiveScreen[Any]:
        """The topmost screen that is not an overlay."""
        return next(s for s in reversed(self.screen_stack) if isinstance(s, LiveScreen))

    def trail(self) -> list[str]:
        """Titles of the screens from the first one to this one."""
        return [s.title_text for s in self.screen_stack if isinstance(s, LiveScreen)]

    def action_go(self, place: str) -> None:
        """Show one of the main screens."""
        while len(self.screen_stack) > 1:
            self.pop_screen()
        if place != self.current_mode:
            self.switch_mode(place)

    def open_subnet(self, netuid: int) -> None:
        """Drill down into everything about a subnet but its neurons."""
        self._drill_down(netuid, SubnetScreen(netuid))

    def open_metagraph(self, netuid: int, select: int | None = None) -> None:
        """Drill down into a subnet, with the cursor on a UID."""
        self._drill_down(netuid, MetagraphScreen(netuid, select))

    def open_neuron(self, netuid: int, uid: int, hotkey: str | None = None) -> None:
        """Drill down into one neuron; with a hotkey it is followed should its UID change."""
        self._drill_down(netuid, NeuronScreen(netuid, uid, hotkey))

    def open_weights(self, netuid: int, mechid: int = 0, select: int | None = None) -> None:
        """Drill down into the weights of a subnet, with the cursor on a UID."""
        self._drill_down(netuid, WeightsScreen(netuid, mechid, select))

    def open_proposal(self, id_: str) -> None:
        """Drill down into one proposal: an index, or the hash of a motion or multisig call."""
        self._put_on_top(ProposalScreen(id_))

    def _drill_down(self, netuid: int, screen: LiveScreen[Any]) -> None:
        self._focus_netuid = netuid
        self._put_on_top(screen)

    def _put_on_top(self, screen: LiveScreen[Any]) -> None:
        """Put a screen on top; in place of those from the last one of its kind on."""
        if type(screen) not in {type(below) for below in self.screen_stack[1:]}:
            self.push_screen(screen)
            return
        while type(self.screen) is not type(screen):
            self.pop_screen()
        self.switch_screen(screen)

    def go_back(self) -> None:
        """One screen up, at last to the overview."""
        if len(self.screen_stack) > 1:
            self.pop_screen()
        elif self.current_mode != self.DEFAULT_MODE:
            self.switch_mode(self.DEFAULT_MODE)
