"""Which governance a localnet's runtime declares, and who holds its sudo key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taoctl.errors import UsageError

if TYPE_CHECKING:
    from taoctl.localnet.pallet import Pallet

DEFAULT = "b,c"
CHOICES = ("a", "b", "c", "a,c", "b,c")
"""a: Triumvirate and Senate. b: referenda. c: a multisig holds the sudo key. Never a with b."""


def read_governance(text: str) -> str:
    """One of CHOICES, however its letters were ordered and written.

    Raises:
        UsageError: there is no such governance.
    """
    letters = sorted({part.strip().lower() for part in text.split(",")})
    found = ",".join(letters)
    if found in CHOICES:
        return found
    if {"a", "b"} <= set(letters):
        raise UsageError(
            "a chain has governance a or b, never both", "take a with c, or b with c: b,c"
        )
    raise UsageError(f"there is no governance {text!r}", f"choose one of {' '.join(CHOICES)}")


def has(governance: str, letter: str) -> bool:
    """Whether a governance in the form of CHOICES has a letter."""
    return letter in governance.split(",")


def pallets(governance: str) -> tuple[type[Pallet], ...]:
    """The pallets of a runtime with this governance, which take the place of any of their name."""
    from taoctl.localnet.pallets import PALLETS
    from taoctl.localnet.pallets.governance.referenda_stack import GOVERNANCE_B
    from taoctl.localnet.pallets.governance.triumvirate import GOVERNANCE_A

    added = {"a": GOVERNANCE_A, "b": GOVERNANCE_B}
    found = {one.name: one for one in PALLETS}
    for letter in governance.split(","):
        found.update((one.name, one) for one in added.get(letter, ()))
    return tuple(sorted(found.values(), key=lambda one: one.index))
