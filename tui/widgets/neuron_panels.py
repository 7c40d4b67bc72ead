"""The panels of one neuron: who it is, how near it is to pruning, and its last epoch."""

from __future__ import annotations

from collections.abc import Sequence

from taoctl.addresses import short_ss58
from taoctl.economics.risk import Standing
from taoctl.reads.columns import ABSENT, Kind, format_value
from taoctl.reads.entries import ROOT_NETUID
from taoctl.reads.explain import EarnedRow
from taoctl.reads.metagraph import NeuronRow
from taoctl.reads.risk import RiskRow
from taoctl.text import printable
from tui.attention import Severity, prune_severity
from tui.figures import blocks_text, fixed, grouped
from tui.glyphs import UNICODE, Glyphs
from tui.neuron_rows import NeuronRows
from tui.widgets.lines import Line, Piece, clip, width_of
from tui.widgets.panels import Panel


class NeuronPanel(Panel):
    """A panel that shows something of one neuron: some lines, or fewer in a narrow terminal."""

    def __init__(self, title: str, glyphs: Glyphs = UNICODE, *, id: str) -> None:
        super().__init__(title, glyphs, id=id)
        self._rows: NeuronRows | None = None
        self._block = 0

    def show(self, rows: NeuronRows, block: int) -> None:
        """The neuron at a block."""
        self._rows, self._block = rows, block
        self.update()

    def lines(self, width: int) -> Sequence[Line]:
        """What the subclass says, each line cut at the end."""
        if self._rows is None or self._rows.neuron is None:
            return [(Piece("reading the neuron" if self._rows is None else ABSENT, "muted"),)]
        return [clip(line, width) for line in self.said(self._rows, self._rows.neuron)]

    def said(self, rows: NeuronRows, neuron: NeuronRow) -> Sequence[Sequence[Piece]]:
        """The lines about a neuron that is there."""
        raise NotImplementedError


class WhoPanel(NeuronPanel):
    """Keys, role, stake, age, axon and GPU."""

    def __init__(self, labels: dict[str, str], glyphs: Glyphs = UNICODE) -> None:
        super().__init__("Neuron", glyphs, id="who")
        self._labels = labels
        self._own = False
        self._gpu: str | None = None

    def set_own(self, own: bool) -> None:
        """Whether it is one of the user's."""
        self._own = own

    def set_gpu(self, text: str | None) -> None:
        """The GPU that it runs on, None where none is known."""
        if text != self._gpu:
            self._gpu = text
            self.update()

    def said(self, rows: NeuronRows, neuron: NeuronRow) -> Sequence[Sequence[Piece]]:
        """Two lines in a narrow terminal, six in a wide one."""
        role = {True: "validator", False: "miner", None: ABSENT}[neuron.validator_permit]
        head = [Piece(role, "accent" if neuron.validator_permit else "strong")]
        if self._own:
            head = [Piece(f"{self._glyphs.own} mine  ", "accent"), *head]
        stake = ABSENT if neuron.stake_rao is None else fixed(neuron.stake_rao, 2)
        unit = self._glyphs.tao if neuron.netuid == ROOT_NETUID else self._glyphs.alpha
        weight = [Piece("stake ", "muted"), Piece(f"{stake} {unit}")]
        hotkey = [Piece("hotkey ", "muted"), Piece(self._key(neuron.hotkey))]
        coldkey = [Piece("coldkey ", "muted"), Piece(self._key(neuron.coldkey))]
        axon = [Piece("axon ", "muted"), Piece(printable(neuron.axon or "serves none"))]
        gpu = [] if self._gpu is None else [Piece("GPU ", "muted"), Piece(printable(self._gpu))]
        if self.narrow:
            return [
                _joined(head, hotkey, weight),
                _joined(axon, gpu, coldkey),
            ]
        return [head, hotkey, coldkey, weight, axon, gpu or self._since(neuron)]

    def _since(self, neuron: NeuronRow) -> list[Piece]:
        if neuron.registered_at is None:
            return []
        age = blocks_text(max(0, self._block - neuron.registered_at))
        return [Piece("registered ", "muted"), Piece(f"{age} ago")]

    def _key(self, address: str) -> str:
        short, name = short_ss58(address), self._labels.get(address)
        return (
            f"{printable(name)} {short}" if name and not name.startswith(short) else name or short
        )


class RiskPanel(NeuronPanel):
    """Place in the order of pruning, margin, immunity, and what is to be expected."""

    def __init__(self, glyphs: Glyphs = UNICODE) -> None:
        super().__init__("Risk", glyphs, id="risk")

    def said(self, rows: NeuronRows, neuron: NeuronRow) -> Sequence[Sequence[Piece]]:
        """Two lines in a narrow terminal, up to six in a wide one."""
        risk = rows.risk
        if risk is None:
            return [[Piece(ABSENT, "muted")]]
        head = self._place(risk)
        margin: list[Piece] = []
        if risk.margin_rao is not None:
            margin = [Piece("margin ", "muted"), Piece(_alpha(risk.margin_rao, self._glyphs))]
            if risk.next_uid not in (None, risk.uid):
                margin.append(Piece(f" over uid {risk.next_uid}", "muted"))
        immune = self._immunity(risk)
        turn = self._turn(risk)
        how = [Piece(printable(risk.expected_how), "muted")]
        if self.narrow:
            return [_joined([Piece("risk ", "muted"), *head], immune, margin), _joined(turn, how)]
        facts = [line for line in (head, margin, immune, turn) if line]
        return [*facts, *_wrapped(risk.expected_how, self.size.width)]

    def _place(self, risk: RiskRow) -> list[Piece]:
        if risk.standing is None:
            return [Piece("other rules hold here", "muted")]
        standing = Standing(risk.standing)
        if risk.prune_rank is None:
            return [Piece(str(standing), "strong"), Piece(", not to be replaced", "good")]
        danger = prune_severity(risk.prune_rank, risk.free_slots)
        tone = "bad" if danger is Severity.BAD else "warn" if danger else "strong"
        place = [
            Piece(f"{standing}, "),
            Piece(f"place {risk.prune_rank} to go", tone),
        ]
        if risk.free_slots:
            place.append(Piece(f", {risk.free_slots} free first", "muted"))
        return place

    def _immunity(self, risk: RiskRow) -> list[Piece]:
        left = risk.immunity_left_blocks
        if left is None:
            return []
        if not left:
            return [Piece("immunity ", "muted"), Piece("over")]
        return [Piece("immune for ", "muted"), Piece(f"{grouped(left)} blocks", "good")]

    def _turn(self, risk: RiskRow) -> list[Piece]:
        if risk.expected_blocks is None:
            return [Piece("no turn expected:", "muted")]
        return [
            Piece("expected in ", "muted"),
            Piece(f"{grouped(risk.expected_blocks)} blocks"),
        ]


class EpochPanel(NeuronPanel):
    """What the last epoch gave the neuron, and of what it was the part."""

    def __init__(self, glyphs: Glyphs = UNICODE) -> None:
        super().__init__("Last epoch", glyphs, id="epoch")

    def said(self, rows: NeuronRows, neuron: NeuronRow) -> Sequence[Sequence[Piece]]:
        """Two lines in a narrow terminal, up to six in a wide one."""
        earned = rows.earned
        stored = self._stored(neuron)
        if earned is None:
            why = [Piece(printable(rows.problem or ABSENT), "warn")]
            return [stored, why] if self.narrow else [stored, *_wrapped(rows.problem or "", 60)]
        when = self._when(rows, earned)
        incentive = self._part(
            "incentive", earned.incentive, "rank", earned.rank_bits, earned.rank_total_bits
        )
        dividends = self._part(
            "dividends",
            earned.dividends,
            "bonds",
            earned.dividend_raw_bits,
            earned.dividend_total_bits,
        )
        emission = [
            Piece(_alpha(earned.emission_rao, self._glyphs), "strong"),
            *([Piece(" by stake", "warn")] if earned.by_stake else []),
            Piece(f" of {_alpha(earned.shared_rao, self._glyphs)}", "muted"),
        ]
        consensus = [
            Piece("consensus ", "muted"),
            Piece(format_value(Kind.U16, earned.consensus)),
            Piece("  vtrust ", "muted"),
            Piece(format_value(Kind.U16, earned.validator_trust)),
        ]
        first, second = (incentive, dividends) if earned.incentive else (dividends, incentive)
        if self.narrow:
            return [_joined(when, emission), _joined(first, consensus)]
        nobody: list[list[Piece]] = (
            [[Piece("nobody got incentive or dividends", "warn")]] if earned.by_stake else []
        )
        return [when, emission, *nobody, first, second, consensus]

    def _when(self, rows: NeuronRows, earned: EarnedRow) -> list[Piece]:
        ago = blocks_text(max(0, self._block - earned.epoch_block))
        pieces = [Piece("epoch ", "muted"), Piece(f"{ago} ago")]
        if rows.mechanisms > 1:
            pieces.append(Piece(f" mechanism {earned.mechid} of {rows.mechanisms}", "accent"))
        if earned.differs_in is None:
            return [*pieces, Piece(" as the chain stored", "good")]
        return [*pieces, Piece(f" but the chain stored other {earned.differs_in}", "warn")]

    def _part(self, title: str, value: int, of: str, bits: int, total: int) -> list[Piece]:
        parts = f" = {of} {_bits(bits)} of {_bits(total)}" if total else ""
        return [
            Piece(f"{title} ", "muted"),
            Piece(format_value(Kind.U16, value), "strong" if value else None),
            Piece(parts, "muted"),
        ]

    def _stored(self, neuron: NeuronRow) -> list[Piece]:
        figures = (
            ("incentive", neuron.incentive),
            ("dividends", neuron.dividends),
            ("vtrust", neuron.validator_trust),
        )
        pieces: list[Piece] = []
        for title, value in figures:
            pieces += [Piece(f"{title} ", "muted"), Piece(f"{format_value(Kind.U16, value)}  ")]
        return pieces


def _alpha(rao: int | None, glyphs: Glyphs) -> str:
    return ABSENT if rao is None else f"{fixed(rao)} {glyphs.alpha}"


def _bits(bits: int) -> str:
    return format_value(Kind.I96F32, bits)


def _joined(*groups: Sequence[Piece]) -> list[Piece]:
    """Groups side by side with room between them; empty ones are left out."""
    line: list[Piece] = []
    for group in groups:
        if group:
            line += [*([Piece("   ")] if line else []), *group]
    return line


def _wrapped(text: str, width: int) -> list[list[Piece]]:
    """A quiet text over as many lines as it needs."""
    lines: list[list[Piece]] = []
    for word in printable(text).split():
        last = lines[-1] if lines else None
        if last is not None and width_of(last) + len(word) + 1 <= width:
            last.append(Piece(f" {word}", "muted"))
        else:
            lines.append([Piece(word, "muted")])
    return lines
