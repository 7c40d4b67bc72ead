"""How a transaction is to be signed, sent and waited for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from taoctl.units import Tao

ERA_BLOCKS = 64
"""Length of an era unless another is asked for: what is not included then never will be."""

_NO_TIP = Tao(0)


class Wait(StrEnum):
    """What to wait for after a transaction is sent."""

    NONE = "none"
    INBLOCK = "inblock"
    FINALIZED = "finalized"


@dataclass(frozen=True, slots=True)
class TxOptions:
    """What a user may choose.

    Attributes:
        tip: paid to the block's author on top of the fee.
        era_blocks: in how many blocks it may be included; 0 for ever.
        nonce: use this one, to fill a gap or in place of one that no pool holds; None for the
            next free one.
        wait: when `send` returns.
        again: send even while an identical transaction is unresolved.
        deadline_s: stop waiting after this many seconds; None waits until the era is over.
    """

    tip: Tao = _NO_TIP
    era_blocks: int = ERA_BLOCKS
    nonce: int | None = None
    wait: Wait = Wait.INBLOCK
    again: bool = False
    deadline_s: float | None = None
