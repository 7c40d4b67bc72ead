"""The panels of one subnet: its pool, where its emission goes, and whose it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from taoctl.addresses import short_ss58
from taoctl.reads.columns import ABSENT, Kind, format_value
from taoctl.reads.entries import ROOT_NETUID
from taoctl.reads.subnet_emission import EmissionRow, SubnetEmission
from taoctl.text import printable
from taoctl.units import RAO_PER_TAO
from tui.figures import fixed, grouped
from tui.glyphs import UNICODE, Glyphs
from tui.subnet_page import SubnetPage
from tui.widgets.charts import bar
from tui.widgets.lines import Line, Piece, clip, spread
from tui.widgets.panels import Panel

SIZES_TAO = (1, 10, 100, 1_000)
"""Buys whose slippage is told."""

_PAID = ("owner", "miners", "withheld", "validators", "root", "recycled")
"""Where new alpha goes, as the read names it."""

_RARE = ("withheld", "recycled")
"""Parts that a narrow terminal shows only where they are something."""

_BAR = 12
_SHORT_BAR = 2
_BESIDE_BAR = 19
"""Characters of a part's name and percentage."""


class OneSubnetPanel(Panel):
    """A panel that shows something of one subnet: some lines, or fewer in a narrow terminal."""

    def __init__(self, title: str, glyphs: Glyphs = UNICODE, *, id: str) -> None:
        super().__init__(title, glyphs, id=id)
        self._page: SubnetPage | None = None
        self._block = 0

    def show(self, page: SubnetPage, block: int) -> None:
        """The subnet at a block."""
        self._page, self._block = page, block
        self.update()

    def lines(self, width: int) -> Sequence[Line]:
        """What the subclass says, each line cut at the end."""
        if self._page is None:
            return [(Piece("reading the subnet", "muted"),)]
        return [clip(line, width) for line in self.said(self._page, width)]

    def said(self, page: SubnetPage, width: int) -> Sequence[Sequence[Piece]]:
        """The lines about a subnet."""
        raise NotImplementedError


class PoolPanel(OneSubnetPanel):
    """Both reserves, and what buys of some sizes would get and lose."""

    def __init__(self, glyphs: Glyphs = UNICODE) -> None:
        super().__init__("Pool", glyphs, id="pool")

    def said(self, page: SubnetPage, width: int) -> Sequence[Sequence[Piece]]:
        """One line in a narrow terminal; else a line for each size."""
        tao, alpha = self._glyphs.tao, self._glyphs.alpha
        subnet = page.subnet
        if self.narrow:
            pieces = [Piece("pool ", "muted"), Piece(f"{_amount(subnet.tao_in_rao)} {tao}")]
            pieces.append(Piece("   slip", "muted"))
            for size in SIZES_TAO:
                pieces += [Piece(f"  {size:,}{tao} ", "muted"), Piece(self._slip(page, size))]
            return [pieces]
        lines = [
            [
                Piece(f"{_amount(subnet.tao_in_rao)} {tao}", "strong"),
                Piece("  and ", "muted"),
                Piece(f"{_amount(subnet.alpha_in_rao)} {alpha}"),
            ],
            list(spread([Piece("a buy for", "muted")], [Piece("gets   loses", "muted")], width)),
        ]
        for size in SIZES_TAO:
            bought = None if page.market is None else page.market.alpha_for(size * RAO_PER_TAO)
            gets = ABSENT if bought is None else fixed(bought, 2)
            left = [Piece(f"{size:,} {tao}")]
            right = [Piece(f"{gets} {alpha}"), Piece(f"{self._slip(page, size):>8}", "accent")]
            lines.append(list(spread(left, right, width)))
        return lines

    def _slip(self, page: SubnetPage, size: int) -> str:
        market = page.market
        lost = None if market is None else market.slippage_ppm(size * RAO_PER_TAO)
        return format_value(Kind.PPM, lost)


class EmissionPanel(OneSubnetPanel):
    """What the subnet gets of all TAO, and who gets its new alpha."""

    def __init__(self, glyphs: Glyphs = UNICODE) -> None:
        super().__init__("Emission", glyphs, id="emission")

    def said(self, page: SubnetPage, width: int) -> Sequence[Sequence[Piece]]:
        """Two lines in a narrow terminal; else a line for each who gets some."""
        label = [Piece("emission ", "muted")] if self.narrow else []
        found = page.emission.value
        if found is None:
            why = page.emission.problem or "not known on this runtime"
            return [[*label, Piece(printable(why), "muted")]]
        head = [*label, *self._gets(found)]
        rows = [row for row in found.rows if row.part in _PAID]
        if not self.narrow and not found.held_back:
            return [head, *self._table(rows, width)]
        rows = [row for row in rows if row.share_ppm or row.part not in _RARE]
        if not self.narrow:
            above = [self._why(found)] if found.flow is not None else []
            return [*above, head, *self._table(rows, width)]
        shares: list[Piece] = []
        for row in rows:
            shares += [Piece(f"{row.part} ", "muted"), Piece(f"{_percent(row.share_ppm)}  ")]
        return [head, shares]

    def _gets(self, found: SubnetEmission) -> list[Piece]:
        flow = found.flow
        if flow is None:
            return self._why(found)
        got = flow.tao_in + flow.tao_buys
        share = got * 1_000_000 // flow.minted if flow.minted else None
        alpha = f"{fixed(flow.alpha_out)} {self._glyphs.alpha}"
        pieces = [Piece(format_value(Kind.PPM, share), "strong"), Piece(" of TAO   ", "muted")]
        if self.narrow and found.held_back:
            pieces += [*self._why(found), Piece("   ")]
        return [*pieces, Piece(alpha), Piece(" a block to", "muted")]

    def _why(self, found: SubnetEmission) -> list[Piece]:
        return [Piece(printable(found.held_back) or "none", "warn")]

    def _table(self, rows: Sequence[EmissionRow], width: int) -> list[list[Piece]]:
        """A line for each who gets some; bars leave room for what each gets in the epoch."""
        amounts = [
            "" if row.epoch_rao is None else f"   {fixed(row.epoch_rao, 2)} {self._glyphs.alpha}"
            for row in rows
        ]
        room = width - _BESIDE_BAR - max(map(len, amounts), default=0)
        cells = min(_BAR, max(_SHORT_BAR, room))
        return [self._row(row, amount, cells) for row, amount in zip(rows, amounts, strict=True)]

    def _row(self, row: EmissionRow, amount: str, cells: int) -> list[Piece]:
        done, open_ = bar(row.share_ppm or 0, 1_000_000, cells, self._glyphs)
        return [
            Piece(f"{row.part:<11}", "muted"),
            Piece(done, "accent"),
            Piece(open_, "muted"),
            Piece(f" {_percent(row.share_ppm):>7}", None if row.share_ppm else "muted"),
            Piece(amount, "muted"),
        ]


class OwnerPanel(OneSubnetPanel):
    """Whose the subnet is, when its epochs come, who can register, and what it says of itself."""

    def __init__(self, names: Mapping[str, str], glyphs: Glyphs = UNICODE) -> None:
        super().__init__("Subnet", glyphs, id="subnet-facts")
        self._names = names
        self._mine = False

    def set_mine(self, mine: bool) -> None:
        """Whether a wallet here owns it."""
        self._mine = mine

    def said(self, page: SubnetPage, width: int) -> Sequence[Sequence[Piece]]:
        """Three lines: schedule and seats, owner, and the owner's words."""
        return [self._schedule(page), self._owner(page), self._words(page)]

    def _schedule(self, page: SubnetPage) -> list[Piece]:
        times, subnet = page.tempo, page.subnet
        pieces: list[Piece] = [Piece("epoch ", "muted")]
        due = times.next_epoch_block or subnet.next_epoch_block
        if due is not None:
            left = max(0, due - self._block)
            done, open_ = bar(max(0, times.tempo - left), times.tempo, _BAR, self._glyphs)
            pieces += [Piece(done, "accent"), Piece(open_, "muted")]
            pieces += [Piece(f" in {grouped(left)}"), Piece(f" of {times.tempo}", "muted")]
        else:
            pieces.append(Piece("none is due"))
        opens = times.open_from_block
        if opens is not None and opens > self._block + 1:
            pieces.append(Piece(f"   frozen until {grouped(opens)}", "warn"))
        if subnet.neurons is not None:
            seats = f"{subnet.neurons}/{format_value(Kind.INT, subnet.max_neurons)}"
            pieces += [Piece("   uids ", "muted"), Piece(seats)]
        return [*pieces, Piece("   register ", "muted"), self._registration(page)]

    def _registration(self, page: SubnetPage) -> Piece:
        subnet = page.subnet
        if subnet.netuid == ROOT_NETUID:
            return Piece("by stake")
        if subnet.registration_allowed is False:
            return Piece("closed", "warn")
        price = ABSENT if subnet.burn_rao is None else fixed(subnet.burn_rao)
        return Piece(f"{price} {self._glyphs.tao}")

    def _owner(self, page: SubnetPage) -> list[Piece]:
        subnet = page.subnet
        owner = subnet.owner_coldkey
        pieces = [Piece(f"{self._glyphs.own} mine   ", "accent")] if self._mine else []
        pieces += [Piece("owner ", "muted"), Piece(ABSENT if owner is None else self._key(owner))]
        if subnet.owner_hotkey is not None:
            pieces += [Piece("   hotkey ", "muted"), Piece(self._key(subnet.owner_hotkey))]
        pieces += [Piece("   symbol ", "muted"), Piece(printable(subnet.symbol, 8) or ABSENT)]
        since = format_value(Kind.BLOCK, subnet.registered_at)
        return [*pieces, Piece("   since block ", "muted"), Piece(since)]

    def _key(self, address: str) -> str:
        name, short = self._names.get(address), short_ss58(address)
        # What is followed by its address alone has that for a name.
        return f"{printable(name)} {short}" if name not in (None, "", short) else short

    def _words(self, page: SubnetPage) -> list[Piece]:
        """The identity: nobody has checked it."""
        said = page.identity
        if said is None:
            return [Piece("says nothing of itself", "muted")]
        texts = (
            said.subnet_name,
            said.description,
            said.subnet_url,
            said.github_repo,
            said.discord,
            said.subnet_contact,
            said.additional,
        )
        shown = [text for text in (printable(one or "") for one in texts) if text]
        joined = f" {self._glyphs.separator} ".join(shown)
        return [Piece("says ", "muted"), Piece(joined or "nothing")]


def _amount(rao: int | None) -> str:
    return ABSENT if rao is None else fixed(rao, 2)


def _percent(ppm: int | None) -> str:
    """A share with one digit after the point, cut off."""
    return ABSENT if ppm is None else f"{ppm // 10_000}.{ppm // 1_000 % 10}%"
