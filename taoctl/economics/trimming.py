"""Who leaves a subnet that is trimmed to fewer UIDs.

Source: subnets/uids.rs of subtensor at spec 425 (trim_to_max_allowed_uids).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence


def leaving(emission: Sequence[int], stays: Collection[int], too_many: int) -> frozenset[int]:
    """The UIDs that go: those with the least emission, of equals the highest.

    Args:
        emission: of the last epoch, by UID.
        stays: UIDs that are the owner's or in their immunity period.
        too_many: how many have to go.
    """
    order = sorted(range(len(emission)), key=lambda uid: (emission[uid], -uid))
    return frozenset([uid for uid in order if uid not in stays][:too_many])


def immune_percent(stays: int, most: int) -> int:
    """What part of those who may stay is immune, in whole per cent, rounded down."""
    return 100 if stays >= most else stays * 100 // most
