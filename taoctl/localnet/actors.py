"""Simulated validators, traders and registrants: they sign extrinsics like everybody."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from taoctl.errors import TaoctlError
from taoctl.localnet import opinions
from taoctl.localnet.frame import Host, Runtime
from taoctl.localnet.genesis import keys
from taoctl.localnet.genesis.accounts import account, signer
from taoctl.localnet.genesis.draw import Draw, digest64
from taoctl.localnet.genesis.world import Scenario
from taoctl.localnet.opening import Opening
from taoctl.localnet.signing import sign_extrinsic
from taoctl.units import RAO_PER_TAO

_SEATS_KEPT_BLOCKS = 16
_OPINION_BLOCKS = 12
_QUORUM = 3
_FEE_ROOM = 100_000_000
_PURSE = 200 * RAO_PER_TAO
"""TAO that a trader keeps for itself."""
_SEAT_WORTH = (RAO_PER_TAO // 10, 4 * RAO_PER_TAO)
"""What newcomers pay at most for a seat, so that burns settle instead of racing to their cap."""
_log = logging.getLogger(__name__)

Action = tuple[str, str, Mapping[str, Any]]
"""The key label of who signs, the call's name, its arguments."""


@dataclass(frozen=True, slots=True, order=True)
class _Seat:
    netuid: int
    hotkey: str
    tier: int
    salt: int


class Actors:
    """Everybody who acts on a localnet by themselves.

    They keep no memory of their own beyond caches: what they do follows from the scenario's seed
    and the chain's state, so a restarted chain goes on in the same way.

    Args:
        scenario: whose actors.
        runtime: the chain they look at and never change.
        nonce_of: the next nonce of an account, counting what waits in the pool.
        opening: what is signed in a new chain's first blocks, before all else.
    """

    def __init__(
        self,
        scenario: Scenario,
        runtime: Runtime,
        nonce_of: Callable[[str], int],
        opening: Opening | None = None,
    ) -> None:
        self.scenario, self.opening = scenario, opening
        self._runtime, self._nonce_of = runtime, nonce_of
        self._labels = _labels(scenario)
        self._courses = {
            keys.demo_hotkey(scenario, s.hotkey_name): s.course for s in keys.stories(scenario)
        }
        self._seats: dict[int, list[_Seat]] = {}
        self._seats_block = -_SEATS_KEPT_BLOCKS
        self._qualities: dict[int, tuple[int, list[int]]] = {}

    def extrinsics(self, block: int, block_hash: bytes, genesis_hash: bytes) -> Iterator[bytes]:
        """What the actors want in the block after `block`, the head: signed extrinsics.

        Each is signed when it is asked for, so that its nonce counts those submitted before it.
        What cannot be signed is logged and left out.
        """
        if self.opening is not None:
            yield from self.opening.extrinsics(block, block_hash, genesis_hash)
        rt = self._runtime.at(block)
        if block - self._seats_block >= _SEATS_KEPT_BLOCKS or block < self._seats_block:
            self._seats, self._seats_block = self._find_seats(rt), block
        wanted = chain(
            self._registrations(rt, block), self._trades(rt, block), self._weights(rt, block)
        )
        for action in islice(wanted, self.scenario.extrinsics_per_block):
            try:
                raw = self._signed(action, (block, block_hash), genesis_hash)
            except TaoctlError as error:
                _log.warning("an actor could not sign %s: %s", action[1], error)
                continue
            yield raw

    def _signed(self, action: Action, birth: tuple[int, bytes], genesis_hash: bytes) -> bytes:
        label, call, args = action
        key, codec = signer(label), self._runtime.codec
        call_bytes = codec.compose_call("SubtensorModule", call, args)
        return sign_extrinsic(codec, key, call_bytes, self._nonce_of(key.ss58), birth, genesis_hash)

    # validators

    def _find_seats(self, rt: Host) -> dict[int, list[_Seat]]:
        """The validators' hotkeys with their keys, by subnet, those with most stake first."""
        module = rt.subtensor
        found: dict[int, list[tuple[int, str]]] = {}
        for hotkey in self._labels:
            for netuid, seated in module.IsNetworkMember.prefix(hotkey):
                if seated and netuid:
                    found.setdefault(netuid, []).append(
                        (-module.hotkey_alpha(hotkey, netuid), hotkey)
                    )
        return {
            netuid: [
                _Seat(netuid, hotkey, place // _QUORUM, self._salt(netuid, hotkey))
                for place, (_, hotkey) in enumerate(sorted(ranked))
            ]
            for netuid, ranked in found.items()
        }

    def _salt(self, netuid: int, hotkey: str) -> int:
        return digest64(self.scenario.seed, hotkey, netuid)

    def _weights(self, rt: Host, block: int) -> Iterable[Action]:
        """Weights of the validators whose turn it is.

        The oldest weights go first; among equals the heaviest validators of each subnet, who
        make its consensus together, and among those the ones before the nearest epoch.
        """
        module = rt.subtensor
        due = [
            (updated, seat.tier, module.next_epoch_block(netuid) or 0, seat.salt ^ block, seat)
            for netuid, seats in self._seats.items()
            for updated, seat in self._due(rt, netuid, seats, block)
        ]
        due.sort()
        for *_, seat in due:
            weights = self._opinion(rt, seat, block)
            if weights:
                yield (
                    self._labels[seat.hotkey],
                    "set_weights",
                    {
                        "netuid": seat.netuid,
                        "dests": [uid for uid, _ in weights],
                        "weights": [value for _, value in weights],
                        "version_key": module.WeightsVersionKey[seat.netuid],
                    },
                )

    def _due(
        self, rt: Host, netuid: int, seats: Iterable[_Seat], block: int
    ) -> Iterator[tuple[int, _Seat]]:
        """The validators of a subnet who set weights now, with the block of their last ones.

        Each sets weights once between two epochs, at a block of its own; before the first epoch
        all do so at once. Where weights must be committed first they set none.
        """
        module = rt.subtensor
        if module.CommitRevealWeightsEnabled[netuid]:
            return
        permits, updates = module.ValidatorPermit[netuid], module.LastUpdate[netuid]
        last, epoch = module.LastEpochBlock[netuid], module.SubnetEpochIndex[netuid]
        latest = min(last - 1, block - module.WeightsSetRateLimit[netuid])
        span = max(module.Tempo[netuid] - 3, 1) if epoch else 1
        for seat in seats:
            uid = module.Uids.get((netuid, seat.hotkey))
            if uid is None or uid >= min(len(permits), len(updates)):
                continue
            if not permits[uid] or 0 < updates[uid] > latest:
                continue
            wait = (seat.salt >> epoch % 32) % span
            if block >= last + wait:
                yield updates[uid], seat

    def _opinion(self, rt: Host, seat: _Seat, block: int) -> list[tuple[int, int]]:
        seed, netuid = self.scenario.seed, seat.netuid
        qualities, period = self._quality(rt, netuid, block), block // _OPINION_BLOCKS
        weights = opinions.opinion(seed, seat.hotkey, netuid, period, qualities)
        owner, burned = rt.subtensor.owner_uid(netuid), opinions.burned_percent(seed, netuid)
        if burned and owner is not None:
            return opinions.with_burn(weights, owner, burned)
        return weights

    def _quality(self, rt: Host, netuid: int, block: int) -> list[int]:
        """Quality of each uid, 0 for validators; looked at anew every few blocks."""
        period = (block + netuid) // _OPINION_BLOCKS
        kept = self._qualities.get(netuid)
        if kept is None or kept[0] != period:
            miners = [
                None if hotkey in self._labels else (hotkey, self._courses.get(hotkey, "miner"))
                for hotkey in rt.subtensor.seated_hotkeys(netuid)
            ]
            seen_at = max(period * _OPINION_BLOCKS - netuid, 0)
            values = opinions.qualities(self.scenario.seed, netuid, miners, seen_at)
            kept = self._qualities[netuid] = (period, values)
        return kept[1]

    # traders and registrants

    def _trades(self, rt: Host, block: int) -> Iterable[Action]:
        count = max(1, self.scenario.subnets // 40)
        for turn in range(count):
            draw = Draw(self.scenario.seed, "trade", block, turn)
            label = keys.trader_label(self.scenario, draw.below(keys.TRADERS))
            netuid = draw.pick(self.scenario.netuids)
            trade = self._trade(rt, label, netuid, block, draw)
            if trade is not None:
                yield trade

    def _trade(self, rt: Host, label: str, netuid: int, block: int, draw: Draw) -> Action | None:
        """A buy or a sale of a small part of the pool, as the mood of the market goes.

        Who is short of TAO only sells, so that traders never run dry.
        """
        module, coldkey = rt.subtensor, signer(label).ss58
        if not module.SubtokenEnabled[netuid]:
            return None
        hotkey = module.SubnetOwnerHotkey[netuid]
        free = rt.balances.reducible(coldkey, keep_alive=True) - _FEE_ROOM
        if draw.chance(opinions.mood(self.scenario.seed, netuid, block)) and free > _PURSE:
            amount = min(module.SubnetTAO[netuid] * draw.between(5, 120) // 10_000, free // 4)
            if amount <= _FEE_ROOM:
                return None
            return label, "add_stake", _stake(hotkey, netuid, "amount_staked", amount)
        held = module.stake_of(hotkey, coldkey, netuid)
        amount = min(held * draw.between(5, 40) // 100, module.SubnetAlphaIn[netuid] // 80)
        if amount <= _FEE_ROOM:
            return None
        return label, "remove_stake", _stake(hotkey, netuid, "amount_unstaked", amount)

    def _registrations(self, rt: Host, block: int) -> Iterable[Action]:
        every = self.scenario.registration_every_blocks
        if not every or (block + 1) % every:
            return
        draw = Draw(self.scenario.seed, "registration", block)
        label = keys.registrant_label(self.scenario, draw.below(keys.REGISTRANTS))
        free = rt.balances.reducible(signer(label).ss58, keep_alive=True)
        most = min(draw.octaves(*_SEAT_WORTH), free - _FEE_ROOM)
        seats = [
            netuid
            for netuid in self.scenario.registration_netuids
            if rt.subtensor.Burn[netuid] <= most and self._takes_newcomers(rt, netuid)
        ]
        if seats:
            hotkey = account(f"{self.scenario.name}/newcomer/{block}")
            yield label, "burned_register", {"netuid": draw.pick(seats), "hotkey": hotkey}

    def _takes_newcomers(self, rt: Host, netuid: int) -> bool:
        """Whether the subnet is open and its neurons were judged, so that a weak one can go."""
        module = rt.subtensor
        return bool(
            module.NetworkRegistrationAllowed[netuid] and module.SubnetEpochIndex[netuid] > 1
        )


def _stake(hotkey: str, netuid: int, what: str, amount: int) -> dict[str, Any]:
    return {"hotkey": hotkey, "netuid": netuid, what: amount}


def _labels(scenario: Scenario) -> dict[str, str]:
    """Hotkeys that validate, with the labels of their keys."""
    found = {v.hotkey: v.label for v in keys.validators(scenario)}
    for netuid in scenario.netuids:
        label = keys.owner_label(scenario, netuid)
        found[signer(label).ss58] = label
    return found
