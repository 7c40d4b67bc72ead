"""The base class of every pallet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from taoctl.localnet.declare import ApiSpec, CallSpec, Constant, Event, StorageMap, StorageValue
from taoctl.localnet.dispatch_error import BadOrigin, CannotLookup, ModuleError, Post

if TYPE_CHECKING:
    from taoctl.localnet.host import Call, Host


@dataclass(frozen=True, slots=True)
class Signed:
    """The origin of a call that an account signed.

    `allows` narrows what may be called with it, at any depth; None leaves it to the chain's own
    filters.
    """

    account: str
    allows: Callable[[Call], bool] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Root:
    """The origin of a call made with the powers of the chain itself."""


@dataclass(frozen=True, slots=True)
class NoneOrigin:
    """The origin of an inherent or unsigned extrinsic."""


@dataclass(frozen=True, slots=True)
class MemberOrigin:
    """The origin of a call that one member of the Triumvirate runs as such; `allows` as above."""

    account: str
    allows: Callable[[Call], bool] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class MembersOrigin:
    """The origin of a motion that passed with so many ayes of so many seats; `allows` as above."""

    ayes: int
    seats: int
    allows: Callable[[Call], bool] | None = field(default=None, compare=False, repr=False)


Origin = Signed | Root | NoneOrigin | MemberOrigin | MembersOrigin


def ensure_signed(origin: Origin) -> str:
    """The signer's SS58; raises BadOrigin otherwise."""
    if isinstance(origin, Signed):
        return origin.account
    raise BadOrigin


def ensure_root(origin: Origin) -> None:
    """Raise BadOrigin unless the origin is root."""
    if not isinstance(origin, Root):
        raise BadOrigin


def ensure_none(origin: Origin) -> None:
    """Raise BadOrigin unless the origin is an inherent."""
    if not isinstance(origin, NoneOrigin):
        raise BadOrigin


def lookup(address: Any) -> str:
    """The account that a MultiAddress names; raises CannotLookup for the forms that name none."""
    if isinstance(address, str):
        return address
    raise CannotLookup


class Pallet:
    """Storage, calls, events, errors, constants and runtime APIs, declared in the class body.

    Mixin classes may hold parts of the declarations of a large pallet. On an instance a storage
    attribute is the bound store. `rt` is the runtime, or its state at a past block.
    """

    name: ClassVar[str]
    index: ClassVar[int]
    crate: ClassVar[str]
    """The path of the pallet's own types, such as `pallet_subtensor::pallet`."""
    attr: ClassVar[str] = ""
    """How other pallets reach this one: `self.rt.<attr>`."""
    instantiable: ClassVar[bool] = False
    """Whether the pallet's types carry an instance parameter besides the configuration."""
    event_generic: ClassVar[bool] = True
    """Whether the pallet's Event type carries the configuration parameter."""
    events: ClassVar[Sequence[Event]] = ()
    errors: ClassVar[Sequence[str | tuple[int, str]]] = ()
    constants: ClassVar[Sequence[Constant]] = ()

    storage_items: ClassVar[dict[str, StorageMap | StorageValue]] = {}
    call_specs: ClassVar[dict[str, CallSpec]] = {}
    api_specs: ClassVar[list[ApiSpec]] = []
    event_specs: ClassVar[dict[str, Event]] = {}
    error_indexes: ClassVar[dict[str, int]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.storage_items, cls.call_specs, cls.api_specs = {}, {}, []
        for part in reversed(cls.__mro__):
            for name, item in vars(part).items():
                cls._collect(name, item)
        cls.event_specs = {e.name: e for e in cls.events}
        cls.error_indexes = dict(
            (e, i) if isinstance(e, str) else (e[1], e[0]) for i, e in enumerate(cls.errors)
        )
        if "name" in vars(cls) and not cls.attr:
            cls.attr = cls.name.lower()

    @classmethod
    def _collect(cls, name: str, item: Any) -> None:
        if isinstance(item, (StorageMap, StorageValue)):
            cls.storage_items[name] = item
        elif (spec := getattr(item, "__call_spec__", None)) is not None:
            cls.call_specs[spec.name] = spec
        elif (api := getattr(item, "__api_spec__", None)) is not None:
            cls.api_specs.append(api)

    def __init__(self, rt: Host) -> None:
        self.rt = rt

    def error(self, name: str, post: Post | None = None) -> ModuleError:
        """One of this pallet's declared errors, to be raised."""
        return ModuleError(self.name, name, self.index, self.error_indexes[name], post)

    def deposit(self, name: str, *values: Any) -> None:
        """Emit one of this pallet's declared events, fields in order."""
        self.rt.deposit(self.name, name, self.event_specs[name].pack(values))

    def constant(self, name: str) -> Any:
        """The plain value of one of this pallet's declared constants."""
        return self.rt.constant(self.name, name)

    def start_genesis(self) -> None:
        """Store what a new chain says of itself before the scenario is written."""

    def on_initialize(self, number: int) -> Iterator[None] | None:
        """Run at the start of a block; long work is a generator that yields now and then."""
        return None

    def on_finalize(self, number: int) -> None:
        """Run at the end of a block."""

    def on_seal(self, number: int) -> None:
        """Run after every pallet's on_finalize."""

    def filters(self, call: Call) -> bool:
        """Whether this pallet forbids a call to every origin but root."""
        return False

    def validate(self, call: Call, who: str) -> int | str | None:
        """What keeps a signed call out of the pool: a custom code, or a named invalidity."""
        return None

    def on_root_seats(self, coldkeys: Sequence[str]) -> None:
        """Take note that hotkeys of these accounts got seats on root, or lost them."""

    def fee_payer(self, call: Call, who: str) -> str | None:
        """Who pays for a call that `who` signed, where that is somebody else."""
        return None

    def can_pay_fee(self, call: Call, who: str, amount: int) -> bool:
        """Whether `who` could pay a fee in rao for its call from something other than its TAO."""
        return False

    def pay_fee(self, call: Call, who: str, amount: int) -> Callable[[], None] | None:
        """Pay a fee in rao from something other than TAO; None where that is not to be.

        What is returned emits the event about it, once the call has run.
        """
        return None

    def check_call(self, call: Call, who: str) -> None:
        """Raise the DispatchError this pallet has against a signed call, nested ones included."""

    def extension_weight(self, call: Call) -> int:
        """Ref time that this pallet's transaction extension adds to a call's fee."""
        return 0
