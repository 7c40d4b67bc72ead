"""System: accounts and their reference counts, block data, events, remarks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from taoctl.localnet.dispatch_error import DispatchError
from taoctl.localnet.frame import (
    OPERATIONAL,
    Blake2_128Concat,
    Constant,
    Event,
    EventRecord,
    Origin,
    Outcome,
    Pallet,
    StorageMap,
    StorageValue,
    Twox64Concat,
    api,
    call,
    ensure_root,
    ensure_signed,
)
from taoctl.localnet.pallets.account_types import EMPTY_ACCOUNT, AccountInfo
from taoctl.localnet.pallets.system_types import (
    BLOCK_LENGTH,
    BLOCK_WEIGHTS,
    DB_READ,
    DB_WRITE,
    NO_WEIGHT,
    BlockLength,
    BlockWeights,
    ClassWeights,
    CodeUpgradeAuthorization,
    DigestType,
    DispatchEventInfo,
    EventRecordType,
    LastRuntimeUpgradeInfo,
    OpaqueMetadata,
    Phase,
    RuntimeDbWeight,
    RuntimeVersion,
)
from taoctl.localnet.types import (
    H256,
    AccountId32,
    Bytes,
    DispatchErrorType,
    Option,
    Tup,
    Vec,
    Weight,
    bool_,
    u16,
    u32,
)
from taoctl.scale.code_version import read_code
from taoctl.scale.crypto import api_id, blake2_256

SPEC_NAME = "node-subtensor"
SPEC_VERSION = 424
TRANSACTION_VERSION = 1
BLOCK_HASH_COUNT = 2_400

API_VERSIONS = {
    "Core": 5,
    "Metadata": 2,
    "AccountNonceApi": 1,
    "TransactionPaymentApi": 4,
    "TransactionPaymentCallApi": 3,
    "DelegateInfoRuntimeApi": 1,
    "NeuronInfoRuntimeApi": 1,
    "SubnetInfoRuntimeApi": 2,
    "StakeInfoRuntimeApi": 1,
    "SubnetRegistrationRuntimeApi": 1,
    "ProxyFilterRuntimeApi": 1,
    "SwapRuntimeApi": 1,
}
"""The version of each runtime API, of those that a localnet may declare."""


_CODE = ("code", Bytes)
_SET_CODE = 100_000_000_000 + DB_READ + 2 * DB_WRITE
"""About what Substrate measures for instantiating the code to ask for its version."""


def runtime_version(pallets: Sequence[type[Pallet]]) -> dict[str, Any]:
    """The RuntimeVersion of a set of pallets: mainnet's, with the runtime APIs they declare."""
    names = dict.fromkeys(spec.api for pallet in pallets for spec in pallet.api_specs)
    return {
        "spec_name": SPEC_NAME,
        "impl_name": SPEC_NAME,
        "authoring_version": 1,
        "spec_version": SPEC_VERSION,
        "impl_version": 1,
        "apis": tuple((api_id(name), API_VERSIONS.get(name, 1)) for name in names),
        "transaction_version": TRANSACTION_VERSION,
        "system_version": 1,
    }


def _remark_weight(base: int, per_byte: int) -> Any:
    return lambda pallet, args: base + per_byte * len(args["remark"])


class System(Pallet):
    """Accounts and their reference counts, block data, events, remarks."""

    name = "System"
    index = 0
    crate = "frame_system::pallet"

    Account = StorageMap(AccountInfo, [(Blake2_128Concat, AccountId32)], default=EMPTY_ACCOUNT)
    ExtrinsicCount = StorageValue(u32, optional=True)
    InherentsApplied = StorageValue(bool_)
    BlockWeight = StorageValue(
        ClassWeights,
        default={"normal": NO_WEIGHT, "operational": NO_WEIGHT, "mandatory": NO_WEIGHT},
    )
    AllExtrinsicsLen = StorageValue(u32, optional=True)
    BlockHash = StorageMap(H256, [(Twox64Concat, u32)])
    ExtrinsicData = StorageMap(Bytes, [(Twox64Concat, u32)])
    Number = StorageValue(u32)
    ParentHash = StorageValue(H256)
    Digest = StorageValue(DigestType)
    Events = StorageValue(Vec(EventRecordType), as_bytes=True)
    EventCount = StorageValue(u32)
    EventTopics = StorageMap(Vec(Tup(u32, u32)), [(Blake2_128Concat, H256)])
    LastRuntimeUpgrade = StorageValue(LastRuntimeUpgradeInfo, optional=True)
    UpgradedToU32RefCount = StorageValue(bool_)
    UpgradedToTripleRefCount = StorageValue(bool_)
    ExecutionPhase = StorageValue(Phase, optional=True)
    AuthorizedUpgrade = StorageValue(CodeUpgradeAuthorization, optional=True)
    ExtrinsicWeightReclaimed = StorageValue(Weight)

    events = [
        Event(0, "ExtrinsicSuccess", [("dispatch_info", DispatchEventInfo)]),
        Event(
            1,
            "ExtrinsicFailed",
            [
                ("dispatch_error", DispatchErrorType),
                ("dispatch_info", DispatchEventInfo),
            ],
        ),
        Event(2, "CodeUpdated"),
        Event(3, "NewAccount", [("account", AccountId32, "T::AccountId")]),
        Event(4, "KilledAccount", [("account", AccountId32, "T::AccountId")]),
        Event(
            5,
            "Remarked",
            [("sender", AccountId32, "T::AccountId"), ("hash", H256, "T::Hash")],
        ),
        Event(6, "UpgradeAuthorized", [("code_hash", H256, "T::Hash"), ("check_version", bool_)]),
        Event(
            7,
            "RejectedInvalidAuthorizedUpgrade",
            [("code_hash", H256, "T::Hash"), ("error", DispatchErrorType)],
        ),
    ]
    errors = [
        "InvalidSpecName",
        "SpecVersionNeedsToIncrease",
        "FailedToExtractRuntimeVersion",
        "NonDefaultComposite",
        "NonZeroRefCount",
        "CallFiltered",
        "MultiBlockMigrationsOngoing",
        "NothingAuthorized",
        "Unauthorized",
    ]
    constants = [
        Constant("BlockWeights", BlockWeights, BLOCK_WEIGHTS),
        Constant("BlockLength", BlockLength, BLOCK_LENGTH),
        Constant("BlockHashCount", u32, BLOCK_HASH_COUNT),
        Constant("DbWeight", RuntimeDbWeight, {"read": DB_READ, "write": DB_WRITE}),
        Constant("Version", RuntimeVersion, runtime_version),
        Constant("SS58Prefix", u16, 42),
    ]

    # blocks

    def start_genesis(self) -> None:
        """Store what a new chain says of itself before block 1."""
        self.LastRuntimeUpgrade.put({"spec_version": SPEC_VERSION, "spec_name": SPEC_NAME})
        self.UpgradedToU32RefCount.put(True)
        self.UpgradedToTripleRefCount.put(True)

    def begin(self, number: int, parent_hash: bytes) -> None:
        """Note the block's number and parent, and clear what belonged to the block before."""
        parent = "0x" + parent_hash.hex()
        self.Number.put(number)
        self.ParentHash.put(parent)
        self.BlockHash[number - 1] = parent
        old = number - BLOCK_HASH_COUNT - 1
        if old > 0 and old in self.BlockHash:  # the genesis hash is kept for ever
            del self.BlockHash[old]
        self.Events.kill()
        self.EventCount.kill()

    def on_seal(self, number: int) -> None:
        """Store the block's events."""
        records = self.rt.events
        if records:
            self.Events.put(self.rt.encode_events(records))
            self.EventCount.put(len(records))

    def note_extrinsic(self, outcome: Outcome, dispatch_class: str) -> None:
        """Emit how an applied extrinsic ended."""
        info = {
            "weight": {"ref_time": outcome.weight, "proof_size": 0},
            "class": dispatch_class,
            "pays_fee": "Yes" if outcome.pays else "No",
        }
        if outcome.error is None:
            self.deposit("ExtrinsicSuccess", info)
        else:
            self.deposit("ExtrinsicFailed", outcome.error.value, info)

    def events_at_head(self) -> tuple[EventRecord, ...]:
        """The events of the block in the making, or of the last one made."""
        return tuple(self.rt.events)

    # accounts

    def exists(self, who: str) -> bool:
        """Whether anything keeps the account alive."""
        info = self.Account[who]
        return bool(info["providers"] or info["sufficients"])

    def can_dec_provider(self, who: str) -> bool:
        """Whether the account can lose a provider reference."""
        info = self.Account[who]
        return bool(info["consumers"] == 0 or info["providers"] > 1)

    def inc_account_nonce(self, who: str) -> None:
        """Count one more transaction of the account."""
        info = self.Account[who]
        self.Account[who] = {**info, "nonce": info["nonce"] + 1}

    def inc_providers(self, who: str) -> None:
        """Add a provider reference; creates the account when it is the first."""
        info = self.Account[who]
        created = not info["providers"] and not info["sufficients"]
        self.Account[who] = {**info, "providers": info["providers"] + 1}
        if created:
            self.deposit("NewAccount", who)

    def dec_providers(self, who: str) -> None:
        """Remove a provider reference; the last one takes the account with it.

        Raises:
            DispatchError: ConsumerRemaining, when consumers still need the account.
        """
        info = self.Account[who]
        providers = max(info["providers"], 1)
        if providers == 1 and info["consumers"] == 0 and info["sufficients"] == 0:
            del self.Account[who]
            self.deposit("KilledAccount", who)
        elif providers == 1 and info["consumers"] > 0:
            raise DispatchError("ConsumerRemaining")
        else:
            self.Account[who] = {**info, "providers": providers - 1}

    def inc_consumers(self, who: str) -> None:
        """Add a consumer reference; raises NoProviders when nothing keeps the account alive."""
        info = self.Account[who]
        if not info["providers"]:
            raise DispatchError("NoProviders")
        self.Account[who] = {**info, "consumers": info["consumers"] + 1}

    def dec_consumers(self, who: str) -> None:
        """Remove a consumer reference."""
        info = self.Account[who]
        self.Account[who] = {**info, "consumers": max(info["consumers"] - 1, 0)}

    # calls

    @call(0, args=[("remark", Bytes)], weight=_remark_weight(2_119_000, 390))
    def remark(self, origin: Origin, remark: bytes) -> None:
        """Put bytes on the chain; they change nothing. Any origin may."""

    @call(2, args=[_CODE], weight=_SET_CODE, dispatch_class=OPERATIONAL)
    def set_code(self, origin: Origin, code: bytes) -> None:
        """Take the code of a later version of this runtime.

        Only the event tells of it: what runs here is no WebAssembly, and stays.
        """
        ensure_root(origin)
        found = read_code(code).version
        if found is None:
            raise self.error("FailedToExtractRuntimeVersion")
        current = self.rt.constant(self.name, "Version")
        if found.spec_name != current["spec_name"]:
            raise self.error("InvalidSpecName")
        if found.spec_version <= current["spec_version"]:
            raise self.error("SpecVersionNeedsToIncrease")
        self.deposit("CodeUpdated")

    @call(3, args=[_CODE], weight=_SET_CODE, dispatch_class=OPERATIONAL)
    def set_code_without_checks(self, origin: Origin, code: bytes) -> None:
        """Take any code; as set_code, it changes nothing here."""
        ensure_root(origin)
        self.deposit("CodeUpdated")

    @call(7, args=[("remark", Bytes)], weight=_remark_weight(8_097_000, 1_455))
    def remark_with_event(self, origin: Origin, remark: bytes) -> None:
        """Put bytes on the chain and emit their hash."""
        who = ensure_signed(origin)
        self.deposit("Remarked", who, "0x" + blake2_256(remark).hex())

    # runtime APIs

    @api("Core", returns=RuntimeVersion)
    def version(self) -> Any:
        """The version of the runtime."""
        return self.rt.constant("System", "Version")

    @api("Metadata", returns=OpaqueMetadata)
    def metadata(self) -> bytes:
        """Metadata V14."""
        return bytes(self.rt.metadata_v14)

    @api("Metadata", args=[("version", u32)], returns=Option(OpaqueMetadata))
    def metadata_at_version(self, version: int) -> bytes | None:
        """Metadata of the wanted version, or None."""
        known = {14: self.rt.metadata_v14, 15: self.rt.metadata_v15}
        return known.get(version)

    @api("Metadata", returns=Vec(u32))
    def metadata_versions(self) -> tuple[int, ...]:
        """The metadata versions that are available."""
        return (14, 15)

    @api("AccountNonceApi", args=[("account", AccountId32)], returns=u32)
    def account_nonce(self, account: str) -> int:
        """The nonce of the account's next transaction."""
        nonce: int = self.Account[account]["nonce"]
        return nonce
