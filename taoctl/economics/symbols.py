"""The token symbols that the chain knows, in its order; each is one character.

Source: subnets/symbols.rs of subtensor at spec 425.
"""

from __future__ import annotations

_RUNS = """
    3A4 3B1-3C1 3C3 74 3C5-3C9 5D0-5EA 627-628 62A-63A 641-648 64A 649 16A0 16A2 16A6 16A8 16B1
    16B3 42B 16C9 16D2 1680-1685 169B 10D0-10D5 531-536 55E 400-405 44A 2C80-2C85 11000-11003
    11005 DB1 DB3-DB7 2C00-2C20 E01-E23 E25 E27-E2E 3131 3134 3137 3139 3141-3142 3145 3147-3148
    314A-3163 12A0-12A7 12C8-12CE 12B0-12B6 1310-1312 1218 1314-1316 905-90B 90F-910 913-928
    92A-930 932 935-939 30A2 30A4 30A6 30A8 30AA-30AB 30AD 30AF 30B1 30B3 30B5 30B7 30B9 30BB
    30BD 30BF 30C1 30C4 30C6 30C8 30CA-30CF 30D2 30D5 30D8 30DB 30DE-30E2 30E4 30E6 30E8-30ED
    30EF 30F2-30F3 2D30-2D53 D85-D86 D89-D96 D9A-D9E DA0-DA4 DA7 DA5-DA6 DA9 DA8 DAA-DB0
"""
"""Code points and ranges of them, hexadecimal."""


def _characters(run: str) -> str:
    first, _, last = run.partition("-")
    return "".join(map(chr, range(int(first, 16), int(last or first, 16) + 1)))


SYMBOLS = tuple("".join(map(_characters, _RUNS.split())))
"""Of netuid 0, which is root and shares its own with nobody, and up."""
SUBNET_SYMBOLS = frozenset(SYMBOLS[1:])
"""What a subnet may have."""


def symbol_of_new(netuid: int, used: frozenset[str]) -> str:
    """The symbol that a new subnet gets: its number's own, or the first in nobody's use."""
    own = SYMBOLS[netuid] if netuid < len(SYMBOLS) else SYMBOLS[0]
    if own not in used:
        return own
    return next((one for one in SYMBOLS[1:] if one not in used), SYMBOLS[0])
