"""A chain on which twenty people stake, one signed extrinsic after another, and its books."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from subtensor_chain import TAO, Chain, account

from taoctl.localnet.authoring import Author
from taoctl.localnet.changes import ChangesCodec
from taoctl.localnet.extrinsic import read_extrinsic
from taoctl.localnet.fees import Fee
from taoctl.localnet.frame import Call, Outcome
from taoctl.localnet.pallets import PALLETS
from taoctl.localnet.pallets.subtensor.subnets import ROOT, subnet_account
from taoctl.localnet.pool import Pool
from taoctl.localnet.validity import InvalidTransactionError, Rules
from taoctl.scale.crypto import SR25519, KeySigner

STABLE = 4
"""The subnet whose alpha is worth one TAO, always."""
CLOSED = 5
"""The subnet that has not started: its subtoken is not enabled."""
NETUIDS = (ROOT, 1, 2, 3, STABLE)
KEYS = {key.ss58: key for key in (KeySigner(f"//Staker/{n}") for n in range(20))}
PEOPLE = tuple(KEYS)
GENESIS = bytes(31) + b"\x01"


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of one extrinsic: its events, and its outcome or why it was not included."""

    call: Call
    signer: str
    told: Fee | None
    outcome: Outcome | None
    invalid: str | None
    events: list[Any]

    @property
    def error(self) -> str | None:
        """`Pallet.Name` of what the call failed with."""
        failed = self.outcome is None or self.outcome.error is None
        return None if failed or self.outcome is None else str(self.outcome.error)


@dataclass(frozen=True, slots=True)
class Books:
    """What everybody holds at one moment, rao.

    `pools` is the alpha of each (hotkey, netuid), `positions` that of each (hotkey, coldkey,
    netuid); `spare` is alpha outstanding that is in no pool and waits for no epoch: unclaimed root
    dividends, withheld income, burned alpha and sale fees, roundings.
    """

    free: dict[str, int]
    issued: int
    pools: dict[tuple[str, int], int]
    positions: dict[tuple[str, str, int], int]
    reserve: dict[int, int]
    alpha_in: dict[int, int]
    alpha_out: dict[int, int]
    spare: dict[int, int]
    root_owed: dict[tuple[str, str, int], int]

    def held(self, netuid: int) -> int:
        """Alpha of all hotkeys on a subnet."""
        return sum(rao for (_, at), rao in self.pools.items() if at == netuid)


class StakeChain(Chain):
    """Three dynamic subnets with weights of their own, a stable one, a closed one, and root.

    `lost` is TAO that ceased to be because too little for an account was left in it: an account
    of a subnet then lacks that much of its reserve. `alpha_fees` is what each coldkey has paid for
    transactions in the alpha of each subnet.
    """

    def __init__(self, *, emission: bool = True) -> None:
        super().__init__(subnets=CLOSED, validators=2, miners=2, tempo=7, pallets=PALLETS)
        self.hotkeys = [
            account(f"h:{role}-{netuid}")
            for netuid in range(1, CLOSED)
            for role in ("owner0", "val0", "val1", "miner0")
        ]
        self.nonces: dict[str, int] = {}
        self.lost: Counter[str] = Counter()
        self.alpha_fees: Counter[tuple[str, int]] = Counter()
        self.rt.state.begin_block(1)
        self._shape(emission)
        self._people()
        self.rt.state.commit_block()
        rules = Rules(self.rt, lambda number: GENESIS if number == 0 else None)
        self.author = Author(
            self.rt, Pool(lambda who: self.nonces.get(who, 0)), rules, ChangesCodec(PALLETS)
        )
        self.begin()

    def _shape(self, emission: bool) -> None:
        module, swap = self.rt.subtensor, self.rt.swap
        swap.SwapBalancer[2] = {"quote": 3 * 10**17}
        swap.SwapBalancer[3] = {"quote": 5 * 10**17 + 12_345_678_901}
        swap.FeeRate[3] = 600
        module.SubnetMechanism[STABLE] = 0
        module.SubnetTAO[STABLE] = 0
        module.SubnetAlphaIn[STABLE] = 0
        module.SubnetAlphaOut[STABLE] = 0
        module.TotalHotkeyAlpha.clear()
        module.AlphaV2.clear()
        module.TotalHotkeySharesV2.clear()
        self.rt.balances.withdraw(subnet_account(STABLE), 1_000 * TAO, keep_alive=False)
        self._restake(module)
        module.NetworkRegistrationAllowed[STABLE] = False
        module.SubtokenEnabled[CLOSED] = False
        module.RecycleOrBurn[2] = "Recycle"
        module.TransferToggle[3] = False
        module.NominatorMinRequiredStake.put(100_000_000)
        if not emission:
            for netuid in range(1, CLOSED + 1):
                module.NetworkRegistrationAllowed[netuid] = False

    def _restake(self, module: Any) -> None:
        """Give the validators of dynamic subnets their stake again, and none to the stable one."""
        for netuid in (1, 2, 3):
            module.SubnetAlphaOut[netuid] = 0
            for number in range(self.validators):
                hotkey, coldkey = (account(f"{kind}:val{number}-{netuid}") for kind in "hc")
                module.add_stake_shares(hotkey, coldkey, netuid, 1_000 * TAO)
                module.SubnetAlphaOut[netuid] += 1_000 * TAO

    def _people(self) -> None:
        module = self.rt.subtensor
        for number, who in enumerate(PEOPLE):
            self.endow_account(who, 3 * TAO if number % 5 == 4 else 2_000 * TAO)
            if number % 2:
                own = account(f"h:own{number}")
                module.create_account_if_new(who, own)
                self.hotkeys.append(own)
        self.endow_account(account("grant"), TAO)
        module.TotalIssuance.put(self.rt.balances.total_issuance)

    # sending

    def send(self, who: str, name: str, pallet: str = "SubtensorModule", **args: Any) -> Applied:
        """Apply one signed extrinsic to the block in the making, as a node does."""
        call = Call(pallet, name, args)
        raw = self._signed(KEYS[who], call)
        extrinsic = read_extrinsic(raw, self.rt.decode_call)
        number, mark = self.rt.block_number, len(self.rt.events)
        told = outcome = invalid = None
        try:
            with self.rt.state.transaction():
                valid = self.author.rules.check(extrinsic, self.rt, number)
                told = valid.fee
                outcome = self.author._apply(extrinsic, who, valid.valid_until, number)
            self.nonces[who] = self.nonces.get(who, 0) + 1
        except InvalidTransactionError as error:
            invalid = str(error)
        events = self.rt.events[mark:]
        for event in events:
            if event.name == "DustLost":
                self.lost[event.data["account"]] += event.data["amount"]
            if event.name == "TransactionFeePaidWithAlpha":
                self.alpha_fees[event.data["who"], event.data["netuid"]] += event.data["alpha_fee"]
        return Applied(call, who, told, outcome, invalid, events)

    def _signed(self, key: KeySigner, call: Call) -> bytes:
        codec, data = self.rt.codec, self.rt.encode_call(call)
        terms: dict[str, Any] = {"era": "00", "nonce": self.nonces.get(key.ss58, 0), "tip": 0}
        payload = codec.signature_payload(
            data, **terms, genesis_hash=GENESIS, era_block_hash=GENESIS
        )
        raw, _ = codec.encode_signed_extrinsic(
            data,
            public_key=key.public_key,
            signature=key.sign(payload),
            signature_version=SR25519,
            **terms,
        )
        return raw

    def next_block(self) -> None:
        """Finish the block and start the one after it."""
        self.end()
        self.begin()

    # what is held

    def books(self) -> Books:
        """What everybody holds now."""
        module, balances = self.rt.subtensor, self.rt.balances
        pools = {key: int(rao) for key, rao in module.TotalHotkeyAlpha.items()}
        waiting = (
            *(module.PendingServerEmission, module.PendingValidatorEmission),
            *(module.PendingRootAlphaDivs, module.PendingOwnerCut, module.SubnetProtocolAlpha),
        )
        spare = {}
        for netuid in NETUIDS:
            held = sum(rao for (_, at), rao in pools.items() if at == netuid)
            held += sum(item[netuid] for item in waiting)
            spare[netuid] = module.SubnetAlphaOut[netuid] - held
        return Books(
            free={who: info["data"]["free"] for who, info in self.rt.system.Account.items()},
            issued=balances.total_issuance,
            pools=pools,
            positions={
                (hotkey, coldkey, netuid): module.stake_of(hotkey, coldkey, netuid)
                for (hotkey, coldkey, netuid), _ in module.AlphaV2.items()
            },
            reserve={n: module.SubnetTAO[n] for n in NETUIDS},
            alpha_in={n: module.SubnetAlphaIn[n] for n in NETUIDS},
            alpha_out={n: module.SubnetAlphaOut[n] for n in NETUIDS},
            spare=spare,
            root_owed=self._root_owed(),
        )

    def _root_owed(self) -> dict[tuple[str, str, int], int]:
        module = self.rt.subtensor
        return {
            (hotkey, coldkey, netuid): module.root_owed(hotkey, coldkey, netuid)
            for (hotkey, coldkey, at), _ in module.AlphaV2.items()
            if at == ROOT
            for netuid in module.RootClaimable[hotkey]
        }
