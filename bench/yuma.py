"""Milliseconds per Yuma epoch at several subnet sizes; prints figures, asserts nothing."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Sequence
from dataclasses import replace
from struct import pack

from taoctl.economics.epoch import PairRow
from taoctl.economics.yuma import EpochInput, run_epoch

SIZES = ((3, 16), (12, 64), (16, 256), (64, 256))
RULES = {"classic": (False, False), "yuma3": (True, False), "liquid": (True, True)}
ROUNDS = 15


def subnet(validators: int, uids: int, *, yuma3: bool, liquid: bool) -> EpochInput:
    """A dense subnet: every validator weighs every uid and holds a bond in each."""
    draw = random.Random(uids * validators)

    def row() -> tuple[tuple[int, int], ...]:
        return tuple((uid, draw.randint(1, 65_535)) for uid in range(uids))

    rows = [row() if uid < validators else () for uid in range(uids)]
    return EpochInput(
        n=uids,
        block=10_000,
        tempo=360,
        last_mechanism_step_block=9_639,
        activity_cutoff=5_000,
        kappa=32_767,
        bonds_penalty=65_535,
        bonds_moving_average=900_000,
        yuma3=yuma3,
        liquid_alpha=liquid,
        alpha_low=45_875,
        alpha_high=58_982,
        alpha_sigmoid_steepness=1_000,
        max_allowed_validators=validators,
        stake_threshold=0,
        owner_uid=0,
        rao_emission=200_000_000_000,
        tao_weight_u64=3_320_413_933_267_719_290,
        alpha_stake=[draw.randint(10**12, 10**15) if rows[uid] else 0 for uid in range(uids)],
        tao_stake=[draw.randint(0, 10**14) if rows[uid] else 0 for uid in range(uids)],
        last_update=[9_900] * uids,
        block_at_registration=[0] * uids,
        validator_permit=[uid < validators for uid in range(uids)],
        weights=rows,
        bonds=[row() if pairs else () for pairs in rows],
    )


def main() -> None:
    """Print median elapsed and CPU time of several rounds for each size, form and rule."""
    print(f"{'validators':>10} {'uids':>5} {'rule':>8} {'rows':>6} {'ms':>7} {'CPU ms':>7}")
    for validators, uids in SIZES:
        for name, (yuma3, liquid) in RULES.items():
            pairs = subnet(validators, uids, yuma3=yuma3, liquid=liquid)
            stored = replace(pairs, weights=packed(pairs.weights), bonds=packed(pairs.bonds))
            for form, epoch in (("pairs", pairs), ("bytes", stored)):
                elapsed, cpu = timed(epoch)
                case = f"{validators:>10} {uids:>5} {name:>8} {form:>6}"
                print(f"{case} {elapsed:>7.2f} {cpu:>7.2f}")


def packed(rows: Sequence[PairRow]) -> list[bytes]:
    """Rows as little-endian u16, the form a chain stores them in."""
    return [pack(f"<{2 * len(row)}H", *(number for pair in row for number in pair)) for row in rows]


def timed(epoch: EpochInput) -> tuple[float, float]:
    """Median elapsed and CPU milliseconds of one epoch."""
    elapsed, cpu = [], []
    run_epoch(epoch)
    for _ in range(ROUNDS):
        start, busy = time.perf_counter(), time.process_time()
        run_epoch(epoch)
        cpu.append((time.process_time() - busy) * 1e3)
        elapsed.append((time.perf_counter() - start) * 1e3)
    return statistics.median(elapsed), statistics.median(cpu)


if __name__ == "__main__":
    main()
