"""Accounts that the runtime makes out of other accounts."""

from __future__ import annotations

from collections.abc import Sequence

from taoctl.addresses import decode_ss58, encode_ss58
from taoctl.scale.compact import compact_bytes
from taoctl.scale.crypto import blake2_256

_SEED = b"modlpy/utilisuba"


def multisig_account(signatories: Sequence[str], threshold: int) -> str:
    """The ss58 address that signatories share; source: `multi_account_id` of pallet_multisig.

    Raises:
        UsageError: an address that is none.
    """
    keys = b"".join(sorted(decode_ss58(one) for one in signatories))
    size = compact_bytes(len(signatories))
    return encode_ss58(blake2_256(_SEED + size + keys + threshold.to_bytes(2, "little")))


def derivative_account(account: str, index: int) -> str:
    """The pseudonym of an account; source: `derivative_account_id` of pallet_utility.

    Raises:
        UsageError: an address that is none.
    """
    return encode_ss58(blake2_256(_SEED + decode_ss58(account) + index.to_bytes(2, "little")))
