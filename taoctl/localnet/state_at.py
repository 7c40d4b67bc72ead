"""The state after one block, as a request reads it."""

from __future__ import annotations

from dataclasses import dataclass

from taoctl.localnet.frame import Host, Runtime


@dataclass(frozen=True, slots=True)
class StateAt:
    """The state after one block, for one request: do not keep it."""

    runtime: Runtime
    number: int
    hash: bytes

    @property
    def host(self) -> Host:
        """The pallets over this state."""
        return self.runtime.at(self.number)

    def read(self, key: bytes) -> bytes | None:
        """The bytes under a storage key, or None."""
        return self.runtime.storage_read(key, self.number)

    def keys(self, prefix: bytes, count: int | None, start: bytes | None) -> list[bytes]:
        """Up to `count` keys below a prefix (None: all), in order, after `start`."""
        limit = 1 << 62 if count is None else count
        if limit == 0:
            return []
        return self.runtime.keys_paged(prefix, limit, start, self.number)

    def call(self, method: str, args: bytes) -> bytes:
        """The answer of a runtime API; raises NotInRuntimeError, BadDataError."""
        return self.runtime.call_api(method, args, self.number)
