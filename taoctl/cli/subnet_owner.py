"""`taoctl subnet owner`: your subnets, and what of them needs attention."""

from __future__ import annotations

from taoctl.cli import context, output
from taoctl.cli.arguments import Accounts
from taoctl.cli.output import Result, Section

SCHEMA = "taoctl.subnet.owner/1"


def owner(accounts: Accounts = None) -> None:
    """The subnets that your wallets own, what they earn you, and what needs attention.

    `cut` is the owner's part of the new alpha, of a day of blocks like this one; it is paid at each
    epoch. `place` counts from the next subnet that a new one would replace; immune ones have none.

    \b
    Examples:
      taoctl subnet owner
      taoctl subnet owner my-wallet -o wide
      taoctl subnet owner -o json | jq '.data.attention[] | select(.what == "pruning")'
    """
    from taoctl.reads.owned_subnets import AttentionRow, OwnedSubnetRow, owned_subnets

    coldkeys, names = context.addresses(accounts or ())
    found, origin = context.run(lambda view: owned_subnets(view, coldkeys, names))
    subnets = Section(found.rows, OwnedSubnetRow, key="subnets")
    matters = Section(found.attention, AttentionRow, key="attention", people=bool(found.attention))
    output.show(Result(SCHEMA, origin, (matters, subnets)))
    context.warn_insecure(output.addresses_in(subnets))
