"""What coldkeys say of themselves."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from taoctl.chain.view import View
from taoctl.reads.columns import Column, Kind
from taoctl.reads.entries import PALLET, item
from taoctl.reads.registry import read
from taoctl.scale.compact import byte_vectors


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityRow:
    """The identity of a coldkey: its own words, which nobody has checked."""

    wallet_name: Annotated[str | None, Column("wallet", Kind.TEXT, "name of the coldkey here")]
    coldkey: Annotated[str, Column("coldkey", Kind.SS58, "whose identity it is", drop=1)]
    name: Annotated[str, Column("name", Kind.TEXT, "what it calls itself")]
    url: Annotated[str, Column("url", Kind.TEXT, "its web page")]
    github_repo: Annotated[
        str | None, Column("github", Kind.TEXT, "its code; - before runtimes had it", drop=2)
    ]
    discord: Annotated[str, Column("discord", Kind.TEXT, "its name there", drop=3)]
    image: Annotated[str, Column("image", Kind.TEXT, "where its picture is", wide=True)]
    description: Annotated[str, Column("description", Kind.TEXT, "what it says it is", wide=True)]
    additional: Annotated[str, Column("additional", Kind.TEXT, "anything else", wide=True)]


_FIELDS = ("name", "url", "github_repo", "image", "discord", "description", "additional")
"""In the order in which they are stored."""
_ADDED = "github_repo"
"""The field that came with IdentitiesV2."""
_NOW, _BEFORE = item("IdentitiesV2"), item("Identities")


@read(
    "identities",
    row=IdentityRow,
    needs=((_NOW, _BEFORE),),
    wants=(_NOW,),
    help="what coldkeys say of themselves",
)
async def identities(
    view: View, coldkeys: Sequence[str], names: Mapping[str, str] | None = None
) -> tuple[IdentityRow, ...]:
    """The identities of the coldkeys that have one, in the order given."""
    entry = _NOW if view.has(_NOW) else _BEFORE
    keys = [view.codec.storage_key(PALLET, entry.item, coldkey) for coldkey in coldkeys]
    stored = await asyncio.gather(*map(view.raw, keys))
    return tuple(
        _row(coldkey, (names or {}).get(coldkey), data, before=entry is _BEFORE)
        for coldkey, data in zip(coldkeys, stored, strict=True)
        if data is not None
    )


def _row(coldkey: str, wallet: str | None, data: bytes, *, before: bool) -> IdentityRow:
    fields = [name for name in _FIELDS if not (before and name == _ADDED)]
    texts = (one.decode("utf-8", "replace") for one in byte_vectors(data, len(fields)))
    known: dict[str, str | None] = dict.fromkeys(_FIELDS) | dict(zip(fields, texts, strict=True))
    return IdentityRow(wallet_name=wallet, coldkey=coldkey, **known)  # type: ignore[arg-type]
