"""The scheduled tasks of a referendum: their names, and the call that one of them enacts."""

from __future__ import annotations

from taoctl.errors import TaoctlError
from taoctl.reads.governance.bounded_calls import Found
from taoctl.scale.codec import Codec
from taoctl.scale.compact import compact_bytes
from taoctl.scale.crypto import blake2_256

_LOCK = b"referend"
_ENACT = ("Referenda", "enact")


def task_name(index: int) -> str:
    """The `0x` name under which the scheduler keeps what enacts a referendum."""
    return _name(b"enactment", index)


def alarm_name(index: int) -> str:
    """The `0x` name under which the scheduler keeps what looks at a referendum's votes."""
    return _name(b"alarm", index)


def _name(kind: bytes, index: int) -> str:
    data = _LOCK + compact_bytes(len(kind)) + kind + index.to_bytes(4, "little")
    return "0x" + blake2_256(data).hex()


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
