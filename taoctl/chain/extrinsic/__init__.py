"""Extrinsics: composed by one codec, checked by another, signed in between.

Importing this loads no composer; `Composer` loads it in a thread when it is first needed.
"""

from taoctl.chain.extrinsic.composer import Composer
from taoctl.chain.extrinsic.fee import DispatchInfo, dispatch_info, unsigned_for_fee
from taoctl.chain.extrinsic.terms import CallLike, Era, MismatchError, SignedExtrinsic, Terms

__all__ = [
    "CallLike",
    "Composer",
    "DispatchInfo",
    "Era",
    "MismatchError",
    "SignedExtrinsic",
    "Terms",
    "dispatch_info",
    "unsigned_for_fee",
]
