"""What subnets say of themselves."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from taoctl.chain.view import View
from taoctl.reads.columns import Column, Kind
from taoctl.reads.entries import PALLET, item, text_of
from taoctl.scale.compact import byte_vectors


@dataclass(frozen=True, slots=True, kw_only=True)
class SubnetIdentityRow:
    """The identity of a subnet: its owner's own words, which nobody has checked."""

    netuid: Annotated[int, Column("netuid", Kind.NETUID, "subnet number")]
    symbol: Annotated[str, Column("sym", Kind.TEXT, "of its alpha")]
    subnet_name: Annotated[str, Column("name", Kind.TEXT, "what it is called")]
    github_repo: Annotated[str, Column("github", Kind.TEXT, "its code")]
    subnet_contact: Annotated[str, Column("contact", Kind.TEXT, "how to reach its owner")]
    subnet_url: Annotated[str | None, Column("url", Kind.TEXT, "its web page")]
    discord: Annotated[str | None, Column("discord", Kind.TEXT, "its name there")]
    description: Annotated[str | None, Column("description", Kind.TEXT, "what it is")]
    logo_url: Annotated[str | None, Column("logo", Kind.TEXT, "where its picture is")]
    additional: Annotated[str | None, Column("additional", Kind.TEXT, "anything else")]

    def words(self) -> tuple[str | None, ...]:
        """What it says, field by field."""
        return tuple(getattr(self, field) for field in _FIELDS)


_FIELDS = (
    "subnet_name",
    "github_repo",
    "subnet_contact",
    "subnet_url",
    "discord",
    "description",
    "logo_url",
    "additional",
)
"""In the order in which they are stored."""
_STORED = (("SubnetIdentitiesV3", 8), ("SubnetIdentities", 3))
"""Where runtimes keep them, and how many of the fields."""


async def subnet_identities(view: View, netuids: Sequence[int]) -> tuple[SubnetIdentityRow, ...]:
    """The identities of the subnets that have one, in the order given."""
    there = next(((name, count) for name, count in _STORED if view.has(item(name))), None)
    if there is None:
        view.require(item(_STORED[0][0]))
        return ()
    name, count = there
    keys = [view.codec.storage_key(PALLET, name, netuid) for netuid in netuids]
    stored, symbols = await asyncio.gather(
        asyncio.gather(*map(view.raw, keys)),
        view.values(PALLET, "TokenSymbol", [(netuid,) for netuid in netuids]),
    )
    return tuple(
        _row(netuid, text_of(symbol), data, count)
        for netuid, symbol, data in zip(netuids, symbols, stored, strict=True)
        if data is not None
    )


def _row(netuid: int, symbol: str, data: bytes, count: int) -> SubnetIdentityRow:
    texts = (one.decode("utf-8", "replace") for one in byte_vectors(data, count))
    known: dict[str, str | None] = dict.fromkeys(_FIELDS)
    known |= dict(zip(_FIELDS[:count], texts, strict=True))
    return SubnetIdentityRow(netuid=netuid, symbol=symbol, **known)  # type: ignore[arg-type]
