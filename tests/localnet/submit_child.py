"""Sends one transfer from a process of its own, which may be made to die at a step of it.

Arguments: endpoint, secret URI of a test key, address, rao, what to wait for, seconds to wait,
and the step to die at (0 for none). Says the outcome as one line of JSON.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from taoctl.calls.transfer import Transfer
from taoctl.chain.client import Chain, connect
from taoctl.errors import TaoctlError
from taoctl.journal.store import Journal
from taoctl.scale.crypto import KeySigner
from taoctl.submit import send as sending
from taoctl.submit.options import TxOptions, Wait
from taoctl.submit.outcome import Outcome
from taoctl.submit.plan import make_plan
from taoctl.units import Tao

ERA_BLOCKS = 16
TIMEOUT_S = 1.5
STEPS = 14
"""Places at which a process can be made to die, and some that it may not reach."""


async def submit(
    url: str,
    uri: str,
    dest: str,
    rao: int,
    wait: Wait,
    deadline_s: float,
    journal: Journal,
    **options: Any,
) -> Outcome:
    """Plan, send and wait as the commands do."""
    key = KeySigner(uri)
    chosen = TxOptions(wait=wait, era_blocks=ERA_BLOCKS, deadline_s=deadline_s, **options)
    async with connect(url, timeout=TIMEOUT_S) as chain:
        plan = await make_plan(chain, Transfer(dest, Tao(rao)), key.ss58, chosen, journal=journal)
        assert all(one.name == "AlreadySent" for one in plan.refusals), plan.refusals
        return await sending.send(chain, plan, key, journal, chosen)


def _die_at(step: int) -> None:
    """Kill this process, as nothing can prevent, at the n-th of the steps that matter."""
    passed = 0

    def tick() -> None:
        nonlocal passed
        passed += 1
        if passed == step:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(owner: Any, name: str) -> None:
        whole: Callable[..., Any] = getattr(owner, name)
        if asyncio.iscoroutinefunction(whole):

            async def run(*args: Any, **kwargs: Any) -> Any:
                tick()
                result = await whole(*args, **kwargs)
                tick()
                return result

            setattr(owner, name, run)
        else:

            def plain(*args: Any, **kwargs: Any) -> Any:
                tick()
                result = whole(*args, **kwargs)
                tick()
                return result

            setattr(owner, name, plain)

    around(sending, "choose_nonce")
    around(Journal, "add")
    around(Journal, "move")
    around(Chain, "submit_and_watch")

    from websockets.asyncio.client import ClientConnection

    whole = ClientConnection.send

    async def written(self: Any, text: Any, *args: Any, **kwargs: Any) -> None:
        await whole(self, text, *args, **kwargs)
        if isinstance(text, str) and "author_submit" in text:
            # Let the bytes leave the buffer, or not.
            await asyncio.sleep(0.002)
            tick()

    ClientConnection.send = written  # type: ignore[method-assign, assignment]


def _say(**what: Any) -> None:
    sys.stdout.write(json.dumps(what) + "\n")


def main() -> int:
    url, uri, dest, rao, wait, deadline_s, step = sys.argv[1:]
    if int(step):
        _die_at(int(step))
    journal = Journal()
    work = submit(url, uri, dest, int(rao), Wait(wait), float(deadline_s), journal)
    try:
        outcome = asyncio.run(work)
    except TaoctlError as problem:
        _say(error=problem.code, message=problem.message)
        return int(problem.exit_code)
    except KeyboardInterrupt:
        _say(error="interrupted")
        return 130
    _say(state=outcome.state.value, id=outcome.record.id)
    return 0


if __name__ == "__main__":
    sys.exit(main())
