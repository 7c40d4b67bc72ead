"""Making text that strangers wrote safe to show: on-chain names, identities, node errors."""

from __future__ import annotations

import re
import unicodedata

_DROPPED = frozenset({"Cf", "Co", "Cn", "Cs"})
_SPACED = frozenset({"Cc", "Zl", "Zp", "Zs"})
_MARKS = frozenset({"Mn", "Me"})
_DIGITS = "0123456789"
_MAX_STACKED_MARKS = 2
_VARIATION_SELECTORS = range(0xFE00, 0xFE10)


def printable(text: str, limit: int = 512) -> str:
    """The text without anything that could steer a terminal or disguise what it says.

    Control characters (so every escape sequence loses its introducer), bidi overrides,
    zero-width and private-use characters go; line breaks and tabs become spaces; combining
    marks are capped at two per character; the result has at most `limit` characters.
    """
    if text.isascii() and text.isprintable() and len(text) <= limit:
        return text
    kept: list[str] = []
    marks = 0
    for char in unicodedata.normalize("NFC", text[: limit * 4]):
        category = unicodedata.category(char)
        if category in _DROPPED or ord(char) in _VARIATION_SELECTORS:
            continue
        if category in _MARKS:
            marks += 1
            if marks > _MAX_STACKED_MARKS or not kept:
                continue
        else:
            marks = 0
        if category in _SPACED:
            if char in "\t\n\r" or category != "Cc":
                kept.append(" ")
            continue
        kept.append(char)
    cleaned = " ".join("".join(kept).split())
    return cleaned if len(cleaned) <= limit else cleaned[: limit - 1] + "…"


def natural_order(text: str) -> tuple[tuple[int, int, str], ...]:
    """What to sort names by so that their numbers count as numbers: `miner-2` before `miner-10`."""
    parts = re.findall(r"[0-9]{1,18}|[^0-9]+", text)
    return tuple((0, int(part), part) if part[0] in _DIGITS else (1, 0, part) for part in parts)
