"""The panels of the subnets screen: what a new subnet costs, and the subnet under the cursor."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.content import Content

from taoctl.reads.columns import ABSENT, column
from taoctl.reads.entries import ROOT_NETUID
from taoctl.reads.network_cost import NetworkCostRow
from taoctl.reads.subnet_board import BoardRow, SubnetBoard
from taoctl.reads.subnet_prune_order import SubnetPruneLine, SubnetPruneRow
from taoctl.text import printable
from tui.figures import blocks_text, fixed, grouped
from tui.glyphs import UNICODE, Glyphs
from tui.widgets.lines import Line, Piece, clip, spread, width_of
from tui.widgets.panels import Panel

_SLIPPAGE = column(BoardRow, "slippage_ppm")


class NewSubnetPanel(Panel):
    """What a new subnet costs now, what that falls to, and which one would go for it."""

    def __init__(self, glyphs: Glyphs = UNICODE) -> None:
        super().__init__("New subnet", glyphs, id="new-subnet")
        self._board: SubnetBoard | None = None
        self._block = 0

    def show(self, board: SubnetBoard, block: int) -> None:
        """The price, and the order in which subnets are replaced, at a block."""
        self._board, self._block = board, block
        self.update()

    def lines(self, width: int) -> Sequence[Line]:
        """Price, its fall, and who goes; in a narrow screen as much of it as one line holds."""
        if self._board is None:
            return [_said("waiting for the first block", width)]
        cost, line = self._board.cost, self._board.line
        if cost is None:
            label = "new subnet  " if self.narrow else ""
            return [_said(f"{label}what it costs is not told by this runtime", width)]
        if self.narrow:
            facts = [self._now(cost), self._fall_in_short(cost), self._shut(cost)]
            facts.append(self._goes(line, in_short=True))
            return [_together([[Piece("new subnet", "muted")], *facts], width)]
        stuck = line is not None and not line.room and _first(line) is None
        open_or_not = self._shut(cost) or ([] if stuck else [Piece("open", "muted")])
        now, step = self._now(cost), self._step(cost)
        if width_of(now) + width_of(step) + 2 + width_of(open_or_not) <= width:
            now += step
        return [
            spread(now, open_or_not, width),
            clip(self._later(cost), width),
            clip(self._least(cost), width),
            clip(self._goes(line), width),
        ]

    def _now(self, cost: NetworkCostRow) -> list[Piece]:
        return [Piece(f"{fixed(cost.cost_rao)} {self._glyphs.tao}", "strong")]

    def _step(self, cost: NetworkCostRow) -> list[Piece]:
        if cost.step_rao is None or not _falls(cost):
            return []
        return [Piece(f"  {self._glyphs.descending} {fixed(cost.step_rao)} a block", "good")]

    def _later(self, cost: NetworkCostRow) -> list[Piece]:
        if cost.day_rao is None or cost.week_rao is None:
            return [Piece("how it goes on is not known on this runtime", "muted")]
        if not _falls(cost):
            return [Piece("the least that one costs, until the next is created", "muted")]
        return [
            Piece("in a day ", "muted"),
            Piece(fixed(cost.day_rao)),
            Piece("  in a week ", "muted"),
            Piece(fixed(cost.week_rao)),
        ]

    def _least(self, cost: NetworkCostRow) -> list[Piece]:
        if not _falls(cost):
            if cost.last_block is None:
                return [Piece("none was created yet", "muted")]
            return [Piece("last one in block ", "muted"), Piece(grouped(cost.last_block))]
        least = [Piece("least ", "muted"), Piece(fixed(cost.least_rao))]
        if cost.least_block is not None:
            least.append(Piece(f"  in {blocks_text(cost.least_block - self._block)}", "muted"))
        return least

    def _fall_in_short(self, cost: NetworkCostRow) -> list[Piece]:
        if cost.day_rao is None:
            return []
        if not _falls(cost):
            return [Piece("the least", "muted")]
        return [
            Piece(f"{self._glyphs.descending} ", "good"),
            Piece(fixed(cost.day_rao)),
            Piece(" in a day", "muted"),
        ]

    def _shut(self, cost: NetworkCostRow) -> list[Piece]:
        left = cost.open_from_block - self._block - 1
        return [Piece(f"closed for {blocks_text(left)}", "warn")] if left > 0 else []

    def _goes(self, line: SubnetPruneLine | None, *, in_short: bool = False) -> list[Piece]:
        if line is None:
            return [] if in_short else [Piece("which one would go is not known", "muted")]
        if line.room:
            free = f"room for {grouped(line.room)}"
            return [Piece(free if in_short else f"{free} more of {grouped(line.limit)}", "muted")]
        first = _first(line)
        if first is None:
            left = min((row.immunity_left_blocks for row in line.rows), default=0)
            return [Piece(f"full, all are immune for {blocks_text(left)}", "warn")]
        name = f"SN {first.netuid}" if in_short else _named(first)
        return [Piece(f"{name} ", "warn"), Piece("would go for it", "muted")]


class ChosenSubnetPanel(Panel):
    """The subnet under the cursor: its registration price, seats, pool and owner."""

    def __init__(self, owner_name: Callable[[BoardRow], str], glyphs: Glyphs = UNICODE) -> None:
        """Call owners by `owner_name`."""
        super().__init__("Subnet", glyphs, id="chosen-subnet")
        self._owner_name = owner_name
        self._row: BoardRow | None = None
        self._block = 0
        self._title = "Subnet"

    def show(self, row: BoardRow | None, block: int) -> None:
        """The subnet at a block; None where no row is under the cursor."""
        self._row, self._block = row, block
        title = "Subnet" if row is None else _named(row)
        if title != self._title:
            self._title = title
            # A name is somebody else's text, and a plain string would be taken for markup.
            self.border_title = Content(title)
        self.update()

    def lines(self, width: int) -> Sequence[Line]:
        """What a seat costs, now and next, and who owns it; in a narrow screen in one line."""
        row = self._row
        if row is None:
            return [_said("no subnet is selected", width)]
        if self.narrow:
            label = [Piece(f"SN {row.netuid}", "muted")]
            facts = [self._seat(row), self._next(row), self._seats(row), self._owner(row)]
            return [_together([label, *facts], width)]
        return [
            spread([*self._seat(row), Piece("  "), *self._next(row)], self._then(row), width),
            spread(self._seats(row), self._epoch(row), width),
            spread(self._pool(row), self._slippage(row), width),
            clip(self._owner(row), width),
        ]

    def _seat(self, row: BoardRow) -> list[Piece]:
        if row.netuid == ROOT_NETUID:
            return [Piece("joined by stake", "muted")]
        if row.registration_allowed is False:
            return [Piece("registration closed", "warn")]
        price = f"{_amount(row.burn_rao)} {self._glyphs.tao}"
        return [Piece("register ", "muted"), Piece(price, "strong")]

    def _next(self, row: BoardRow) -> list[Piece]:
        if row.next_burn_rao is None or row.registration_allowed is False:
            return []
        return [Piece("next ", "muted"), Piece(fixed(row.next_burn_rao, 6))]

    def _then(self, row: BoardRow) -> list[Piece]:
        if row.risen_burn_rao is None or row.registration_allowed is False:
            return []
        return [Piece("after one ", "muted"), Piece(fixed(row.risen_burn_rao, 4))]

    def _seats(self, row: BoardRow) -> list[Piece]:
        if row.neurons is None or row.max_neurons is None:
            return []
        free = row.free_slots
        said = "full" if free == 0 else f"{free} free"
        return [
            Piece("uids ", "muted"),
            Piece(f"{row.neurons}/{row.max_neurons}"),
            Piece(f" {said}", "muted"),
        ]

    def _epoch(self, row: BoardRow) -> list[Piece]:
        if row.next_epoch_block is None or not row.tempo:
            return []
        left = max(0, row.next_epoch_block - self._block)
        return [Piece("epoch in ", "muted"), Piece(f"{left} of {row.tempo}")]

    def _pool(self, row: BoardRow) -> list[Piece]:
        tao, alpha = f"{_amount(row.tao_in_rao, 2)} ", f"{_amount(row.alpha_in_rao, 0)} "
        return [
            Piece("pool ", "muted"),
            Piece(f"{tao}{self._glyphs.tao}"),
            Piece(f"  {alpha}{self._glyphs.alpha}", "muted"),
        ]

    def _slippage(self, row: BoardRow) -> list[Piece]:
        if row.slippage_ppm is None:
            return []
        return [
            Piece(f"10 {self._glyphs.tao} lose ", "muted"),
            Piece(_SLIPPAGE.text(row.slippage_ppm)),
        ]

    def _owner(self, row: BoardRow) -> list[Piece]:
        if row.owner_coldkey is None:
            return []
        return [Piece("owner ", "muted"), Piece(self._owner_name(row))]


def _first(line: SubnetPruneLine) -> SubnetPruneRow | None:
    """The subnet that a new one would replace now; None while all are immune."""
    return next((row for row in line.rows if row.prune_rank == 1), None)


def _falls(cost: NetworkCostRow) -> bool:
    """Whether it costs more than the least, which it comes down to with time."""
    return cost.cost_rao > cost.least_rao and cost.step_rao != 0


def _named(row: BoardRow | SubnetPruneRow) -> str:
    return f"SN {row.netuid} {printable(row.name, 24)}".rstrip()


def _amount(rao: int | None, digits: int = 4) -> str:
    return ABSENT if rao is None else fixed(rao, digits)


def _said(text: str, width: int) -> Line:
    return clip([Piece(text, "muted")], width)


def _together(facts: Sequence[Sequence[Piece]], width: int) -> Line:
    """As many facts as fit side by side, in their order; one that does not is left out."""
    line: list[Piece] = []
    for fact in facts:
        if fact and width_of(line) + width_of(fact) + 2 <= width:
            line += [*([Piece("  ")] if line else []), *fact]
    return tuple(line)
