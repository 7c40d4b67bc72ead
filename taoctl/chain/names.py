"""Host names to addresses, in a thread that nothing ever waits for."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
import threading


async def addresses(host: str, port: int) -> list[str]:
    """The addresses of a host, the preferred one first; an address is its own.

    The event loop's own resolver runs in the default executor, and `asyncio.run` waits for that
    executor before it returns: with a dead name server, long past any deadline.

    Raises:
        OSError: the name cannot be resolved.
    """
    with contextlib.suppress(ValueError):
        return [str(ipaddress.ip_address(host))]
    loop = asyncio.get_running_loop()
    found: asyncio.Future[list[str]] = loop.create_future()

    def settle(result: list[str] | OSError) -> None:
        if found.done():
            return
        if isinstance(result, OSError):
            found.set_exception(result)
        else:
            found.set_result(result)

    def work() -> None:
        result: list[str] | OSError
        try:
            infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            result = list(dict.fromkeys(str(info[4][0]) for info in infos))
        except (OSError, UnicodeError) as error:
            result = error if isinstance(error, OSError) else OSError(f"bad host name ({error})")
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(settle, result)

    threading.Thread(target=work, name=f"resolve {host}", daemon=True).start()
    return await found
