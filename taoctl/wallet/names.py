"""Which names wallets and hotkeys may have, as parts of paths."""

from __future__ import annotations

from taoctl.errors import UsageError
from taoctl.text import printable
from taoctl.wallet.public import looks_like_address

PUBLIC_SUFFIX = "pub.txt"
"""What the public file's name adds to the key's."""

_MAX_BYTES = 200


def check_path_name(name: str, what: str) -> str:
    """The name, if it is one part of a path; what others named oddly can still be read.

    Raises:
        UsageError: empty, `.` or `..`, with a slash or a zero byte, or too long.
    """
    wrong = not name or name in (".", "..") or "/" in name or "\0" in name
    if wrong or len(name.encode("utf-8", "surrogateescape")) > _MAX_BYTES:
        raise UsageError(f"{printable(name, 60)!r} cannot be the name of a {what}", _RULE)
    return name


def check_new_name(name: str, what: str) -> str:
    """The name, if something new may have it.

    Raises:
        UsageError: also for a name that is hidden, looks like an option, would not print as it
            is, or would be taken for a public file or, of a wallet, for an address.
    """
    check_path_name(name, what)
    wrong = name[0] in ".-~" or name != printable(name).strip() or "\\" in name
    if wrong or (what == "hotkey" and name.endswith(PUBLIC_SUFFIX)):
        raise UsageError(f"{printable(name, 60)!r} cannot be the name of a {what}", _RULE)
    if what == "wallet" and looks_like_address(name):
        raise UsageError(
            f"{name} looks like an address, and would be taken for one", "choose a shorter name"
        )
    return name


_RULE = (
    "use letters, digits, spaces, dots, dashes and underscores, and begin with a letter or digit"
)
