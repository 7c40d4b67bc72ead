"""The errors of a runtime: what its calls can fail with, by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from taoctl.chain.view import View
from taoctl.reads.columns import Column, Kind
from taoctl.reads.registry import read


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorRow:
    """One error that a pallet's calls can fail with."""

    name: Annotated[str, Column("error", Kind.TEXT, "pallet and name, as outcomes say it")]
    pallet: Annotated[str, Column("pallet", Kind.TEXT, "the pallet it is of", wide=True)]
    pallet_index: Annotated[int, Column("pallet no.", Kind.INT, "its index", wide=True)]
    error_index: Annotated[int, Column("no.", Kind.INT, "index within the pallet", wide=True)]
    docs: Annotated[str | None, Column("says", Kind.TEXT, "what the runtime says of it")]


@read("errors", row=ErrorRow, help="what calls can fail with")
async def errors(view: View) -> tuple[ErrorRow, ...]:
    """Every error of every pallet of the runtime, in the order of its metadata."""
    await view.settle()
    return tuple(
        ErrorRow(
            name=f"{name}.{one['name']}",
            pallet=name,
            pallet_index=int(pallet["index"]),
            error_index=int(one["index"]),
            docs=" ".join(str(one["docs"]).split()) or None,
        )
        for name, pallet in view.codec.pallets.items()
        for one in pallet.get("errors") or ()
    )
