"""Commitments: what a neuron publishes on its subnet, in the open or to be opened by drand.

Source: pallet_commitments of subtensor at spec 425; who may commit and whose bonds are reset is
from its runtime.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from taoctl.addresses import decode_ss58
from taoctl.localnet.frame import (
    Constant,
    Event,
    Identity,
    Origin,
    Other,
    Pallet,
    StorageMap,
    StorageValue,
    Twox64Concat,
    call,
    ensure_root,
    ensure_signed,
)
from taoctl.localnet.pallets.commitment_types import (
    BIG_RAW,
    MOST_BIG_RAW_BYTES,
    MOST_TIMELOCKED_BYTES,
    RESET_BONDS,
    TIMELOCKED,
    CommitmentInfo,
    Data,
    Registration,
    UsageTracker,
    parts,
    registration_bytes,
    space,
)
from taoctl.localnet.pallets.system_types import DB_READ, DB_WRITE
from taoctl.localnet.types import AccountId32, BTreeSet, Bytes, Tup, Vec, u16, u32, u64
from taoctl.scale.crypto import twox_64
from taoctl.scale.timelock import opened

MOST_FIELDS = 3
LEAST_SPACE = 100
"""What a commitment counts as at least."""
MOST_REVEALS = 10
"""Of what drand opened the last are kept."""

_PLACE = [(Identity, u16), (Twox64Concat, AccountId32)]
_WHO = ("who", AccountId32, "T::AccountId")
_NETUID = ("netuid", u16, "NetUid")


class Commitments(Pallet):
    """set_commitment, and the chain's own reveal of timelocked ones.

    Deposits are zero on mainnet, so nothing is reserved.
    """

    name = "Commitments"
    index = 18
    crate = "pallet_commitments::pallet"

    TimelockedIndex = StorageValue(BTreeSet(Tup(u16, AccountId32)))
    CommitmentOf = StorageMap(Registration, _PLACE, optional=True)
    LastCommitment = StorageMap(u32, _PLACE, optional=True)
    LastBondsReset = StorageMap(u32, _PLACE, optional=True)
    RevealedCommitments = StorageMap(Vec(Tup(Bytes, u64)), _PLACE, optional=True)
    UsedSpaceOf = StorageMap(UsageTracker, _PLACE, optional=True)
    MaxSpace = StorageValue(u32, default=3_100)

    events = [
        Event(0, "Commitment", [_NETUID, _WHO]),
        Event(1, "TimelockCommitment", [_NETUID, _WHO, ("reveal_round", u64)]),
        Event(2, "CommitmentRevealed", [_NETUID, _WHO]),
    ]
    errors = [
        "TooManyFieldsInCommitmentInfo",
        "AccountNotAllowedCommit",
        "SpaceLimitExceeded",
        "UnexpectedUnreserveLeftover",
    ]
    constants = [
        Constant("MaxFields", u32, MOST_FIELDS),
        Constant("InitialDeposit", u64, 0),
        Constant("FieldDeposit", u64, 0),
    ]

    @call(
        0,
        args=[
            _NETUID,
            ("info", CommitmentInfo, "Box<CommitmentInfo<T::MaxFields>>"),
        ],
        weight=33_480_000 + 5 * DB_READ + 4 * DB_WRITE,
        pays=False,
    )
    def set_commitment(self, origin: Origin, netuid: int, info: dict[str, Any]) -> None:
        """Publish fields in place of those before; each epoch has room for so many bytes."""
        who, fields = ensure_signed(origin), info["fields"]
        if any(_too_long(field) for field in fields):
            # No runtime reads a call with a longer one.
            raise Other
        if (netuid, who) not in self.rt.subtensor.Uids:
            raise self.error("AccountNotAllowedCommit")
        if len(fields) > MOST_FIELDS:
            raise self.error("TooManyFieldsInCommitmentInfo")
        if RESET_BONDS in fields:
            self.LastBondsReset[netuid, who] = self.rt.block_number
            self.rt.subtensor.reset_bonds(netuid, who)
        self._use_space(netuid, who, fields)
        block = self.rt.block_number
        self.CommitmentOf[netuid, who] = {"deposit": 0, "block": block, "info": info}
        self.LastCommitment[netuid, who] = block
        locked = next((v for name, v in map(parts, fields) if name == TIMELOCKED), None)
        self._list_timelocked(netuid, who, there=locked is not None)
        if locked is None:
            self.deposit("Commitment", netuid, who)
        else:
            self.deposit("TimelockCommitment", netuid, who, locked["reveal_round"])

    @call(2, args=[("new_limit", u32)], weight=2_856_000 + DB_WRITE)
    def set_max_space(self, origin: Origin, new_limit: int) -> None:
        """Set how many bytes a neuron may publish in an epoch."""
        ensure_root(origin)
        self.MaxSpace.put(new_limit)

    def published(self, netuid: int) -> list[tuple[str, bytes]]:
        """Who has committed to what on a subnet, as SCALE bytes, in the order of storage keys."""
        found = [(str(who), stored) for who, stored in self.CommitmentOf.prefix(netuid)]
        keyed = sorted(found, key=lambda one: twox_64(decode_ss58(one[0])))
        return [(who, registration_bytes(stored)) for who, stored in keyed]

    def purge(self, netuid: int) -> None:
        """Forget all commitments on a subnet."""
        for item in (
            self.CommitmentOf,
            self.LastCommitment,
            self.LastBondsReset,
            self.RevealedCommitments,
            self.UsedSpaceOf,
        ):
            item.clear(netuid)
        kept = tuple(one for one in self.TimelockedIndex.get() if one[0] != netuid)
        self.TimelockedIndex.put(kept)

    def on_initialize(self, number: int) -> None:
        """Open what is timelocked and whose pulse is there."""
        for netuid, who in self.TimelockedIndex.get():
            self._reveal(netuid, who)

    def _use_space(self, netuid: int, who: str, fields: Sequence[Data]) -> None:
        needed = max(sum(map(space, fields)), LEAST_SPACE)
        epoch = int(self.rt.subtensor.SubnetEpochIndex[netuid])
        before = self.UsedSpaceOf[netuid, who]
        used = before["used_space"] if before and before["last_epoch"] == epoch else 0
        if used + needed > self.MaxSpace.get():
            raise self.error("SpaceLimitExceeded")
        self.UsedSpaceOf[netuid, who] = {"last_epoch": epoch, "used_space": used + needed}

    def _list_timelocked(self, netuid: int, who: str, *, there: bool) -> None:
        listed = set(self.TimelockedIndex.get())
        changed = listed | {(netuid, who)} if there else listed - {(netuid, who)}
        if changed != listed:
            self.TimelockedIndex.put(tuple(sorted(changed, key=_order)))

    def _reveal(self, netuid: int, who: str) -> None:
        stored = self.CommitmentOf[netuid, who]
        fields = () if stored is None else stored["info"]["fields"]
        if not any(parts(field)[0] == TIMELOCKED for field in fields):
            self._list_timelocked(netuid, who, there=False)
            return
        left, found, waiting = [], [], 0
        for field in fields:
            name, value = parts(field)
            pulse = self._pulse(value["reveal_round"]) if name == TIMELOCKED else None
            if pulse is None:
                left.append(field)
                waiting += name == TIMELOCKED
            elif data := opened(bytes(value["encrypted"]), pulse):
                found.append(data)
        if len(left) == len(fields):
            return
        self._keep_revealed(netuid, who, found)
        if left:
            self.CommitmentOf[netuid, who] = {**stored, "info": {"fields": tuple(left)}}
        else:
            del self.CommitmentOf[netuid, who]
        self._list_timelocked(netuid, who, there=waiting > 0)

    def _pulse(self, drand_round: int) -> bytes | None:
        signature: bytes | None = self.rt.drand.signature_of(drand_round)
        return signature

    def _keep_revealed(self, netuid: int, who: str, found: Sequence[bytes]) -> None:
        """Keep what was opened; what could not be, or was empty, is gone without an event."""
        if not found:
            return
        kept = [*(self.RevealedCommitments[netuid, who] or ())]
        for data in found:
            kept.append((data, self.rt.block_number))
            self.deposit("CommitmentRevealed", netuid, who)
        self.RevealedCommitments[netuid, who] = tuple(kept[-MOST_REVEALS:])


def _too_long(field: Data) -> bool:
    name, value = parts(field)
    if name == TIMELOCKED:
        return len(value["encrypted"]) > MOST_TIMELOCKED_BYTES
    return name == BIG_RAW and len(value) > MOST_BIG_RAW_BYTES


def _order(place: tuple[int, str]) -> tuple[int, bytes]:
    """By the bytes of the account, as a BTreeSet is."""
    return place[0], decode_ss58(place[1])
