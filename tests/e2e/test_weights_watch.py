"""`taoctl weights watch` and the heat map: what they say of weights as these grow old."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from stake_net import StakeNet

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "localnet"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cli"))

from chain_thread import ThreadChain
from terminal import TAOCTL, Terminal
from weights_chain import ALICE, BOB, CHARLIE, DAVE, HIDDEN, OPEN, SLOW, TEMPO, weights_chain

WATCH = "taoctl.weights.watch.1"
AS_ALICE = ("--wallet", "//Alice")


@pytest.fixture
def net(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[StakeNet]:
    monkeypatch.setenv("TAOCTL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TAOCTL_WALLET_PATH", str(tmp_path / "wallets"))
    with weights_chain() as chain:
        yield StakeNet(chain, capsys.readouterr)


def ages(net: StakeNet, netuid: int, *words: str) -> list[Any]:
    """What one look says of the validators of a subnet."""
    found: list[Any] = net.data(WATCH, "weights", "watch", str(netuid), "--blocks", "1", *words)
    return found


def test_ctrl_c_ends_a_watch_without_an_error(net: StakeNet) -> None:
    words = ("weights", "watch", str(OPEN), "-n", net.chain.url, "--timeout", "60")
    child = subprocess.Popen([TAOCTL, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with child:
        assert child.stdout is not None
        assert json.loads(child.stdout.readline())["schema"] == "taoctl.weights.watch/1"
        child.send_signal(signal.SIGINT)
        _, err = child.communicate(timeout=30)
    assert child.returncode == 130
    assert b"error" not in err, err


def blocks(chain: ThreadChain, count: int) -> None:
    """Make so many blocks."""

    async def work(node: Any) -> None:
        await node.sealer.new_blocks(count)

    chain.do(work)


def weigh(net: StakeNet, netuid: int, *words: str) -> int:
    """Set Alice's weights; the block that the chain notes them in."""
    weights = ("4=3", "5=1")
    net.data("taoctl.tx.1", "weights", "set", str(netuid), *weights, *AS_ALICE, "--yes", *words)
    index = netuid + (4096 if words else 0)
    return int(net.look(lambda head: head.subtensor.LastUpdate[index])[1])


def test_weights_are_fresh_then_old_then_left_out(net: StakeNet) -> None:
    def one() -> Any:
        return next(row for row in ages(net, OPEN) if row["hotkey"] == ALICE)

    net.change(lambda runtime: runtime.subtensor.ActivityCutoffFactorMilli.__setitem__(OPEN, 3_000))
    never = one()
    assert (never["state"], never["updated_block"], never["age_millitempos"]) == (
        "never",
        None,
        None,
    )
    at = weigh(net, OPEN)
    fresh = one()
    assert (fresh["state"], fresh["updated_block"], fresh["age_blocks"]) == ("fresh", at, 0)
    assert fresh["active_to_block"] == at + 3 * TEMPO
    for wait, state in (
        (2 * TEMPO, "fresh"),
        (1, "old"),
        (TEMPO - 1, "old"),
        (1, "inactive"),
    ):
        blocks(net.chain, wait)
        row = one()
        age = net.look(lambda host: host.block_number) - at
        assert (row["state"], row["age_blocks"]) == (state, age)
        assert row["age_millitempos"] == age * 1000 // TEMPO
        assert (row["active_to_block"] < at + age) == (state == "inactive")


def test_the_epoch_leaves_out_whom_the_watch_calls_inactive(net: StakeNet) -> None:
    net.change(lambda runtime: runtime.subtensor.ActivityCutoffFactorMilli.__setitem__(OPEN, 2_000))
    weigh(net, OPEN)
    blocks(net.chain, TEMPO)
    assert net.look(lambda head: head.subtensor.Active[OPEN])[1]
    for _ in range(3 * TEMPO):
        before = net.look(lambda head: head.subtensor.LastMechansimStepBlock[OPEN])
        blocks(net.chain, 1)
        ran = net.look(lambda head: head.subtensor.LastMechansimStepBlock[OPEN])
        if ran == before:
            continue
        row = next(one for one in ages(net, OPEN) if one["hotkey"] == ALICE)
        active = net.look(lambda head: head.subtensor.Active[OPEN])[1]
        assert active == (ran <= row["active_to_block"])
        assert (row["state"] == "inactive") == (not active)
    assert not active


def test_mine_come_first_also_without_a_permit(net: StakeNet) -> None:
    weigh(net, OPEN)
    strangers = [row["hotkey"] for row in ages(net, OPEN)]
    assert strangers[0] == ALICE and not any(row["mine"] for row in ages(net, OPEN))
    assert set(strangers) == {ALICE, BOB, CHARLIE}
    mine = ages(net, OPEN, "--wallet", "//Charlie")
    assert [(row["hotkey"], row["mine"]) for row in mine][:2] == [(CHARLIE, True), (ALICE, False)]
    # Dave has no permit: without weights he is no validator, with weights he has lost something.
    assert DAVE not in [row["hotkey"] for row in ages(net, OPEN, "--wallet", "//Dave")]
    head = net.look(lambda host: host.block_number)

    def weighed(runtime: Any) -> None:
        updates = list(runtime.subtensor.LastUpdate[OPEN])
        updates[3] = head
        runtime.subtensor.LastUpdate[OPEN] = tuple(updates)

    net.change(weighed)
    first = ages(net, OPEN, "--wallet", "//Dave")[0]
    assert (first["hotkey"], first["mine"], first["permit"]) == (DAVE, True, False)
    assert DAVE not in [row["hotkey"] for row in ages(net, OPEN)]


def test_a_commit_counts_and_mechanisms_are_told_apart(net: StakeNet) -> None:
    at = weigh(net, HIDDEN)
    row = next(one for one in ages(net, HIDDEN) if one["hotkey"] == ALICE)
    assert (row["state"], row["updated_block"]) == ("fresh", at)
    at = weigh(net, SLOW, "--mechanism", "1")
    there = next(one for one in ages(net, SLOW, "--mechanism", "1") if one["hotkey"] == ALICE)
    assert (there["state"], there["updated_block"]) == ("fresh", at)
    first = next(one for one in ages(net, SLOW) if one["hotkey"] == ALICE)
    assert first["state"] == "never"


def test_an_older_block_can_be_looked_at(net: StakeNet) -> None:
    weigh(net, OPEN)
    head = net.look(lambda host: host.block_number)
    before = ages(net, OPEN, "--at-block", str(head - 1))
    assert {row["state"] for row in before} == {"never"}


def test_pages_follow_each_other_where_there_is_no_terminal(net: StakeNet) -> None:
    weigh(net, OPEN)
    words = ("weights", "watch", str(OPEN), "--blocks", "1", *AS_ALICE)
    code, out, err = net.taoctl(*words)
    assert code == 0 and "tempos" in out.splitlines()[0] and "everybody knows the keys" in err
    code, out, _ = net.taoctl(*words, "-o", "csv")
    assert code == 0 and out.startswith("uid,hotkey_name,mine,hotkey")


def on_terminal(
    net: StakeNet, *words: str, size: tuple[int, int] = (80, 24), **environ: str
) -> Terminal:
    """A command on a terminal of its own."""
    everything = {**os.environ, "TERM": "xterm-256color", **environ}
    everything.pop("COLORTERM", None)
    return Terminal([str(TAOCTL), *words, "-n", net.chain.url], everything, size)


def test_the_page_on_a_terminal_is_redrawn_in_place_and_the_last_one_stays(net: StakeNet) -> None:
    at = weigh(net, OPEN)
    with on_terminal(net, "weights", "watch", str(OPEN), "--blocks", "2", *AS_ALICE) as shell:
        shell.expect(rf"block {at} · subnet {OPEN}")
        shell.expect(r"\x1b\[1;32m +1 +//Alice[^\r]*fresh")
        blocks(net.chain, 1)
        assert shell.end() == 0
    assert f"block {at}" in shell.wiped and f"block {at}" not in shell.kept
    assert f"block {at + 1}" in shell.kept
    # The cursor is back, and nothing of the second screen is left.
    assert shell.seen.count("\x1b[?1049h") == shell.seen.count("\x1b[?1049l") == 1
    assert shell.seen.count("\x1b[?25l") == shell.seen.count("\x1b[?25h") == 1


def test_a_wide_page_that_does_not_fit_is_the_narrow_one(net: StakeNet) -> None:
    weigh(net, OPEN)
    words = ("weights", "watch", str(OPEN), "--blocks", "2", "-o", "wide", *AS_ALICE)
    for size, wide in (((80, 24), False), ((200, 24), True)):
        with on_terminal(net, *words, size=size) as shell:
            shell.expect("tempos +counts to +weights.*fresh")
            blocks(net.chain, 1)
            assert shell.end() == 0
        assert ("coldkey" in shell.kept) == (ALICE in shell.kept) == wide, shell.seen


def test_ctrl_c_ends_a_watch_and_gives_the_terminal_back(net: StakeNet) -> None:
    weigh(net, OPEN)
    with on_terminal(net, "weights", "watch", str(OPEN)) as shell:
        shell.expect("tempos")
        shell.type("\x03")
        assert shell.end() == 130
    assert "\x1b[?1049l" in shell.seen and "Traceback" not in shell.seen
    assert "interrupted" not in shell.seen and "error" not in shell.seen


def test_weights_are_a_heat_map_on_a_terminal_and_a_list_elsewhere(net: StakeNet) -> None:
    weigh(net, OPEN)
    with on_terminal(net, "weights", "show", str(OPEN)) as shell:
        assert shell.end() == 0
    assert "\x1b[48;5;229m" in shell.seen and "a cell is a UID" in shell.seen
    with on_terminal(net, "weights", "show", str(OPEN), NO_COLOR="1") as shell:
        assert shell.end() == 0
    (line,) = (one for one in shell.seen.splitlines() if one.startswith("    1 "))
    assert line.rstrip().endswith("█·") and "\x1b[48" not in shell.seen
    with on_terminal(net, "weights", "show", str(OPEN), "--list") as shell:
        assert shell.end() == 0
    assert "weighs" in shell.seen and "a cell is" not in shell.seen
    code, out, _ = net.taoctl("weights", "show", str(OPEN))
    assert code == 0 and "weighs" in out
    code, out, _ = net.taoctl("weights", "show", str(OPEN), "--map")
    assert code == 0 and "a cell is a UID" in out and "\x1b" not in out


def test_a_chain_that_is_gone_is_said_and_the_page_stays(net: StakeNet) -> None:
    at = weigh(net, OPEN)
    with on_terminal(net, "weights", "watch", str(OPEN), *AS_ALICE) as shell:
        shell.expect("fresh")
        net.chain.stop()
        shell.expect(rf"block {at} · subnet {OPEN}.*\x1b\[33m[^\r]+.*fresh")
        shell.type("\x03")
        assert shell.end() == 130
    assert "Traceback" not in shell.seen
