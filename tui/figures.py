"""Figures as the screens show them: fixed digits, so that the points of a column line up."""

from __future__ import annotations

from taoctl.units import RAO_PER_TAO


def fixed(rao: int, digits: int = 4) -> str:
    """An amount with a fixed number of digits, cut off and not rounded: 1234567890 -> `1.2345`.

    Zero is `0`; an amount too small for the digits is `<0.0001` and so never looks like zero.
    """
    if rao == 0:
        return "0"
    sign, below = ("-", ">-") if rao < 0 else ("", "<")
    whole, fraction = divmod(abs(rao), RAO_PER_TAO)
    if digits == 0:
        return f"{sign}{whole:,}" if whole else f"{below}1"
    shown = fraction // 10 ** (9 - digits)
    if not whole and not shown:
        return f"{below}0.{1:0{digits}d}"
    return f"{sign}{whole:,}.{shown:0{digits}d}"


def grouped(number: int) -> str:
    """A block number or count with thousands separators."""
    return f"{number:,}"


def blocks_text(number: int) -> str:
    """So many blocks: `1 block`, `1,234 blocks`."""
    return f"{grouped(number)} block{'' if number == 1 else 's'}"


def age(seconds: float) -> str:
    """A duration in its two largest units: `7s`, `3m 20s`, `5h 02m`, `2d 04h`."""
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m {whole % 60:02d}s"
    if whole < 86_400:
        return f"{whole // 3600}h {whole % 3600 // 60:02d}m"
    return f"{whole // 86_400}d {whole % 86_400 // 3600:02d}h"


def gibibytes(count: int) -> str:
    """Bytes as GiB with one digit: `61.4`."""
    return f"{count / 2**30:.1f}"


def watts(milliwatts: int) -> str:
    """Milliwatts as whole watts."""
    return str(round(milliwatts / 1000))
