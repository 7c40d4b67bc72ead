"""Which review goes on from which referendum: storage does not say, their blocks do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from taoctl.chain.view import View

_AROUND = 100
"""How many referenda before and after one are looked at for its parent or child."""


async def links(
    view: View, statuses: Mapping[int, Any]
) -> dict[int, tuple[str | None, str | None]]:
    """Parent and child of each referendum by index, None where nothing tells.

    A review begins in the block in which its parent is delegated. Where several were delegated
    in one block it is not known which is whose, nor once the review has concluded.

    Args:
        statuses: as storage has them, of the referenda that are asked about.
    """
    wanted = [index for index, one in statuses.items() if _delegated(one) or _began(one)]
    near = sorted(
        {at for index in wanted for at in range(max(index - _AROUND, 0), index + _AROUND)}
    )
    if not near:
        return {}
    found = await view.values("Referenda", "ReferendumStatusFor", [(one,) for one in near])
    parents, children = dict[int, list[int]](), dict[int, list[int]]()
    for index, status in zip(near, found, strict=True):
        if (ended := _delegated(status)) is not None:
            parents.setdefault(ended, []).append(index)
        if (began := _began(status)) is not None:
            children.setdefault(began, []).append(index)
    pairs = {
        (parents[block][0], children[block][0])
        for block in parents.keys() & children.keys()
        if len(parents[block]) == len(children[block]) == 1
    }
    known: dict[int, tuple[str | None, str | None]] = {}
    for parent, child in pairs:
        known[parent] = (None, str(child))
        known[child] = (str(parent), None)
    return known


def _delegated(status: Any) -> int | None:
    """The block in which a referendum was delegated."""
    if isinstance(status, Mapping) and "Delegated" in status:
        return int(status["Delegated"])
    return None


def _began(status: Any) -> int | None:
    """The block in which an open review began."""
    info = status.get("Ongoing") if isinstance(status, Mapping) else None
    if info is None or isinstance(info["proposal"], Mapping):
        return None
    return int(info["submitted"])
