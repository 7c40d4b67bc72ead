"""The errors of governance that runtimes without it have not."""

from __future__ import annotations

from taoctl.localnet.frame import Runtime
from taoctl.localnet.pallets import PALLETS
from taoctl.localnet.pallets.governance.referenda_stack import GOVERNANCE_B
from taoctl.localnet.pallets.governance.triumvirate import GOVERNANCE_A

_NEW = ("Triumvirate", "Referenda", "SignedVoting", "MultiCollective", "SubtensorModule")


def governance_errors() -> set[str]:
    """`Pallet.Name` of all errors of the Triumvirate, the Senate's votes and referenda."""
    others = tuple(one for one in PALLETS if one.name != "SubtensorModule")
    found = set()
    for classes in ((*others, *GOVERNANCE_A), (*PALLETS, *GOVERNANCE_B)):
        pallets = Runtime(classes).codec.pallets
        found |= {
            f"{name}.{error['name']}"
            for name in _NEW
            if name in pallets
            for error in pallets[name].get("errors", ())
        }
    return found
