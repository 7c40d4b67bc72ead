"""What every chain write is: an intent that becomes a call, and says first what it will do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, TypeAlias

from taoctl.chain.view import Entry, View
from taoctl.scale.codec import Codec
from taoctl.units import Alpha, Tao, subnet_name

Quantity: TypeAlias = Tao | Alpha | str | None
"""One side of an effect: an amount, a word, or None where it is not known."""


@dataclass(frozen=True, slots=True)
class ChainCall:
    """A call by the chain's own names, not yet bytes.

    `args` has one value per argument, in the shapes that `Codec` gives and takes: accounts are
    ss58 text (also where the chain takes a MultiAddress), a unit variant its name, a variant with
    data `{name: value}`, options None or the value, hashes `0x` text, byte vectors bytes. A nested
    call is a ChainCall, and a vector of calls a list of them.
    """

    pallet: str
    name: str
    args: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.pallet}.{self.name}"

    def nested(self) -> Iterator[ChainCall]:
        """The calls directly inside this one, in order."""
        yield from _calls_in(tuple(self.args.values()))


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something that the chain would refuse, known before anything is signed.

    Attributes:
        name: the chain's error name where it has one, or a name of our own.
        message: what is wrong, one sentence.
        hint: what to do about it.
        allowed_from_block: the first block in which it would be accepted, where time mends it.
    """

    name: str
    message: str
    hint: str | None = None
    allowed_from_block: int | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """What one account, or the chain, has before and after.

    Attributes:
        account: ss58 address of whom it happens to; None for the chain itself.
        what: what changes, such as `free`, `reserved`, `proxies` or `stake`.
        before: None where unknown.
        after: None where unknown. Fees are not in it: the plan knows those.
        hotkey: ss58 address that the stake is with, where it is stake.
        netuid: subnet of the stake, where it is stake.
    """

    account: str | None
    what: str
    before: Quantity
    after: Quantity
    hotkey: str | None = None
    netuid: int | None = None

    @property
    def label(self) -> str:
        """What changes, and of stake through which hotkey and on which subnet."""
        whose = "" if self.hotkey is None else f" through {self.hotkey}"
        return (
            self.what + whose + ("" if self.netuid is None else f" on {subnet_name(self.netuid)}")
        )


@dataclass(frozen=True, slots=True)
class Approval:
    """An approval of a call that several must approve, as it stands before it is given.

    Attributes:
        multisig: ss58 address of the account that the call is for.
        call_hash: of the call.
        number: which approval this is, the first being 1.
        threshold: how many are needed.
        carries_out: whether this is the one that has the call carried out.
        may_approve: ss58 addresses of who may still approve after this one.
        resume: the words of the command line that approves next, as far as they are known here.
        repeatable: whether the same command makes the same call for whoever approves next.
    """

    multisig: str
    call_hash: str
    number: int
    threshold: int
    carries_out: bool
    may_approve: tuple[str, ...]
    resume: str
    repeatable: bool = True


@dataclass(frozen=True, slots=True)
class Quote:
    """One trade as it stood before it was sent; amounts carry their unit, prices are rao.

    Prices are TAO per alpha times 10^9; of a swap from one subnet to another, the price
    of what is given over the price of what is had, times 10^9.

    Attributes:
        kind: whether TAO buys alpha, alpha is sold for TAO, or alpha of one subnet for another's.
        account: ss58 address of the coldkey that trades.
        hotkey: ss58 address that holds the alpha.
        netuid: subnet of what is had, or for a sale of what is given.
        paid_in: what is given, the pool's fee included; less than was asked where it is partial.
        pool_fee: of it what the pool keeps.
        out: what is had; None where nobody can tell.
        minimum_out: what the limit guarantees when the whole amount is traded; None without one.
        price_rao: spot price before; None where it is not known.
        price_after_rao: spot price after; None where it is not known.
        limit_price_rao: the price past which it does not trade; None for a trade at any price.
        impact_ppm: how much less than at the spot price is had for what is given without the
            fee, in millionths; None where it is not known.
        cost_ppm: the same with the fee.
        partial: whether the limit lets only a part of what was asked be traded.
        netuid_in: subnet of what is given, of a swap between subnets.
    """

    kind: Literal["buy", "sell", "swap"]
    account: str
    hotkey: str
    netuid: int
    paid_in: Tao | Alpha
    pool_fee: Tao | Alpha
    out: Tao | Alpha | None
    minimum_out: Tao | Alpha | None = None
    price_rao: int | None = None
    price_after_rao: int | None = None
    limit_price_rao: int | None = None
    impact_ppm: int | None = None
    cost_ppm: int | None = None
    partial: bool = False
    netuid_in: int | None = None


class Intent(ABC):
    """Something a user wants of the chain; a subclass is a frozen dataclass of raw values.

    In every method `origin` is the ss58 address of the account that the call acts for: the signer,
    or inside a wrapper the proxied or multisig account. Reads go to one pinned view, so that all
    answers are of one block.
    """

    needs: ClassVar[tuple[Entry, ...]] = ()
    """What the runtime must have; a plan raises NotInRuntimeError for what is absent."""

    signs_with: ClassVar[Literal["coldkey", "hotkey"]] = "coldkey"
    """Which key of a wallet signs: naming only the wallet is an error where it is a hotkey."""

    @abstractmethod
    def summary(self) -> str:
        """What is wanted, in one line of words."""

    async def words(self, view: View, origin: str) -> str:
        """What sending it now amounts to, where that depends on the chain; else the summary."""
        return self.summary()

    @abstractmethod
    async def call(self, view: View, origin: str) -> ChainCall:
        """The call to send; raises UsageError for values that the runtime's types do not take."""

    async def preflight(self, view: View, origin: str) -> tuple[Refusal, ...]:
        """What the chain would refuse; empty when nothing stands in the way."""
        return ()

    async def root_preflight(self, view: View) -> tuple[Refusal, ...]:
        """What the chain would refuse root too, where root may do it."""
        return ()

    async def effects(self, view: View, origin: str) -> tuple[Effect, ...]:
        """What changes when it succeeds, without fees."""
        return ()

    async def warnings(self, view: View, origin: str) -> tuple[str, ...]:
        """What the user should know and the chain does not mind."""
        return ()

    async def spends(self, view: View, origin: str) -> Tao | None:
        """TAO that leaves the fee payer's free balance beside the fee; None where unknown."""
        return Tao(0)

    async def quotes(self, view: View, origin: str) -> tuple[Quote, ...]:
        """The trades that it makes on pools, in order; empty where it makes none."""
        return ()

    async def call_by_hash(self, view: View, origin: str) -> ChainCall | None:
        """The call that is agreed to and of which the bytes hold only the hash; None for none."""
        return None

    async def approval(self, view: View, origin: str) -> Approval | None:
        """The approval that it adds to a call of several; None where it is none."""
        return None

    @property
    def good_until(self) -> int | None:
        """The last block in which it does what is said of it; None where any block is as good."""
        return None

    @property
    def varies(self) -> bool:
        """Whether it is another call on another block: by the price, or by what there is then."""
        return False

    @property
    def root_may(self) -> bool:
        """Whether root can do it: what an account must sign fails with BadOrigin."""
        return False

    @property
    def may_end_account(self) -> bool:
        """Whether the signer agrees that too little to live on is left in its account."""
        return False

    async def fee_payer(self, view: View, origin: str) -> str:
        """Address of the account that pays the fee: the signer, unless a proxied account does."""
        return origin


def call_bytes(codec: Codec, call: ChainCall) -> bytes:
    """SCALE bytes of a call and all calls inside it.

    Raises:
        NotInRuntimeError: the runtime has no such call.
        UsageError: a value does not fit its argument.
    """
    args = {name: _with_bytes(codec, value) for name, value in call.args.items()}
    return codec.compose_call(call.pallet, call.name, args)


def _with_bytes(codec: Codec, value: Any) -> Any:
    """A value whose nested calls are bytes, as the encoder takes them."""
    if isinstance(value, ChainCall):
        return call_bytes(codec, value)
    if isinstance(value, list | tuple):
        return [_with_bytes(codec, one) for one in value]
    if isinstance(value, Mapping):
        return {key: _with_bytes(codec, one) for key, one in value.items()}
    return value


def _calls_in(value: Any) -> Iterator[ChainCall]:
    if isinstance(value, ChainCall):
        yield value
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _calls_in(one)
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _calls_in(one)
