"""Drand: pulses of the randomness beacon quicknet, which open what was encrypted to their rounds.

Nothing feeds them in: a node here asks nobody on the internet. `dev_addPulse` writes one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from taoctl.localnet.frame import (
    Blake2_128Concat,
    Constant,
    Event,
    Identity,
    Origin,
    Pallet,
    StorageMap,
    StorageValue,
    call,
    ensure_none,
    ensure_root,
)
from taoctl.localnet.pallets.system_types import DB_READ, DB_WRITE
from taoctl.localnet.types import (
    Array,
    Bounded,
    Enum,
    MultiSignature,
    Option,
    Struct,
    Variant,
    Vec,
    bool_,
    u8,
    u32,
    u64,
)
from taoctl.scale.timelock import QUICKNET_PUBLIC_KEY, is_pulse

MAX_KEPT_PULSES = 216_000
"""Rounds of a week; what is older is dropped."""
MAX_REMOVED_PULSES = 100
"""Dropped at once, at most."""

_BYTES = Bounded(u8)
Pulse = Struct(
    "pallet_drand::types::Pulse",
    [
        ("round", u64, "RoundNumber"),
        ("randomness", _BYTES, "BoundedVec<u8, ConstU32<32>>"),
        ("signature", _BYTES, "BoundedVec<u8, ConstU32<144>>"),
    ],
)
_BeaconMetadata = Struct("pallet_drand::types::Metadata", [("beacon_id", _BYTES, "BoundedHash")])
BeaconConfiguration = Struct(
    "pallet_drand::types::BeaconConfiguration",
    [
        ("public_key", _BYTES, "OpaquePublicKey"),
        ("period", u32),
        ("genesis_time", u32),
        ("hash", _BYTES, "BoundedHash"),
        ("group_hash", _BYTES, "BoundedHash"),
        ("scheme_id", _BYTES, "BoundedHash"),
        ("metadata", _BeaconMetadata, "Metadata"),
    ],
)
_MultiSigner = Enum(
    "sp_runtime::MultiSigner",
    [
        Variant("Ed25519", 0, [(None, Array(u8, 32), "ed25519::Public")]),
        Variant("Sr25519", 1, [(None, Array(u8, 32), "sr25519::Public")]),
        Variant("Ecdsa", 2, [(None, Array(u8, 33), "ecdsa::Public")]),
    ],
)
_PARAMS: list[tuple[str, Any]] = [("Public", _MultiSigner), ("BlockNumber", u32)]
_PulsesPayload = Struct(
    "pallet_drand::types::PulsesPayload",
    [
        ("block_number", u32, "BlockNumber"),
        ("pulses", Vec(Pulse)),
        ("public", _MultiSigner, "Public"),
    ],
    params=_PARAMS,
)
_BeaconPayload = Struct(
    "pallet_drand::types::BeaconConfigurationPayload",
    [
        ("block_number", u32, "BlockNumber"),
        ("config", BeaconConfiguration),
        ("public", _MultiSigner, "Public"),
    ],
    params=_PARAMS,
)
_SIGNATURE = ("signature", Option(MultiSignature), "Option<T::Signature>")

QUICKNET = {
    "public_key": QUICKNET_PUBLIC_KEY,
    "period": 3,
    "genesis_time": 1_692_803_367,
    "hash": bytes.fromhex("52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"),
    "group_hash": bytes.fromhex("f477d5c89f21a17c863a7f937c6a6d15859414d2be09cd448d4279af331c5d3e"),
    "scheme_id": b"bls-unchained-g1-rfc9380",
    "metadata": {"beacon_id": b"quicknet"},
}
"""The beacon that the runtime follows; a round is made every three seconds."""


class Drand(Pallet):
    """The pulses there are. Unsigned extrinsics, by which others write them, are not taken."""

    name = "Drand"
    index = 26
    crate = "pallet_drand::pallet"

    BeaconConfig = StorageValue(BeaconConfiguration, QUICKNET)
    HasMigrationRun = StorageMap(bool_, [(Identity, _BYTES)])
    Pulses = StorageMap(Pulse, [(Blake2_128Concat, u64)], optional=True)
    LastStoredRound = StorageValue(u64)
    OldestStoredRound = StorageValue(u64)
    NextUnsignedAt = StorageValue(u32)

    events = [
        Event(0, "BeaconConfigChanged"),
        Event(1, "NewPulse", [("rounds", Vec(u64), "Vec<RoundNumber>")]),
        Event(2, "SetOldestStoredRound", [u64]),
    ]
    errors = [
        "NoneValue",
        "StorageOverflow",
        "DrandConnectionFailure",
        "UnverifiedPulse",
        "InvalidRoundNumber",
        "PulseVerificationError",
    ]
    constants = [
        Constant("UnsignedPriority", u64, 1 << 20),
        Constant("HttpFetchTimeout", u64, 1_000),
    ]

    @call(
        0,
        args=[
            (
                "pulses_payload",
                _PulsesPayload,
                "PulsesPayload<T::Public, BlockNumberFor<T>>",
            ),
            _SIGNATURE,
        ],
        weight=4_294_000_000 + 3 * DB_READ + 4 * DB_WRITE,
    )
    def write_pulse(self, origin: Origin, pulses_payload: Any, signature: Any) -> None:
        """Keep pulses that are quicknet's, each of a later round than all before; not signed."""
        ensure_none(origin)
        last, oldest = self.LastStoredRound.get(), self.OldestStoredRound.get()
        rounds: list[int] = []
        for pulse in pulses_payload["pulses"]:
            if not is_pulse(pulse["round"], pulse["signature"]):
                raise self.error("PulseVerificationError")
            if pulse["round"] <= last:
                raise self.error("InvalidRoundNumber")
            last = pulse["round"]
            self.Pulses[last] = pulse
            rounds.append(last)
        first = self.LastStoredRound.get() == 0 and oldest == 0
        self.LastStoredRound.put(last)
        if first and rounds:
            self.OldestStoredRound.put(rounds[0])
        self._drop_old(last)
        self.NextUnsignedAt.put(self.rt.block_number)
        if rounds:
            self.deposit("NewPulse", rounds)

    @call(
        1,
        args=[
            (
                "config_payload",
                _BeaconPayload,
                "BeaconConfigurationPayload<T::Public, BlockNumberFor<T>>",
            ),
            _SIGNATURE,
        ],
        weight=8_766_000 + 2 * DB_WRITE,
    )
    def set_beacon_config(self, origin: Origin, config_payload: Any, signature: Any) -> None:
        """Name another beacon; root only. Pulses are still held against quicknet's key here."""
        ensure_root(origin)
        self.BeaconConfig.put(config_payload["config"])
        self.NextUnsignedAt.put(self.rt.block_number + 1)
        self.deposit("BeaconConfigChanged")

    @call(2, args=[("oldest_round", u64)], weight=5_370_000 + DB_WRITE)
    def set_oldest_stored_round(self, origin: Origin, oldest_round: int) -> None:
        """Say from which round on pulses are kept; root only."""
        ensure_root(origin)
        self.OldestStoredRound.put(oldest_round)
        self.deposit("SetOldestStoredRound", oldest_round)

    def signature_of(self, drand_round: int) -> bytes | None:
        """The signature that opens what was encrypted to a round; None while there is no pulse."""
        pulse = self.Pulses[drand_round]
        return None if pulse is None else bytes(pulse["signature"]).removeprefix(b"0x")

    def _drop_old(self, last: int) -> None:
        oldest = self.OldestStoredRound.get()
        if not oldest:
            return
        removed = 0
        while last - oldest + 1 > MAX_KEPT_PULSES and removed < MAX_REMOVED_PULSES:
            del self.Pulses[oldest]
            oldest, removed = oldest + 1, removed + 1
        self.OldestStoredRound.put(oldest)


def pulses_payload(pulses: Sequence[tuple[int, bytes, bytes]], block: int) -> dict[str, Any]:
    """What `write_pulse` takes, of (round, randomness, signature); nobody's key signs it."""
    named = [
        {"round": number, "randomness": randomness, "signature": signature}
        for number, randomness, signature in pulses
    ]
    return {"block_number": block, "pulses": named, "public": {"Sr25519": bytes(32)}}
