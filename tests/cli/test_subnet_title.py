"""Headlines name a subnet by what strangers wrote, and stay one short line."""

from __future__ import annotations

from taoctl.cli.subnet_title import subnet_title


def test_a_name_as_long_as_the_chain_takes_is_cut() -> None:
    assert subnet_title(7, "Tidepool") == "subnet 7 Tidepool"
    title = subnet_title(7, "x" * 256)
    assert title == f"subnet 7 {'x' * 39}…"
    wide = subnet_title(7, "日本" * 40)
    assert wide == f"subnet 7 {'日本' * 9}日 …"


def test_what_steers_a_terminal_is_gone_and_nothing_stands_for_no_name() -> None:
    assert subnet_title(7, "\x1b[2Jred\u202e\nline") == "subnet 7 [2Jred line"
    assert subnet_title(7, "") == "subnet 7"
    assert subnet_title(7, "\u200b\x1b") == "subnet 7"
