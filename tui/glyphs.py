"""The non-ASCII characters of the dashboard in one place, with plain stand-ins for each."""

# ruff: noqa: RUF001

from __future__ import annotations

import locale
import os
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Glyphs:
    """Every special character that a widget may draw; each is one cell wide."""

    ramp: str
    heat: str
    bar_full: str
    bar_empty: str
    ascending: str
    descending: str
    own: str
    live: str
    crumb: str
    more_left: str
    more_right: str
    ellipsis: str
    rule: str
    separator: str
    tao: str
    alpha: str
    degree: str
    minus: str
    warning: str
    missing: str


UNICODE = Glyphs(
    ramp="▁▂▃▄▅▆▇█",
    heat="▁▂▃▄▅▆█",
    bar_full="━",
    bar_empty="─",
    ascending="▲",
    descending="▼",
    own="●",
    live="●",
    crumb="›",
    more_left="‹",
    more_right="›",
    ellipsis="…",
    rule="─",
    separator="·",
    tao="τ",
    alpha="α",
    degree="°",
    minus="−",
    warning="!",
    missing="–",
)

ASCII = Glyphs(
    ramp="_.:-=+*#",
    heat=".:-=+*#",
    bar_full="#",
    bar_empty="-",
    ascending="^",
    descending="v",
    own="*",
    live="*",
    crumb=">",
    more_left="<",
    more_right=">",
    ellipsis="~",
    rule="-",
    separator="|",
    tao="T",
    alpha="a",
    degree=" ",
    minus="-",
    warning="!",
    missing="-",
)


def choose_glyphs(environ: Mapping[str, str] | None = None) -> Glyphs:
    """ASCII when `TAOCTL_ASCII` is set or the terminal's encoding is not UTF-8."""
    environ = os.environ if environ is None else environ
    if environ.get("TAOCTL_ASCII"):
        return ASCII
    encoding = locale.getpreferredencoding(False).lower().replace("-", "")
    return UNICODE if encoding in ("utf8", "utf8mb4", "cp65001") else ASCII
