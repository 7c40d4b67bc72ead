"""What taoctl itself refuses, by names that no runtime has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OwnRefusal:
    """One reason for which nothing is sent.

    Attributes:
        meaning: what stands in the way.
        advice: what to do about it.
    """

    meaning: str
    advice: str


OWN_REFUSALS: Mapping[str, OwnRefusal] = {
    "AlreadyAssociated": OwnRefusal(
        "The hotkey has an owner: the chain would take the fee and change nothing.",
        "nothing where it is yours; else use another hotkey",
    ),
    "AxonNotServed": OwnRefusal(
        "The hotkey has no axon on the subnet that could be taken back.",
        "see `taoctl neuron show` for what it serves",
    ),
    "BeaconUnknown": OwnRefusal(
        "The chain follows another drand beacon than quicknet, to which weights are sealed.",
        "commit with a salt instead: `taoctl weights set --salted`",
    ),
    "CallNeeded": OwnRefusal(
        "The last approval of a multisig account must carry the call itself, not its hash.",
        "give the call's bytes; whoever opened it has them",
    ),
    "CertificateTooLong": OwnRefusal(
        "The key of an axon's certificate is longer than the chain keeps, which drops it then.",
        "use an Ed25519 or P-256 key",
    ),
    "MaxCostExceeded": OwnRefusal(
        "A subnet costs more than the limit.",
        "wait until the block that is said, or allow more with --max-cost",
    ),
    "NotSignatory": OwnRefusal(
        "The signer is none of the members of the multisig account.",
        "sign with one of them",
    ),
    "Payment": OwnRefusal(
        "The account cannot pay the fee: a node takes nothing from it.",
        "send it some TAO first",
    ),
    "SameColdkey": OwnRefusal(
        "A coldkey cannot be swapped to itself.",
        "name the coldkey to swap to",
    ),
    "WouldBeLost": OwnRefusal(
        "The chain would take payment, and give nothing for it.",
        "do what the refusal says in its hint",
    ),
}
"""By name: the refusals that are our own, or a node's before any pallet is asked."""
