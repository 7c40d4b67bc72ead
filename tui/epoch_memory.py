"""The last epoch of the subnet that is looked at, run again once and kept until the next one."""

from __future__ import annotations

from collections.abc import Hashable

from taoctl.chain.view import View
from taoctl.errors import BadDataError, NotInRuntimeError, RefusedError, UsageError
from taoctl.reads.epoch_input import NEEDS as EPOCH_NEEDS
from taoctl.reads.last_epoch import LastEpoch, last_epoch
from taoctl.reads.metagraph import Metagraph
from taoctl.reads.pending import NEEDS as PENDING_NEEDS

_RETRY_BLOCKS = 10
"""Blocks after which an epoch that could not be run again is tried once more."""


class EpochMemory:
    """One epoch, or the reason why it cannot be told; `runs` counts how often one was run."""

    def __init__(self) -> None:
        self.runs = 0
        self._key: Hashable = None
        self._block = 0
        self._found: LastEpoch | None = None
        self._problem: str | None = None

    async def of(self, view: View, graph: Metagraph) -> tuple[LastEpoch | None, str | None]:
        """The last epoch of a subnet as of a view, and else why there is none to tell of.

        It is known by its block and by what it paid, so that after a reorganisation of the chain,
        or on another one, it is run anew.
        """
        subnet = graph.subnet
        paid = tuple((one.hotkey, one.incentive, one.emission_rao) for one in graph.neurons)
        key = (subnet.netuid, subnet.last_epoch_block, paid)
        if key == self._key and (self._problem is None or view.block < self._block + _RETRY_BLOCKS):
            return self._found, self._problem
        found, problem = await self._run(view, subnet.netuid)
        self._key, self._block, self._found, self._problem = key, view.block, found, problem
        return found, problem

    async def _run(self, view: View, netuid: int) -> tuple[LastEpoch | None, str | None]:
        self.runs += 1
        try:
            await view.settle()
            view.require(*EPOCH_NEEDS, *PENDING_NEEDS)
            return await last_epoch(view, netuid), None
        except (RefusedError, NotInRuntimeError, UsageError, BadDataError) as error:
            return None, error.message
