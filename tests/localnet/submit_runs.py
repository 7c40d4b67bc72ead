"""Submissions under faults, and the comparison of the journal with the chain afterwards."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from chain_thread import Executed, ThreadChain, test_key
from fault_proxy import Fault, FaultProxy, Spoil
from submit_child import ERA_BLOCKS, STEPS, TIMEOUT_S, submit

from taoctl.addresses import encode_ss58
from taoctl.chain.client import connect
from taoctl.errors import TaoctlError
from taoctl.journal.record import Record, State
from taoctl.journal.store import Journal
from taoctl.scale.crypto import KeySigner, blake2_256
from taoctl.submit.options import Wait
from taoctl.submit.settle import rebroadcast, resume_all
from taoctl.wallet.keys import Key
from taoctl.wallet.store import WalletStore

CHILD = Path(__file__).with_name("submit_child.py")
RAO = 1_000_000
ANSWER_S = 1.5
"""How long the answer to a submission is waited for where it may never come."""
UNANSWERED = (Spoil.SWALLOW, Spoil.LOSE_ANSWER, Spoil.DELAY_ANSWER, Spoil.DELAY_REQUEST)
ROUND = 50
"""Runs after which everything is settled."""


class Trouble(StrEnum):
    """What goes wrong in a run, besides what the proxy spoils."""

    PROXY = "the proxy spoils the submission"
    RESTART = "the node restarts"
    REORG = "the block is retracted"
    KILL = "the process is killed at a step"
    INTERRUPT = "the user presses Ctrl-C"
    TWO = "two processes use one key"


@dataclass
class Runs:
    """Many runs, each with a key of its own, on one chain.

    `said` has what each run was told, by run; `problems` what must not have been.
    """

    chain: ThreadChain
    seed: int
    said: dict[int, list[str]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    happened: Counter[str] = field(default_factory=Counter)

    def go(self, troubles: list[Trouble], workers: int) -> None:
        """Do a run for each trouble, some at once; those that move the chain stand alone.

        What they leave is settled now and then, since a node keeps the events of some hundred
        blocks only, and fewer when it restarts.
        """
        for at in range(0, len(troubles), ROUND):
            self._round(list(enumerate(troubles))[at : at + ROUND], workers)
            self.settle()

    def _round(self, numbered: list[tuple[int, Trouble]], workers: int) -> None:
        together = [n for n in numbered if n[1] not in (Trouble.RESTART, Trouble.REORG)]
        alone = [n for n in numbered if n[1] in (Trouble.RESTART, Trouble.REORG)]
        with ThreadPoolExecutor(workers) as pool:
            for done in [pool.submit(self._run, *one) for one in together]:
                done.result()
        for one in alone:
            self.settle()
            self._run(*one)

    def _run(self, number: int, trouble: Trouble) -> None:
        chance = random.Random(self.seed * 1_000_003 + number)
        dest = destination(number)
        with FaultProxy(self.chain.url) as proxy:
            match trouble:
                case Trouble.PROXY:
                    said = self._spoilt(number, dest, proxy, chance)
                case Trouble.RESTART | Trouble.REORG:
                    said = self._shaken(number, dest, trouble, chance)
                case Trouble.KILL:
                    said = self._killed(number, dest, proxy, chance)
                case Trouble.INTERRUPT:
                    said = self._interrupted(number, dest, chance)
                case Trouble.TWO:
                    said = self._two(number, dest)
        self.said[number] = said
        self.happened[trouble.name] += 1

    def _send(
        self, url: str, number: int, dest: str, chance: random.Random, spoil: Spoil = Spoil.NOTHING
    ) -> str:
        """Send in this process; the state or the error that it came to."""
        wait = chance.choice([Wait.NONE, Wait.INBLOCK, Wait.INBLOCK, Wait.FINALIZED])
        answer_s = ANSWER_S if spoil in UNANSWERED else TIMEOUT_S
        with Journal() as journal:
            work = submit(url, test_key(number), dest, RAO, wait, 2.5, journal, answer_s)
            try:
                return asyncio.run(work).state.value
            except TaoctlError as problem:
                return problem.code

    def _spoilt(
        self, number: int, dest: str, proxy: FaultProxy, chance: random.Random
    ) -> list[str]:
        spoil = list(Spoil)[number % len(Spoil)]
        self.happened[spoil.name] += 1
        down = chance.random() < 0.3
        proxy.spoil(Fault(spoil, chance.choice([0.05, 0.3, 1.0, 2.0]), down))
        said = [self._send(proxy.url, number, dest, chance, spoil)]
        if proxy.seen > 1:
            self.problems.append(f"run {number} handed over {proxy.seen} times ({spoil})")
        proxy.heal()
        if chance.random() < 0.5:
            # The user tries the next thing with this key at once.
            said.append(self._send(self.chain.url, number, dest, chance))
        return said

    def _shaken(self, number: int, dest: str, trouble: Trouble, chance: random.Random) -> list[str]:
        with ThreadPoolExecutor(1) as pool:
            sent = pool.submit(self._send, self.chain.url, number, dest, chance)
            with Journal() as journal:
                while not sent.done() and not self._sent_by(journal, number):
                    time.sleep(0.005)
            time.sleep(chance.uniform(0, 0.4))
            if trouble is Trouble.RESTART:
                self.chain.stop()
                time.sleep(chance.uniform(0, 0.3))
                self.chain.start()
            else:
                self.chain.go_back(chance.randint(1, 2), forget=chance.random() < 0.5)
            return [sent.result()]

    def _child(
        self, url: str, number: int, dest: str, step: int = 0, timeout_s: float = TIMEOUT_S
    ) -> subprocess.Popen[str]:
        """The command line, at work in a process of its own."""
        folder = wallets()
        if not (folder / str(number)).exists():
            key = Key.from_seed(test_key(number))
            WalletStore(folder).write_key(str(number), None, key, None)
        words = [sys.executable, str(CHILD), str(step), "wallet", "transfer", dest, f"{RAO}rao"]
        words += ["--wallet", str(number), "--wallet-path", str(folder), "-n", url, "-y"]
        words += ["--era", str(ERA_BLOCKS), "--timeout", str(timeout_s), "-o", "json", "--no-input"]
        return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def _told(self, child: subprocess.Popen[str], *, may_die: bool = False) -> str:
        """What the command line said: the state, or the error."""
        out, err = child.communicate(timeout=300)
        if may_die and child.returncode == -signal.SIGKILL:
            return "killed"
        try:
            if out:
                return str(json.loads(out)["data"]["state"])
            error = json.loads(err.splitlines()[-1])["error"]
            return f"{error['code']}: {error['message']}"
        except (ValueError, IndexError, KeyError):
            self.problems.append(f"a child ended with {child.returncode}: {err[-2000:]}")
            return "crashed"

    def _killed(
        self, number: int, dest: str, proxy: FaultProxy, chance: random.Random
    ) -> list[str]:
        step = 1 + number % STEPS
        child = self._child(proxy.url, number, dest, step)
        return [self._told(child, may_die=True)]

    def _interrupted(self, number: int, dest: str, chance: random.Random) -> list[str]:
        child = self._child(self.chain.url, number, dest)
        until = time.monotonic() + 240
        with Journal() as journal:
            while time.monotonic() < until and child.poll() is None:
                if self._sent_by(journal, number):
                    break
                time.sleep(0.005)
        time.sleep(chance.uniform(0, 0.1))
        if child.poll() is None:
            os.kill(child.pid, signal.SIGINT)
        said = self._told(child)
        with Journal() as journal:
            sent = self._sent_by(journal, number)
        # It may have been done already, and the signal have found the interpreter on its way out.
        done = said in set(State) and child.returncode in (-signal.SIGINT, 130)
        if child.returncode not in (0, 7) and sent and not done:
            self.problems.append(f"Ctrl-C ended run {number} with {child.returncode} ({said})")
        return [said]

    def _sent_by(self, journal: Journal, number: int) -> bool:
        signer = KeySigner(test_key(number)).ss58
        return any(record.signer_ss58 == signer for record in journal.list())

    def _two(self, number: int, dest: str) -> list[str]:
        children = [self._child(self.chain.url, number, one) for one in (dest, other(number))]
        said = [self._told(child) for child in children]
        if not set(said) <= {"in_block", "finalized"}:
            self.problems.append(f"two processes with the key of run {number} got {said}")
        return said

    # afterwards

    def settle(self) -> tuple[Record, ...]:
        """All records after `tx resume`, when the eras of all are over."""
        with Journal() as journal:
            asyncio.run(self._try_again(journal))
            self.chain.make_blocks(ERA_BLOCKS + 8)
            asyncio.run(self._resume(journal))
            return journal.list()

    async def _try_again(self, journal: Journal) -> None:
        """Hand those of every third run that are open to the node again."""
        thirds = {KeySigner(test_key(number)).ss58 for number in self.said if number % 3 == 0}
        async with connect(self.chain.url, timeout=TIMEOUT_S) as chain:
            for record in await resume_all(chain, journal):
                if record.unresolved and record.signer_ss58 in thirds:
                    self.happened["rebroadcast"] += 1
                    try:
                        await rebroadcast(chain, journal, record)
                    except TaoctlError:
                        self.happened["rebroadcast refused"] += 1

    async def _resume(self, journal: Journal) -> None:
        async with connect(self.chain.url, timeout=TIMEOUT_S) as chain:
            await resume_all(chain, journal)

    def compare(self, records: tuple[Record, ...]) -> None:
        """Add to `problems` whatever the journal says and the chain does not, or the reverse."""
        executed = self.chain.executed()
        known = {record.extrinsic_hash for record in records}
        ours = {KeySigner(test_key(number)).public_key for number in self.said}
        self._compare_counts(records)
        for record in records:
            places = executed.get(record.extrinsic_hash, [])
            self.happened[f"-> {record.state.value}"] += 1
            if len(places) > 1:
                self.problems.append(f"{record.id} was executed {len(places)} times")
            self._compare_one(record, places[0] if places else None)
        heads = self.chain.heads()
        for digest in executed.keys() - known:
            if any(key in heads[digest] for key in ours):
                self.problems.append(f"{digest} is on the chain and not in the journal")
        self._compare_amounts(records)

    def _compare_one(self, record: Record, place: Executed | None) -> None:
        if not record.final:
            self.problems.append(f"{record.id} is not final: {record.state} {record.reason}")
        if place is None:
            if record.state not in (State.EXPIRED, State.REPLACED, State.REJECTED):
                self.problems.append(f"{record.id} is {record.state}, and in no block")
            return
        if any(step.state is State.REJECTED for step in Journal().steps(record.id)):
            self.problems.append(f"{record.id} was said to be refused, and was carried out")
        wanted = State.FINALIZED if place.succeeded else State.FAILED
        found = (record.state, record.block, record.block_hash, record.index)
        truth = (wanted, place.block, place.block_hash, place.index)
        if found != truth:
            self.problems.append(f"{record.id} is {found}, the chain says {truth}")

    def _compare_counts(self, records: tuple[Record, ...]) -> None:
        """Nothing is signed that no command asked for."""
        signed = Counter(record.signer_ss58 for record in records)
        for number, said in self.said.items():
            count = signed[KeySigner(test_key(number)).ss58]
            if count > len(said):
                self.problems.append(f"run {number}: {count} transactions of {len(said)} commands")

    def _compare_amounts(self, records: tuple[Record, ...]) -> None:
        paid = self.chain.received_rao()
        total = sum(paid[destination(n)] + paid[other(n)] for n in self.said)
        wanted = RAO * sum(record.state is State.FINALIZED for record in records)
        if total != wanted:
            self.problems.append(f"{total} rao arrived, the journal says {wanted}")


def wallets() -> Path:
    """The folder of the wallets that processes use."""
    return Path(os.environ["TAOCTL_HOME"]) / "wallets"


def destination(number: int) -> str:
    """An address that only this run pays."""
    return encode_ss58(blake2_256(b"destination %d" % number))


def other(number: int) -> str:
    """A second address that only this run pays."""
    return encode_ss58(blake2_256(b"other %d" % number))
