"""The call that the scheduled task of a referendum enacts."""

from __future__ import annotations

from taoctl.errors import TaoctlError
from taoctl.reads.governance.bounded_calls import Found
from taoctl.scale.codec import Codec
from taoctl.scale.crypto import blake2_256

_ENACT = ("Referenda", "enact")


def enacted_call(codec: Codec, index: int, task: Found) -> Found:
    """The call inside the `Referenda.enact(index, call)` of a task.

    Storage was written by the runtime itself; a task of another form is shown as it is.
    """
    if task.call is None:
        return Found(None, None, task.why)
    try:
        inner = _without_call(codec, index)
    except TaoctlError:
        return task
    if not task.call.startswith(inner):
        return task
    call = task.call[len(inner) :]
    return Found(call, "0x" + blake2_256(call).hex())


def _without_call(codec: Codec, index: int) -> bytes:
    """What stands before the call in the bytes of `enact`; its arguments are index and call."""
    remark = codec.compose_call("System", "remark", {"remark": b""})
    whole = codec.compose_call(*_ENACT, {"index": index, "call": remark})
    return whole.removesuffix(remark)
