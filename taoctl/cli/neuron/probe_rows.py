"""What `taoctl neuron probe` found, as rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from taoctl.endpoints import PUBLIC
from taoctl.probe import Reached
from taoctl.reads.axons import AxonRow
from taoctl.reads.columns import Column, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeRow:
    """A neuron, its axon, and what answered there."""

    netuid: Annotated[int, Column("netuid", Kind.NETUID, "subnet number")]
    uid: Annotated[int, Column("uid", Kind.UID, "slot in the subnet")]
    hotkey_name: Annotated[str | None, Column("name", Kind.TEXT, "name of the hotkey", drop=1)]
    hotkey: Annotated[str, Column("hotkey", Kind.SS58, "key that mines or validates", wide=True)]
    axon: Annotated[str | None, Column("axon", Kind.TEXT, "address it serves at")]
    scope: Annotated[
        str | None, Column("scope", Kind.TEXT, "everybody reaches it only where public", wide=True)
    ]
    reachable: Annotated[
        bool | None,
        Column("reachable", Kind.BOOL, "a connection stood; - where nothing is served"),
    ]
    tcp_ms: Annotated[
        int | None, Column("tcp ms", Kind.INT, "milliseconds until a connection stood", drop=2)
    ]
    tls: Annotated[
        str | None, Column("tls", Kind.TEXT, "version of TLS that was agreed on", drop=3)
    ]
    tls_ms: Annotated[
        int | None, Column("tls ms", Kind.INT, "milliseconds until it was agreed on", wide=True)
    ]
    key_matches: Annotated[
        bool | None,
        Column("key", Kind.BOOL, "the server has the key that is published; - for none", wide=True),
    ]
    http_status: Annotated[
        int | None, Column("http", Kind.INT, "status of the answer to GET /, whichever it is")
    ]
    http_ms: Annotated[
        int | None, Column("http ms", Kind.INT, "milliseconds until the answer began", drop=2)
    ]
    problem: Annotated[
        str | None, Column("problem", Kind.TEXT, "the first thing that was not as it should be")
    ]


def is_tried(row: AxonRow, *, any_address: bool) -> bool:
    """Whether an axon is tried: one that not everybody reaches only where that is asked for."""
    if row.endpoint is None:
        return False
    return row.scope == PUBLIC or (any_address and row.scope != "multicast")


def probe_row(row: AxonRow, found: Reached | None) -> ProbeRow:
    """A row of what was found; None for what was not tried."""
    reached = found if found is not None else Reached(problem=_untried(row.scope))
    return ProbeRow(
        netuid=row.netuid,
        uid=row.uid,
        hotkey_name=row.hotkey_name,
        hotkey=row.hotkey,
        axon=row.axon,
        scope=row.scope,
        reachable=None if row.axon is None else reached.reachable,
        tcp_ms=reached.tcp_ms,
        tls=reached.tls,
        tls_ms=reached.tls_ms,
        key_matches=reached.key_matches,
        http_status=reached.http_status,
        http_ms=reached.http_ms,
        problem=reached.problem,
    )


def _untried(scope: str | None) -> str:
    if scope is None:
        return "serves no axon"
    advice = "" if scope == "multicast" else "; --any-address tries it"
    return f"not a public address but {scope}{advice}"
