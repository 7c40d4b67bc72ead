"""TransactionPayment: taking and returning fees, and telling what they would be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from taoctl.errors import BadDataError
from taoctl.localnet.extensions import UNCHECKED_EXTRINSIC
from taoctl.localnet.extrinsic import Signed, read_extrinsic
from taoctl.localnet.fees import LENGTH_FEE_PER_BYTE, Fee, fee_of, weight_to_fee
from taoctl.localnet.frame import (
    Call,
    Constant,
    Event,
    Pallet,
    StorageValue,
    TokenError,
    api,
)
from taoctl.localnet.types import (
    AccountId32,
    DispatchClass,
    Enum,
    Option,
    RuntimeCall,
    Struct,
    Weight,
    u8,
    u32,
    u64,
    u128,
)
from taoctl.scale.compact import compact

MULTIPLIER_ONE = 10**18

FixedU128 = Struct("sp_arithmetic::fixed_point::FixedU128", [u128])
Releases = Enum("pallet_transaction_payment::Releases", ["V1Ancient", "V2"])
RuntimeDispatchInfo = Struct(
    "pallet_transaction_payment::types::RuntimeDispatchInfo",
    [("weight", Weight), ("class", DispatchClass), ("partial_fee", u64, "Balance")],
    params=[("Balance", u64), ("Weight", Weight)],
)
InclusionFee = Struct(
    "pallet_transaction_payment::types::InclusionFee",
    [
        ("base_fee", u64, "Balance"),
        ("len_fee", u64, "Balance"),
        ("adjusted_weight_fee", u64, "Balance"),
    ],
    params=[("Balance", u64)],
)
FeeDetails = Struct(
    "pallet_transaction_payment::types::FeeDetails",
    [
        ("inclusion_fee", Option(InclusionFee), "Option<InclusionFee<Balance>>"),
        ("tip", u64, "Balance"),
    ],
    params=[("Balance", u64)],
)
_EXTRINSIC_ARGS = [("uxt", UNCHECKED_EXTRINSIC), ("len", u32)]
_CALL_ARGS = [("call", RuntimeCall), ("len", u32)]


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What an extrinsic paid before it ran: TAO in rao, or else what tells of another payment."""

    tao: int
    told: Callable[[], None] | None = None


class TransactionPayment(Pallet):
    """Taking and returning fees, and telling what they would be.

    A fee is burned: a local chain has no block author to pay.
    """

    name = "TransactionPayment"
    index = 6
    crate = "pallet_transaction_payment::pallet"
    attr = "transaction_payment"

    NextFeeMultiplier = StorageValue(FixedU128, default=MULTIPLIER_ONE)
    StorageVersion = StorageValue(Releases)

    events = [
        Event(
            0,
            "TransactionFeePaid",
            [
                ("who", AccountId32, "T::AccountId"),
                ("actual_fee", u64, "BalanceOf<T>"),
                ("tip", u64, "BalanceOf<T>"),
            ],
        )
    ]
    constants = [Constant("OperationalFeeMultiplier", u8, 5)]

    def start_genesis(self) -> None:
        """Store what a new chain says of its fees before block 1."""
        self.NextFeeMultiplier.put(MULTIPLIER_ONE)
        self.StorageVersion.put("V2")

    def can_withdraw(self, call: Call, who: str, amount: int) -> bool:
        """Whether the account can pay a call's fee, in TAO to live on with, or otherwise."""
        payable: int = self.rt.balances.reducible(who, keep_alive=True)
        if amount == 0 or amount <= payable:
            return True
        return any(p.can_pay_fee(call, who, amount) for p in self.rt.pallets.values())

    def withdraw(self, call: Call, who: str, amount: int) -> Withdrawn:
        """Take the most an extrinsic can cost, in rao.

        Raises:
            DispatchError: the account cannot pay it.
        """
        if not amount:
            return Withdrawn(0)
        try:
            self.rt.balances.withdraw(who, amount, keep_alive=True)
        except TokenError:
            for pallet in self.rt.pallets.values():
                told = pallet.pay_fee(call, who, amount)
                if told is not None:
                    return Withdrawn(0, told)
            raise
        return Withdrawn(amount)

    def settle(self, who: str, paid: Withdrawn, actual: int, tip: int) -> None:
        """Return what was taken above the actual cost (tip included), and tell what was paid.

        Calls that pay no fee are told of too, as on mainnet. What was not paid in TAO is final,
        and the cost is told as it would have been in TAO.
        """
        if paid.told is not None:
            paid.told()
            self.deposit("TransactionFeePaid", who, actual, tip)
            return
        back = max(paid.tao - actual, 0)
        returned = self.rt.balances.put_back(who, back)
        self.deposit("TransactionFeePaid", who, paid.tao - returned, tip)

    def _extrinsic_fee(self, data: bytes) -> tuple[Fee, int]:
        raw, length = _split_length(data)
        extrinsic = read_extrinsic(raw, self.rt.decode_call)
        return self._fee(extrinsic.call, length), _tip(extrinsic.signed)

    def _call_fee(self, data: bytes) -> Fee:
        return self._fee(self.rt.decode_call(data[:-4]), int.from_bytes(data[-4:], "little"))

    def _fee(self, call: Call, length: int) -> Fee:
        weight = self.rt.weight_of(call)
        total = weight.ref_time + self.rt.extension_weight(call)
        return fee_of(total, length, pays=weight.pays, dispatch_class=weight.dispatch_class)

    def _info(self, call: Call, length: int) -> dict[str, Any]:
        fee, proof_size = self._fee(call, length), self.rt.weight_of(call).proof_size
        weight = {"ref_time": fee.weight, "proof_size": proof_size}
        return {"weight": weight, "class": fee.dispatch_class, "partial_fee": fee.total}

    @api("TransactionPaymentApi", args=_EXTRINSIC_ARGS, returns=RuntimeDispatchInfo, raw=True)
    def query_info(self, data: bytes) -> Any:
        """Weight, class and fee without tip of an extrinsic."""
        raw, length = _split_length(data)
        return self._info(read_extrinsic(raw, self.rt.decode_call).call, length)

    @api("TransactionPaymentApi", args=_EXTRINSIC_ARGS, returns=FeeDetails, raw=True)
    def query_fee_details(self, data: bytes) -> Any:
        """The parts of an extrinsic's fee."""
        fee, tip = self._extrinsic_fee(data)
        return _details(fee, tip)

    @api("TransactionPaymentApi", args=[("weight", Weight)], returns=u64)
    def query_weight_to_fee(self, weight: Any) -> int:
        """Rao for a weight."""
        return weight_to_fee(weight["ref_time"])

    @api("TransactionPaymentApi", args=[("length", u32)], returns=u64)
    def query_length_to_fee(self, length: int) -> int:
        """Rao for a number of bytes."""
        return length * LENGTH_FEE_PER_BYTE

    @api("TransactionPaymentCallApi", args=_CALL_ARGS, returns=RuntimeDispatchInfo, raw=True)
    def query_call_info(self, data: bytes) -> Any:
        """Weight, class and fee of a call in an extrinsic of the given length."""
        call = self.rt.decode_call(data[:-4])
        return self._info(call, int.from_bytes(data[-4:], "little"))

    @api("TransactionPaymentCallApi", args=_CALL_ARGS, returns=FeeDetails, raw=True)
    def query_call_fee_details(self, data: bytes) -> Any:
        """The parts of the fee of a call in an extrinsic of the given length."""
        return _details(self._call_fee(data), 0)

    @api(
        "TransactionPaymentCallApi",
        args=[("weight", Weight)],
        returns=u64,
        method="query_weight_to_fee",
    )
    def query_call_weight_to_fee(self, weight: Any) -> int:
        """Rao for a weight."""
        return weight_to_fee(weight["ref_time"])

    @api(
        "TransactionPaymentCallApi",
        args=[("length", u32)],
        returns=u64,
        method="query_length_to_fee",
    )
    def query_call_length_to_fee(self, length: int) -> int:
        """Rao for a number of bytes."""
        return length * LENGTH_FEE_PER_BYTE


def _split_length(data: bytes) -> tuple[bytes, int]:
    """A length-prefixed extrinsic and the u32 that follows it."""
    size, start = compact(data)
    end = start + size
    if len(data) != end + 4:
        raise BadDataError("the arguments are not one extrinsic and its length")
    return data[:end], int.from_bytes(data[end:], "little")


def _tip(signed: Signed | None) -> int:
    return 0 if signed is None else signed.tip


def _details(fee: Fee, tip: int) -> dict[str, Any]:
    if fee.free:
        return {"inclusion_fee": None, "tip": tip}
    parts = {"base_fee": fee.base, "len_fee": fee.length, "adjusted_weight_fee": fee.weight_fee}
    return {"inclusion_fee": parts, "tip": tip}
