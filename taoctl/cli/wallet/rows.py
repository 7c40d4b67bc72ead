"""What the wallet commands show of keys: names, addresses and states, nothing secret."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from taoctl.reads.columns import Column, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRow:
    """One key of a wallet folder."""

    wallet: Annotated[str, Column("wallet", Kind.TEXT, "name of the wallet")]
    hotkey: Annotated[
        str | None, Column("hotkey", Kind.TEXT, "name of the hotkey; none for the coldkey")
    ]
    # As text, since these tables are where addresses are copied from.
    ss58: Annotated[str | None, Column("address", Kind.TEXT, "address of the key, if it is known")]
    watch_only: Annotated[
        bool | None,
        Column("watch", Kind.BOOL, "whether only the address is here, and no key", drop=1),
    ]
    problem: Annotated[
        str | None, Column("problem", Kind.TEXT, "what could not be read", wide=True)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyDetailRow(KeyRow):
    """One key of a wallet folder, and its file."""

    LEADING = ("wallet", "hotkey", "ss58", "watch_only", "encryption", "crypto")

    encryption: Annotated[
        str | None,
        Column("encryption", Kind.TEXT, "of the key file: none, nacl, legacy or ansible"),
    ]
    crypto: Annotated[
        str | None, Column("type", Kind.TEXT, "sr25519 or ed25519, where it can be told")
    ]
    public_key: Annotated[
        str | None, Column("public key", Kind.HASH, "the 32 bytes in hex", wide=True)
    ]
    mode: Annotated[str | None, Column("mode", Kind.TEXT, "permissions of the key file", drop=1)]
    path: Annotated[str | None, Column("file", Kind.TEXT, "the key's file", wide=True)]


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRow:
    """Something in the wallet folder that should not be so."""

    kind: Annotated[str, Column("kind", Kind.TEXT, "what sort of finding, for machines")]
    path: Annotated[str, Column("path", Kind.TEXT, "the file or folder")]
    problem: Annotated[str, Column("problem", Kind.TEXT, "what is wrong")]
    remedy: Annotated[str, Column("remedy", Kind.TEXT, "what to do about it")]
    fixable: Annotated[bool, Column("fixable", Kind.BOOL, "whether --fix mends it", drop=1)]
    fixed: Annotated[
        str | None, Column("fixed", Kind.TEXT, "what was done about it, with --fix", drop=1)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRow:
    """One key that the agent holds unlocked."""

    name: Annotated[str, Column("name", Kind.TEXT, "the wallet, or wallet/hotkey")]
    ss58: Annotated[str, Column("address", Kind.SS58, "address of the key")]
    seconds_left: Annotated[
        int, Column("seconds left", Kind.INT, "after which the agent forgets it")
    ]
