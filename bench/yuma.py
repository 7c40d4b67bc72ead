"""Milliseconds per Yuma epoch at several subnet sizes; prints figures, asserts nothing."""

from __future__ import annotations

import random
import statistics
import time

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
    """Print the median and the best of several rounds for each size and rule."""
    print(f"{'validators':>10} {'uids':>5} {'rule':>8} {'median ms':>10} {'best ms':>8}")
    for validators, uids in SIZES:
        for name, (yuma3, liquid) in RULES.items():
            epoch = subnet(validators, uids, yuma3=yuma3, liquid=liquid)
            run_epoch(epoch)
            taken = []
            for _ in range(ROUNDS):
                start = time.perf_counter()
                run_epoch(epoch)
                taken.append((time.perf_counter() - start) * 1e3)
            median, best = statistics.median(taken), min(taken)
            print(f"{validators:>10} {uids:>5} {name:>8} {median:>10.2f} {best:>8.2f}")


if __name__ == "__main__":
    main()
