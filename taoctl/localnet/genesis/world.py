"""The drawn world of a scenario: plain frozen data, no storage yet."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Scenario:
    """The size and pace of a scenario.

    Attributes:
        subnets: how many, without root; they take netuids from 1.
        uids: neurons in each of them; every slot is taken.
        stake_positions: (hotkey, coldkey, netuid) triples that hold stake, root included.
        tempo: lowest and highest tempo in blocks.
        validators: validators in each subnet, its owner's included.
        validator_keys: hotkeys that the validators' seats are shared among.
        warmup_blocks: blocks to author at once when the chain is new, so that there is a past.
        extrinsics_per_block: the most that actors submit for one block.
        total_issuance_tao: TAO in existence at block 0.
        root_stake_tao: TAO staked on root.
        top_price_rao: price of the dearest alpha, in rao of TAO.
        max_epochs_per_block: as in storage; the rest waits for the next block.
        stake_threshold_tao: weight a validator needs, in TAO.
        registration_netuids: subnets that newcomers register on.
        registration_every_blocks: how often one looks for a seat it can afford; 0 for never.
        seed: of everything that is drawn.
    """

    name: str
    subnets: int
    uids: int
    stake_positions: int
    tempo: tuple[int, int]
    validators: int
    validator_keys: int
    warmup_blocks: int
    extrinsics_per_block: int
    total_issuance_tao: int
    root_stake_tao: int
    top_price_rao: int
    max_epochs_per_block: int
    stake_threshold_tao: int
    registration_netuids: tuple[int, ...]
    registration_every_blocks: int
    seed: int = 424

    @property
    def netuids(self) -> range:
        """Netuids of the subnets, without root."""
        return range(1, self.subnets + 1)


@dataclass(frozen=True, slots=True)
class Neuron:
    """One slot of a subnet: who holds it and how its axon is reached (None: not served)."""

    hotkey: str
    coldkey: str
    role: str
    axon: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Position:
    """Stake of one coldkey behind one hotkey, in rao of alpha (of TAO on root)."""

    hotkey: str
    coldkey: str
    amount: int


@dataclass(frozen=True, slots=True)
class Hyperparameters:
    """The settings of one subnet that differ between subnets."""

    tempo: int
    immunity_blocks: int
    yuma3: bool
    liquid_alpha: bool
    bonds_penalty: int
    registration_allowed: bool
    started: bool
    emission_enabled: bool
    burn_rao: int
    min_burn_rao: int
    weights_version: int
    transfers: bool


@dataclass(frozen=True, slots=True)
class Subnet:
    """One subnet at block 0."""

    netuid: int
    owner_coldkey: str
    owner_hotkey: str
    parameters: Hyperparameters
    tao_reserve: int
    alpha_reserve: int
    quote_weight: int
    price_rao: int
    neurons: tuple[Neuron, ...]
    positions: tuple[Position, ...]


@dataclass(frozen=True, slots=True)
class Validator:
    """A hotkey that validates on several subnets and on root; its label leads to its key."""

    index: int
    label: str
    hotkey: str
    coldkey: str
    take: int


@dataclass(frozen=True, slots=True)
class World:
    """Everything that block 0 holds."""

    scenario: Scenario
    subnets: tuple[Subnet, ...]
    validators: tuple[Validator, ...]
    root_positions: tuple[Position, ...]
    balances: dict[str, int] = field(default_factory=dict)
