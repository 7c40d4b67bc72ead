"""What the dashboard is opened with."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path

from taoctl.chain.client import Chain
from taoctl.chain.networks import Network
from taoctl.gpu.sample import GpuSource
from taoctl.reads.governance.sudo_multisig import Shared

Connect = Callable[..., AbstractAsyncContextManager[Chain]]
"""Opens a chain as `taoctl.connect` does: a network, and `timeout` in seconds by name."""


@dataclass(frozen=True, slots=True)
class WalletRef:
    """The public half of a wallet: its name, its coldkey and the hotkeys by name."""

    name: str
    coldkey: str
    hotkeys: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class DashOptions:
    """Everything the dashboard needs to know.

    `network` is what the user named; `chosen` is what the settings make of it, None for what
    taoctl knows by that name. `timeout` is the deadline of a call in seconds. `gpus` is None where
    no GPU source is wanted. `history` is the file that keeps earnings, None to keep them in memory
    only. `wallet_path` is the folder that keys are unlocked from when the user asks for it, None
    where none can be; `tolerance` is how far a price may move, as the forms begin with it.
    `shared` are the multisig accounts whose members are known.
    """

    network: str = "finney"
    chosen: Network | None = None
    timeout: float = 10.0
    wallets: tuple[WalletRef, ...] = ()
    gpus: GpuSource | None = None
    history: Path | None = None
    theme: str | None = None
    insecure: frozenset[str] = field(default_factory=frozenset)
    wallet_path: Path | None = None
    tolerance: str = "1%"
    shared: tuple[Shared, ...] = ()
