"""Sends one transfer: here, or with the command line in a process made to die at a step of it.

Arguments of the process: the step to die at (0 for none), and a command line.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from taoctl.calls.transfer import Transfer
from taoctl.chain.client import Chain, connect
from taoctl.journal.store import Journal
from taoctl.scale.crypto import KeySigner
from taoctl.submit import send as sending
from taoctl.submit.options import TxOptions, Wait
from taoctl.submit.outcome import Outcome
from taoctl.submit.plan import make_plan
from taoctl.units import Tao

ERA_BLOCKS = 32
TIMEOUT_S = 60.0
"""How long answers are waited for, but for that to a submission where a test says otherwise."""
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
    answer_s: float = TIMEOUT_S,
    **options: Any,
) -> Outcome:
    """Plan, send and wait as the commands do; the node has `answer_s` seconds to answer."""
    key = KeySigner(uri)
    chosen = TxOptions(wait=wait, era_blocks=ERA_BLOCKS, deadline_s=deadline_s, **options)
    async with connect(url, timeout=TIMEOUT_S) as chain:
        plan = await make_plan(chain, Transfer(dest, Tao(rao)), key.ss58, chosen, journal=journal)
        assert all(one.name == "AlreadySent" for one in plan.refusals), plan.refusals
        await plan.composer.ready(plan.call)
        chain._link.call_timeout = answer_s
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


def main() -> int:
    """Run the command line, to the step."""
    step, *argv = sys.argv[1:]
    if int(step):
        _die_at(int(step))
    from taoctl.cli.main import main as taoctl

    return taoctl(argv)


if __name__ == "__main__":
    sys.exit(main())
