"""Simulated validators, traders and registrants: they sign extrinsics like everybody."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from taoctl.errors import TaoctlError
from taoctl.localnet import opinions
from taoctl.localnet.frame import Runtime
from taoctl.localnet.genesis import keys
from taoctl.localnet.genesis.accounts import account, signer
from taoctl.localnet.genesis.draw import Draw, digest64
from taoctl.localnet.genesis.world import Scenario
from taoctl.scale.crypto import SR25519, KeySigner

ERA_BLOCKS = 16
"""How long an actor's extrinsic stays valid."""

_SEATS_KEPT_BLOCKS = 16
_OPINION_BLOCKS = 6
_FEE_ROOM = 100_000_000
_log = logging.getLogger(__name__)

Action = tuple[str, str, Mapping[str, Any]]
"""The key label of who signs, the call's name, its arguments."""


@dataclass(frozen=True, slots=True)
class _Seat:
    netuid: int
    hotkey: str
    label: str


class Actors:
    """Everybody who acts on a localnet by themselves.

    They keep no memory of their own beyond caches: what they do follows from the scenario's seed
    and the chain's state, so a restarted chain goes on in the same way.

    Args:
        scenario: whose actors.
        runtime: the chain they look at; only read.
        submit: takes a signed extrinsic's bytes as `author_submitExtrinsic` does, and raises
            when it is refused.
        nonce_of: the next nonce of an account, what waits in the pool counted.
    """

    def __init__(
        self,
        scenario: Scenario,
        runtime: Runtime,
        submit: Callable[[bytes], object],
        nonce_of: Callable[[str], int],
    ) -> None:
        self.scenario, self._rt = scenario, runtime
        self._submit, self._nonce_of = submit, nonce_of
        self._labels = _labels(scenario)
        self._courses = {
            keys.demo_hotkey(scenario, s.hotkey_name): s.course for s in keys.stories(scenario)
        }
        self._seats: tuple[_Seat, ...] = ()
        self._seats_block = -_SEATS_KEPT_BLOCKS
        self._qualities: dict[int, tuple[int, list[int]]] = {}

    def act(self, block: int, block_hash: bytes, genesis_hash: bytes) -> int:
        """Submit what the actors want in the block after `block`; returns how much was taken.

        A refusal is logged and changes nothing else.
        """
        if block - self._seats_block >= _SEATS_KEPT_BLOCKS or block < self._seats_block:
            self._seats, self._seats_block = tuple(self._find_seats()), block
        actions = [*self._registrations(block), *self._trades(block)]
        room = self.scenario.extrinsics_per_block - len(actions)
        actions += self._weights(block, max(room, 0))
        taken = 0
        for label, call, args in actions:
            taken += self._send(label, call, args, block, block_hash, genesis_hash)
        return taken

    def _send(
        self,
        label: str,
        call: str,
        args: Mapping[str, Any],
        block: int,
        block_hash: bytes,
        genesis_hash: bytes,
    ) -> bool:
        key = signer(label)
        try:
            raw = self._signed(key, call, args, block, block_hash, genesis_hash)
            self._submit(raw)
        except (TaoctlError, LookupError, ValueError) as error:
            _log.info("actor %s could not %s after block %d: %s", label, call, block, error)
            return False
        return True

    def _signed(
        self,
        key: KeySigner,
        call: str,
        args: Mapping[str, Any],
        block: int,
        block_hash: bytes,
        genesis_hash: bytes,
    ) -> bytes:
        codec = self._rt.codec
        call_bytes = codec.compose_call("SubtensorModule", call, args)
        era = {"period": ERA_BLOCKS, "current": block}
        nonce = self._nonce_of(key.ss58)
        payload = codec.signature_payload(
            call_bytes,
            era=era,
            nonce=nonce,
            tip=0,
            genesis_hash=genesis_hash,
            era_block_hash=block_hash,
        )
        raw, _ = codec.encode_signed_extrinsic(
            call_bytes,
            public_key=key.public_key,
            signature=key.sign(payload),
            signature_version=SR25519,
            era=era,
            nonce=nonce,
            tip=0,
        )
        return raw

    # validators

    def _find_seats(self) -> Iterable[_Seat]:
        member = self._rt.subtensor.IsNetworkMember
        for hotkey, label in self._labels.items():
            for netuid, seated in member.prefix(hotkey):
                if seated and netuid:
                    yield _Seat(netuid, hotkey, label)

    def _weights(self, block: int, room: int) -> Iterable[Action]:
        """Weights of the validators whose turn it is, those before the nearest epoch first."""
        due = (
            sorted(
                (urgency, digest64(block, seat.netuid, seat.hotkey), seat)
                for seat in self._seats
                if (urgency := self._urgency(seat, block)) is not None
            )
            if room
            else []
        )
        for _, _, seat in due[:room]:
            weights = self._opinion(seat, block)
            if weights:
                yield (
                    seat.label,
                    "set_weights",
                    {
                        "netuid": seat.netuid,
                        "dests": [uid for uid, _ in weights],
                        "weights": [value for _, value in weights],
                        "version_key": self._rt.subtensor.WeightsVersionKey[seat.netuid],
                    },
                )

    def _urgency(self, seat: _Seat, block: int) -> int | None:
        """The block of the epoch that a validator's weights are due for, or None if they are not.

        Each validator sets weights once between two epochs, at a block of its own.
        """
        module, netuid = self._rt.subtensor, seat.netuid
        uid = module.Uids.get((netuid, seat.hotkey))
        if uid is None or not module.ValidatorPermit[netuid][uid]:
            return None
        updated, last = module.LastUpdate[netuid][uid], module.LastEpochBlock[netuid]
        since = block + 1 - updated
        if updated > last or (updated and since < module.WeightsSetRateLimit[netuid]):
            return None
        epoch, tempo = module.SubnetEpochIndex[netuid], module.Tempo[netuid]
        if epoch:
            wait = digest64(self.scenario.seed, seat.hotkey, netuid, epoch) % max(tempo - 3, 1)
            if block < last + wait:
                return None
        pending = module.PendingEpochAt[netuid]
        due = int(last + tempo)
        return min(due, int(pending)) if pending else due

    def _opinion(self, seat: _Seat, block: int) -> list[tuple[int, int]]:
        seed, netuid = self.scenario.seed, seat.netuid
        weights = opinions.opinion(
            seed, seat.hotkey, netuid, block // _OPINION_BLOCKS, self._quality(netuid, block)
        )
        burned = opinions.burned_percent(seed, netuid)
        owner = self._rt.subtensor.owner_uid(netuid)
        if burned and owner is not None and weights:
            total = sum(value for _, value in weights)
            share = total * burned // (100 - burned)
            top = max(share, 65_535)
            weights = [(uid, value * 65_535 // top) for uid, value in weights]
            weights = [(uid, value) for uid, value in weights if value]
            weights.append((owner, share * 65_535 // top))
            weights.sort()
        return weights

    def _quality(self, netuid: int, block: int) -> list[int]:
        """Quality of each uid, 0 for validators; looked at anew every few blocks."""
        period = block // _OPINION_BLOCKS
        kept = self._qualities.get(netuid)
        if kept is None or kept[0] != period:
            table, seed = self._rt.subtensor.Keys, self.scenario.seed
            values = []
            for uid in range(self._rt.subtensor.SubnetworkN[netuid]):
                hotkey = table[netuid, uid]
                course = self._courses.get(hotkey, "miner")
                values.append(
                    0
                    if hotkey in self._labels
                    else opinions.quality(seed, netuid, hotkey, course, period * _OPINION_BLOCKS)
                )
            kept = self._qualities[netuid] = (period, values)
        return kept[1]

    # traders and registrants

    def _trades(self, block: int) -> Iterable[Action]:
        count = max(1, self.scenario.subnets // 40)
        for turn in range(count):
            draw = Draw(self.scenario.seed, "trade", block, turn)
            label = keys.trader_label(self.scenario, draw.below(keys.TRADERS))
            netuid = draw.pick(self.scenario.netuids)
            trade = self._trade(label, netuid, block, draw)
            if trade is not None:
                yield trade

    def _trade(self, label: str, netuid: int, block: int, draw: Draw) -> Action | None:
        """A buy or a sale of a small part of the pool, as the mood of the market goes."""
        module, coldkey = self._rt.subtensor, signer(label).ss58
        if not module.SubtokenEnabled[netuid]:
            return None
        hotkey = module.SubnetOwnerHotkey[netuid]
        if draw.chance(opinions.mood(self.scenario.seed, netuid, block)):
            free = self._rt.balances.reducible(coldkey, keep_alive=True) - _FEE_ROOM
            amount = min(module.SubnetTAO[netuid] * draw.between(5, 120) // 10_000, free // 4)
            if amount <= _FEE_ROOM:
                return None
            return label, "add_stake", _stake(hotkey, netuid, "amount_staked", amount)
        held = module.stake_of(hotkey, coldkey, netuid)
        amount = min(held * draw.between(5, 40) // 100, module.SubnetAlphaIn[netuid] // 80)
        if amount <= _FEE_ROOM:
            return None
        return label, "remove_stake", _stake(hotkey, netuid, "amount_unstaked", amount)

    def _registrations(self, block: int) -> Iterable[Action]:
        every = self.scenario.registration_every_blocks
        if not every or (block + 1) % every:
            return
        draw = Draw(self.scenario.seed, "registration", block)
        label = keys.registrant_label(self.scenario, draw.below(keys.REGISTRANTS))
        netuid = draw.pick(self.scenario.registration_netuids)
        module = self._rt.subtensor
        free = self._rt.balances.reducible(signer(label).ss58, keep_alive=True)
        if module.NetworkRegistrationAllowed[netuid] and module.Burn[netuid] + _FEE_ROOM < free:
            hotkey = account(f"{self.scenario.name}/newcomer/{block}")
            yield label, "burned_register", {"netuid": netuid, "hotkey": hotkey}


def _stake(hotkey: str, netuid: int, what: str, amount: int) -> dict[str, Any]:
    return {"hotkey": hotkey, "netuid": netuid, what: amount}


def _labels(scenario: Scenario) -> dict[str, str]:
    """Hotkeys that validate, with the labels of their keys."""
    found = {v.hotkey: v.label for v in keys.validators(scenario)}
    for netuid in scenario.netuids:
        label = keys.owner_label(scenario, netuid)
        found[signer(label).ss58] = label
    return found
