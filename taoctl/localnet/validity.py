"""Whether a signed extrinsic may enter the pool or a block, by the runtime's own rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from taoctl.localnet.block import BLOCK_HASH_COUNT
from taoctl.localnet.extrinsic import Extrinsic, Signed
from taoctl.localnet.fees import Fee, fee_of
from taoctl.localnet.frame import MANDATORY, NORMAL, OPERATIONAL, Host, Runtime
from taoctl.localnet.pallets.system_types import BLOCK_LENGTH, BLOCK_WEIGHTS
from taoctl.localnet.rpc.registry import RpcError
from taoctl.localnet.shielding import MAX_ERA_BLOCKS, is_carrier
from taoctl.scale.crypto import ED25519, SR25519, metadata_digest, verify

NORMAL_PRIORITY = 1
OPERATIONAL_PRIORITY = 10_000_000_000
ZERO_ACCOUNT = "5C4hrfjw9DjXZTzV3MwzrrAr9P1MJhSrvWGWqi1eSuyUpnhM"


@dataclass(frozen=True, slots=True)
class Limits:
    """What a block has room for in one dispatch class, in ref time and bytes."""

    extrinsic_weight: int
    total_weight: int
    total_length: int

    def allow(self, weight: int, length: int) -> bool:
        """Whether an extrinsic fits into an empty block."""
        return weight <= self.extrinsic_weight and length <= self.total_length


MAX_BLOCK_WEIGHT: int = BLOCK_WEIGHTS["max_block"]["ref_time"]
LIMITS = {
    name: Limits(
        BLOCK_WEIGHTS["per_class"][name.lower()]["max_extrinsic"]["ref_time"],
        BLOCK_WEIGHTS["per_class"][name.lower()]["max_total"]["ref_time"],
        BLOCK_LENGTH["max"][name.lower()],
    )
    for name in (NORMAL, OPERATIONAL)
}

_TEXTS = {
    "Call": "Transaction call is not expected",
    "Payment": "Inability to pay some fees (e.g. account balance too low)",
    "Future": "Transaction will be valid in the future",
    "Stale": "Transaction is outdated",
    "BadProof": "Transaction has a bad signature",
    "AncientBirthBlock": "Transaction has an ancient birth block",
    "ExhaustsResources": "Transaction would exhaust the block limits",
    "MandatoryValidation": (
        "Transaction dispatch is mandatory; transactions must not be validated."
    ),
    "BadSigner": "Invalid signing address",
}
_UNKNOWN_TEXTS = {
    "CannotLookup": "Could not lookup information required to validate the transaction",
    "NoUnsignedValidator": ("Could not find an unsigned validator for the unsigned transaction"),
}
_INVALID_INDEX = {
    "Call": 0,
    "Payment": 1,
    "Future": 2,
    "Stale": 3,
    "BadProof": 4,
    "AncientBirthBlock": 5,
    "ExhaustsResources": 6,
    "Custom": 7,
    "MandatoryValidation": 9,
    "BadSigner": 10,
}
_UNKNOWN_INDEX = {"CannotLookup": 0, "NoUnsignedValidator": 1}


class InvalidTransactionError(Exception):
    """A reason of Substrate's TransactionValidityError; `custom` is the code of `Custom(n)`."""

    def __init__(self, name: str, custom: int | None = None) -> None:
        super().__init__(name if custom is None else f"Custom({custom})")
        self.name = name
        self.custom = custom

    @property
    def encoded(self) -> bytes:
        """SCALE bytes of the TransactionValidityError."""
        if self.custom is not None:
            return bytes([0, _INVALID_INDEX["Custom"], self.custom])
        if self.name in _UNKNOWN_INDEX:
            return bytes([1, _UNKNOWN_INDEX[self.name]])
        return bytes([0, _INVALID_INDEX[self.name]])

    def as_rpc(self) -> RpcError:
        """How a node's RPC answers a submission that fails for this reason."""
        if self.custom is not None:
            return RpcError(1010, "Invalid Transaction", f"Custom error: {self.custom}")
        if self.name in _UNKNOWN_TEXTS:
            return RpcError(1011, "Unknown Transaction Validity", _UNKNOWN_TEXTS[self.name])
        return RpcError(1010, "Invalid Transaction", _TEXTS[self.name])


@dataclass(frozen=True, slots=True)
class Validity:
    """What the pool needs to know of a valid extrinsic."""

    signer: str
    nonce: int
    priority: int
    valid_until: int | None
    fee: Fee


class Rules:
    """Checks extrinsics against the chain.

    Args:
        runtime: decodes calls and declares their weights.
        hash_of: the hash of a block of the chain by number, or None.
    """

    def __init__(self, runtime: Runtime, hash_of: Callable[[int], bytes | None]) -> None:
        self.runtime = runtime
        self._hash_of = hash_of

    @cached_property
    def _metadata_hash(self) -> bytes:
        runtime = self.runtime
        name = str(runtime.codec.constant("System", "Version")["spec_name"])
        return metadata_digest(runtime.metadata_v15, runtime.spec_version, name)

    def fee(self, extrinsic: Extrinsic, host: Host) -> Fee:
        """The fee of an extrinsic without its tip."""
        weight = host.weight_of(extrinsic.call)
        return fee_of(
            weight.ref_time + host.extension_weight(extrinsic.call),
            extrinsic.length,
            pays=weight.pays,
            dispatch_class=weight.dispatch_class,
        )

    def check(self, extrinsic: Extrinsic, host: Host, number: int) -> Validity:
        """Check everything for inclusion in block `number` on the state that `host` shows.

        A nonce ahead of the account's is left to the pool.

        Raises:
            InvalidTransactionError: with the first rule that is broken, in the runtime's order.
        """
        signed = extrinsic.signed
        if signed is None:
            raise InvalidTransactionError("NoUnsignedValidator")
        if signed.signer is None:
            raise InvalidTransactionError("CannotLookup")
        self._check_signature(extrinsic, signed, signed.signer, number)
        return self.check_state(extrinsic, signed, signed.signer, host, number)

    def check_state(
        self, extrinsic: Extrinsic, signed: Signed, signer: str, host: Host, number: int
    ) -> Validity:
        """The checks that depend on the state: nonce, size, fee and the pallets' own."""
        if signer == ZERO_ACCOUNT:
            raise InvalidTransactionError("BadSigner")
        fee = self.fee(extrinsic, host)
        account = host.system.Account[signer]
        if not fee.free and account["providers"] == 0 and account["sufficients"] == 0:
            raise InvalidTransactionError("Payment")
        if signed.nonce < account["nonce"]:
            raise InvalidTransactionError("Stale")
        if fee.dispatch_class == MANDATORY:
            raise InvalidTransactionError("MandatoryValidation")
        if not LIMITS[fee.dispatch_class].allow(fee.weight, extrinsic.length):
            raise InvalidTransactionError("ExhaustsResources")
        payer = host.fee_payer(extrinsic.call, signer)
        if not host.transaction_payment.can_withdraw(extrinsic.call, payer, fee.total + signed.tip):
            raise InvalidTransactionError("Payment")
        with host.judging(number):
            for pallet in host.pallets.values():
                problem = pallet.validate(extrinsic.call, signer)
                if isinstance(problem, str):
                    raise InvalidTransactionError(problem)
                if problem is not None:
                    raise InvalidTransactionError("Custom", problem)
        operational = fee.dispatch_class == OPERATIONAL
        return Validity(
            signer,
            signed.nonce,
            OPERATIONAL_PRIORITY if operational else NORMAL_PRIORITY,
            None if signed.era is None else signed.era.death(number),
            fee,
        )

    def _check_signature(
        self, extrinsic: Extrinsic, signed: Signed, signer: str, number: int
    ) -> None:
        period = None if signed.era is None else signed.era.period
        if is_carrier(extrinsic.call) and (period is None or period > MAX_ERA_BLOCKS):
            raise InvalidTransactionError("Stale")
        birth = 0 if signed.era is None else signed.era.birth(number)
        birth_hash = self._hash_of(birth)
        if birth_hash is None or (signed.era is not None and birth < number - BLOCK_HASH_COUNT):
            raise InvalidTransactionError("AncientBirthBlock")
        genesis = self._hash_of(0)
        assert genesis is not None
        payload = signed.payload(
            extrinsic.call_bytes,
            spec_version=self.runtime.spec_version,
            transaction_version=self.runtime.transaction_version,
            genesis=genesis,
            birth_hash=birth_hash,
            metadata_hash=self._metadata_hash if signed.metadata_mode else None,
        )
        known = signed.crypto in (ED25519, SR25519)  # no account here can be an ECDSA one
        if not known or not verify(payload, signed.signature, signer, signed.crypto):
            raise InvalidTransactionError("BadProof")
