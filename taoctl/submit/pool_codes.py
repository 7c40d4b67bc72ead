"""The numbers by which nodes of subnet chains keep a call out of the pool, in words.

Source: `CustomTransactionError` of subtensor's runtime at spec 425.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from taoctl.calls.remedies import remedy
from taoctl.chain.rpc import RpcError

_CUSTOM = re.compile(r"Custom error: (\d{1,3})\Z")

_PALLET = "SubtensorModule"
_CODES = {
    0: ("ColdkeyInSwapSchedule", "ColdkeySwapAnnounced"),
    1: ("StakeAmountTooLow", "NotEnoughStakeToSetWeights"),
    2: ("BalanceTooLow", "NotEnoughBalanceToStake"),
    3: ("SubnetNotExists", "SubnetNotExists"),
    4: ("HotkeyAccountDoesntExist", "HotKeyAccountNotExists"),
    5: ("NotEnoughStakeToWithdraw", "NotEnoughStakeToWithdraw"),
    6: ("RateLimitExceeded", "TxRateLimitExceeded"),
    7: ("InsufficientLiquidity", "InsufficientLiquidity"),
    8: ("SlippageTooHigh", "SlippageTooHigh"),
    9: ("TransferDisallowed", "TransferDisallowed"),
    10: ("HotKeyNotRegisteredInNetwork", "HotKeyNotRegisteredInNetwork"),
    11: ("InvalidIpAddress", "InvalidIpAddress"),
    12: ("ServingRateLimitExceeded", "ServingRateLimitExceeded"),
    13: ("InvalidPort", "InvalidPort"),
    14: ("ZeroMaxAmount", "AmountTooLow"),
    15: ("InvalidRevealRound", "InvalidRevealRound"),
    16: ("CommitNotFound", "NoWeightsCommitFound"),
    17: ("CommitBlockNotInRevealRange", "RevealTooEarly"),
    18: ("InputLengthsUnequal", "InputLengthsUnequal"),
    19: ("UidNotFound", "HotKeyNotRegisteredInSubNet"),
    20: ("EvmKeyAssociateRateLimitExceeded", "EvmKeyAssociateRateLimitExceeded"),
    21: ("ColdkeySwapDisputed", "ColdkeySwapDisputed"),
    22: ("InvalidRealAccount", "InvalidRealAccount"),
    23: ("FailedShieldedTxParsing", "FailedShieldedTxParsing"),
    24: ("InvalidShieldedTxPubKeyHash", "InvalidShieldedTxPubKeyHash"),
    25: ("NonAssociatedColdKey", "NonAssociatedColdKey"),
    26: ("DelegateTakeTooLow", "DelegateTakeTooLow"),
    27: ("DelegateTakeTooHigh", "DelegateTakeTooHigh"),
}
"""The runtime's name of each number, and the error of the subnet pallet that it stands for."""


@dataclass(frozen=True, slots=True)
class PoolCode:
    """A number that a pool refuses calls with.

    Attributes:
        number: what `Custom error: N` says.
        name: the runtime's name of it.
        error: the error of a pallet that it stands for, with the pallet.
    """

    number: int
    name: str
    error: str


def known_codes() -> tuple[PoolCode, ...]:
    """Every number that is known, in order."""
    found = _CODES.items()
    return tuple(PoolCode(code, name, f"{_PALLET}.{error}") for code, (name, error) in found)


def named(problem: RpcError) -> str:
    """What a pool said, with the name of its number where it is known."""
    found = custom_error(problem)
    return problem.message if found is None else f"{problem.message}, which is {found[0]}"


def custom_error(problem: RpcError) -> tuple[str, str | None] | None:
    """The name of the number that a pool refused a call with, and what to do about it.

    None where it is no such number, or one that is not known.
    """
    found = _CUSTOM.search(problem.data) if isinstance(problem.data, str) else None
    known = _CODES.get(int(found[1])) if found else None
    if known is None:
        return None
    name, error = known
    return name, remedy(f"{_PALLET}.{error}")
