"""Storage of a node at one block, decoded here by hand: no metadata, no code of taoctl.

Layouts are those of spec 424: keys are twox128(pallet) + twox128(item) + hashed key parts, values
are SCALE.
"""

from __future__ import annotations

import json
import urllib.request
from dataclasses import dataclass
from fractions import Fraction
from hashlib import blake2b
from typing import Any

import xxhash
from scalecodec.utils.ss58 import ss58_decode, ss58_encode

PALLET = "SubtensorModule"
SS58_PREFIX = 42


@dataclass(frozen=True)
class RawStorage:
    """Reads raw values over HTTP at one block hash."""

    endpoint: str
    block_hash: str

    def call(self, method: str, *params: Any) -> Any:
        """One JSON-RPC request."""
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
        request = urllib.request.Request(
            self.endpoint.replace("ws", "http", 1),
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            found = json.load(answer)
        assert "error" not in found, found
        return found["result"]

    def block(self) -> int:
        """Number of the block."""
        return int(self.call("chain_getHeader", self.block_hash)["number"], 16)

    def get(self, item: str, *parts: bytes, pallet: str = PALLET) -> bytes | None:
        """Bytes of one value, None when nothing is stored."""
        key = "0x" + storage_key(item, *parts, pallet=pallet).hex()
        found = self.call("state_getStorage", key, self.block_hash)
        return None if found is None else bytes.fromhex(found[2:])

    def number(self, item: str, *parts: bytes, default: int = 0, pallet: str = PALLET) -> int:
        """A little-endian unsigned integer (or bool), or the runtime's default."""
        found = self.get(item, *parts, pallet=pallet)
        return default if found is None else int.from_bytes(found, "little")

    def account(self, item: str, *parts: bytes) -> str | None:
        """An account as SS58."""
        found = self.get(item, *parts)
        return None if found is None else str(ss58_encode(found, SS58_PREFIX))

    def vector(self, item: str, size: int, *parts: bytes) -> list[int]:
        """A vector of little-endian unsigned integers of `size` bytes."""
        found = self.get(item, *parts)
        if found is None:
            return []
        count, at = compact(found)
        assert len(found) == at + count * size
        return [
            int.from_bytes(found[at + i * size : at + (i + 1) * size], "little")
            for i in range(count)
        ]


def twox128(text: str) -> bytes:
    """The hash of pallet and item names."""
    halves = (xxhash.xxh64_intdigest(text.encode(), seed) for seed in (0, 1))
    return b"".join(half.to_bytes(8, "little") for half in halves)


def u16(value: int) -> bytes:
    """A u16 key part under the Identity hasher."""
    return value.to_bytes(2, "little")


def storage_key(item: str, *parts: bytes, pallet: str = PALLET) -> bytes:
    """The full key of a value whose key parts are already hashed."""
    return twox128(pallet) + twox128(item) + b"".join(parts)


def blake_concat(data: bytes) -> bytes:
    """A key part under Blake2_128Concat."""
    return blake2b(data, digest_size=16).digest() + data


def compact_bytes(data: bytes) -> bytes:
    """A byte vector shorter than 16 KiB with its length."""
    size = len(data)
    head = (size << 2).to_bytes(1, "little") if size < 64 else (size << 2 | 1).to_bytes(2, "little")
    return head + data


def twox64(data: bytes) -> bytes:
    """A key part under Twox64Concat."""
    return xxhash.xxh64_intdigest(data, 0).to_bytes(8, "little") + data


def blake(address: str) -> bytes:
    """An account as a key part under Blake2_128Concat."""
    return blake_concat(bytes.fromhex(ss58_decode(address)))


def compact(data: bytes) -> tuple[int, int]:
    """A compact integer at the start of the data, and how many bytes it took."""
    match data[0] & 3:
        case 0:
            return data[0] >> 2, 1
        case 1:
            return int.from_bytes(data[:2], "little") >> 2, 2
        case 2:
            return int.from_bytes(data[:4], "little") >> 2, 4
    size = (data[0] >> 2) + 4
    return int.from_bytes(data[1 : 1 + size], "little"), 1 + size


def neurons(raw: RawStorage, netuid: int) -> list[dict[str, Any]]:
    """Every neuron of a subnet, in UID order, from storage alone."""
    net = u16(netuid)
    block, count = raw.block(), raw.number("SubnetworkN", net)
    immunity = raw.number("ImmunityPeriod", net, default=4096)
    vectors = {
        "active": raw.vector("Active", 1, net),
        "validator_permit": raw.vector("ValidatorPermit", 1, net),
        "incentive": raw.vector("Incentive", 2, net),
        "dividends": raw.vector("Dividends", 2, net),
        "consensus": raw.vector("Consensus", 2, net),
        "validator_trust": raw.vector("ValidatorTrust", 2, net),
        "emission": raw.vector("Emission", 8, net),
        "last_update": raw.vector("LastUpdate", 8, net),
    }
    found: list[dict[str, Any]] = []
    for uid in range(count):
        hotkey = raw.account("Keys", net, u16(uid))
        assert hotkey is not None
        registered = raw.number("BlockAtRegistration", net, u16(uid))
        row: dict[str, Any] = {
            "uid": uid,
            "hotkey": hotkey,
            "coldkey": raw.account("Owner", blake(hotkey)),
            "registered_at": registered,
            "immunity_left_blocks": max(0, immunity - (block - registered)),
            **{name: values[uid] if uid < len(values) else 0 for name, values in vectors.items()},
            **_stake(raw, hotkey, net),
        }
        row["active"], row["validator_permit"] = bool(row["active"]), bool(row["validator_permit"])
        found.append(row)
    _rank(raw, netuid, found)
    return found


def _stake(raw: RawStorage, hotkey: str, net: bytes) -> dict[str, int | None]:
    """Stake weights of a hotkey that lends and borrows nothing; unknown here for others."""
    key = blake(hotkey)
    for family in ("ChildKeys", "ParentKeys"):
        for where in (net, u16(0)):
            if raw.get(family, key, where) not in (None, b"\x00"):
                return {"alpha_stake": None, "tao_stake": None, "stake": None}
    alpha = raw.number("TotalHotkeyAlpha", key, net)
    tao = raw.number("TotalHotkeyAlpha", key, u16(0))
    weight = raw.number("TaoWeight", default=971_718_665_099_567_868)
    share = (weight << 32) // (2**64 - 1)
    return {"alpha_stake": alpha, "tao_stake": tao, "stake": alpha + (tao * share >> 32)}


def _rank(raw: RawStorage, netuid: int, rows: list[dict[str, Any]]) -> None:
    """Who goes first: lowest emission, then oldest, then lowest uid; the owner's best never."""
    net = u16(netuid)
    owner, coldkey = raw.account("SubnetOwnerHotkey", net), raw.account("SubnetOwner", net)
    kept = sorted(
        (row for row in rows if row["coldkey"] == coldkey),
        key=lambda row: (row["registered_at"], row["uid"]),
    )[: raw.number("ImmuneOwnerUidsLimit", net, default=1)]
    limit = raw.number("ImmuneOwnerUidsLimit", net, default=1)
    first = [row for row in rows if row["hotkey"] == owner]
    if first and first[0] not in kept:
        kept = [*first, *kept][:limit]
    order = sorted(
        (row for row in rows if row not in kept),
        key=lambda row: (row["emission"], row["registered_at"], row["uid"]),
    )
    # A registration comes in the next block, which ends an immunity of one block more.
    exposed = [row for row in order if row["immunity_left_blocks"] <= 1]
    losable = max(0, len(exposed) - raw.number("MinNonImmuneUids", net, default=10))
    queue = exposed[:losable] + [row for row in order if row["immunity_left_blocks"] > 1]
    for row in rows:
        row["prune_rank"] = None
    for rank, row in enumerate(queue, 1):
        row["prune_rank"] = rank


def subnet(raw: RawStorage, netuid: int) -> dict[str, Any]:
    """Pool, schedule and registration of a subnet from storage alone."""
    net = u16(netuid)
    tao, alpha = raw.number("SubnetTAO", net), raw.number("SubnetAlphaIn", net)
    quote = raw.number("SwapBalancer", twox64(net), default=10**18 // 2, pallet="Swap")
    last, tempo = raw.number("LastEpochBlock", net), raw.number("Tempo", net, default=360)
    pending = raw.number("PendingEpochAt", net)
    price = 10**9
    if raw.number("SubnetMechanism", net) == 1 and netuid:
        weights = ((10**18 - quote) << 64) // quote
        price = (weights * ((tao << 64) // alpha) >> 64) * 10**9 >> 64 if alpha else 0
    return {
        "netuid": netuid,
        "price": price,
        "tao_in": tao,
        "alpha_in": alpha,
        "alpha_out": raw.number("SubnetAlphaOut", net),
        "volume": raw.number("SubnetVolume", net),
        "tao_in_emission": raw.number("SubnetTaoInEmission", net),
        "alpha_in_emission": raw.number("SubnetAlphaInEmission", net),
        "alpha_out_emission": raw.number("SubnetAlphaOutEmission", net),
        "moving_price_bits": raw.number("SubnetMovingPrice", net),
        "burn": raw.number("Burn", net, default=100_000_000) if netuid else None,
        "neurons": raw.number("SubnetworkN", net),
        "max_neurons": raw.number("MaxAllowedUids", net, default=256),
        "tempo": tempo,
        "last_epoch_block": raw.number("LastMechansimStepBlock", net),
        "blocks_since_last_step": raw.block() - raw.number("LastMechansimStepBlock", net),
        "next_epoch_block": (min(last + tempo, pending) if pending else last + tempo)
        if tempo and netuid
        else None,
        "registered_at": raw.number("NetworkRegisteredAt", net),
        "owner_hotkey": raw.account("SubnetOwnerHotkey", net),
        "owner_coldkey": raw.account("SubnetOwner", net),
        "emitted": raw.number("SubnetTaoInEmission", net) + raw.number("SubnetExcessTao", net),
    }


def position(raw: RawStorage, hotkey: str, coldkey: str, netuid: int) -> Fraction:
    """A stake position as the exact share of the hotkey's alpha, from shares alone."""
    net = u16(netuid)
    share = _decimal(raw.get("AlphaV2", blake(hotkey), blake(coldkey), net))
    total = _decimal(raw.get("TotalHotkeySharesV2", blake(hotkey), net))
    alpha = raw.number("TotalHotkeyAlpha", blake(hotkey), net)
    return alpha * share / total if total else Fraction(0)


def _decimal(data: bytes | None) -> Fraction:
    """mantissa (u128) * 10 ** exponent (i64)."""
    if data is None:
        return Fraction(0)
    assert len(data) == 24
    exponent = int.from_bytes(data[16:], "little", signed=True)
    return int.from_bytes(data[:16], "little") * Fraction(10) ** exponent


def root_owed(raw: RawStorage, coldkey: str) -> dict[tuple[str, int], int]:
    """Rao of alpha that each root position of a coldkey is owed, by hotkey and subnet; no zeros."""
    found: dict[tuple[str, int], int] = {}
    staked = raw.get("StakingHotkeys", blake(coldkey)) or b"\0"
    count, at = compact(staked)
    keys = [staked[at + i * 32 : at + (i + 1) * 32] for i in range(count)]
    for hotkey in (str(ss58_encode(key, SS58_PREFIX)) for key in keys):
        rates = raw.get("RootClaimable", blake(hotkey)) or b"\0"
        count, at = compact(rates)
        stake = int(position(raw, hotkey, coldkey, 0))
        for one in (rates[at + i * 18 : at + (i + 1) * 18] for i in range(count)):
            netuid = int.from_bytes(one[:2], "little")
            rate = int.from_bytes(one[2:], "little", signed=True)
            claimed = raw.number("RootClaimed", u16(netuid), blake(hotkey), blake(coldkey))
            owed = (rate * stake - (claimed << 32)) >> 32
            if owed > 0:
                found[hotkey, netuid] = owed
    return found
