"""A second, slow epoch in plain integers and sparse rows, to hold the array version against."""

from dataclasses import dataclass

from taoctl.economics.yuma import EpochInput

ONE = 1 << 32
Row = list[tuple[int, int]]


@dataclass
class Scalars:
    active: list[bool]
    ranks: list[int]
    stake: list[int]
    active_stake: list[int]
    consensus: list[int]
    incentive: list[int]
    dividends: list[int]
    validator_trust: list[int]
    bonds: list[Row | None]
    validator_permit: list[bool]
    shares: tuple[list[int], list[int], list[int]]


def mul(a: int, b: int) -> int:
    return (a * b) >> 32


def div(a: int, b: int) -> int:
    return (a << 32) // b if b else 0


def shared(values: list[int]) -> list[int]:
    total = sum(values)
    return [div(value, total) for value in values] if total else list(values)


def exponential(x: int) -> int:
    x = max(min(x, 20 * ONE), -20 * ONE)
    if x in (0, ONE):
        return ONE if x == 0 else int(2.718281828459045 * (1 << 23)) << 9
    term = abs(x)
    total = ONE + term
    for i in range(2, 32):
        term = mul(term, abs(x)) // i
        total += term
    return total if x > 0 else (1 << 64) // total


def median(stake: list[int], score: list[int], part: list[int], minority: int, hi: int) -> int:
    """Quick-select around the middle element, as the chain walks it."""
    lo = 0
    while len(part) > 1:
        pivot = score[part[len(part) // 2]]
        lower = [i for i in part if score[i] < pivot]
        upper = [i for i in part if score[i] > pivot]
        below, above = sum(stake[i] for i in lower), sum(stake[i] for i in upper)
        if minority < lo + below and lower:
            part, hi = lower, lo + below
        elif hi - above <= minority and upper:
            part, lo = upper, hi - above
        else:
            return pivot
    return score[part[0]] if part else 0


def column_sums(rows: list[Row], n: int) -> list[int]:
    sums = [0] * n
    for row in rows:
        for j, value in row:
            sums[j] += value
    return sums


def column_shares(rows: list[Row], n: int) -> list[Row]:
    sums = column_sums(rows, n)
    return [[(j, div(value, sums[j])) for j, value in row] for row in rows]


def moving_average(new: list[Row], old: list[Row], alpha: int, n: int) -> list[Row]:
    out = []
    for new_row, old_row in zip(new, old, strict=True):
        cells = [0] * n
        for j, value in new_row:
            cells[j] += mul(alpha, value)
        for j, value in old_row:
            cells[j] += mul(ONE - alpha, value)
        out.append([(j, value) for j, value in enumerate(cells) if value > 0])
    return out


def walked(row: Row, n: int) -> list[int]:
    """Values that an ascending, never returning walk finds."""
    found, at = [0] * n, 0
    for j in range(n):
        while at < len(row) and row[at][0] < j:
            at += 1
        if at < len(row) and row[at][0] == j:
            found[j] = row[at][1]
    return found


def liquid(e: EpochInput, new: list[Row], old: list[Row], consensus: list[int]) -> list[Row]:
    low, high = ((value << 32) // 65_535 for value in (e.alpha_low, e.alpha_high))
    steep = abs(e.alpha_sigmoid_steepness << 32) // 100
    steep = -steep if e.alpha_sigmoid_steepness > 0 else steep
    out = []
    for new_row, old_row in zip(new, old, strict=True):
        weights, bonds = walked(new_row, e.n), walked(old_row, e.n)
        alphas = []
        for weight, bond, level in zip(weights, bonds, consensus, strict=True):
            gap = weight - level if weight >= bond else bond - weight
            power = exponential(mul(steep, max(min(gap, ONE), 0) - ONE // 2))
            alpha = low + mul((1 << 64) // (ONE + power), high - low)
            alphas.append(max(min(alpha, high), low))
        decayed = [0] * e.n
        for j, value in old_row:
            decayed[j] = mul(ONE - alphas[j], value)
        row = [(j, min(decayed[j] + mul(alphas[j], value), ONE)) for j, value in new_row]
        out.append([(j, value) for j, value in row if value > 0])
    return out


def weight_rows(e: EpochInput, permits: list[bool]) -> list[Row]:
    rows: list[Row] = []
    for i in range(e.n):
        commit = None if e.commit_blocks is None else e.commit_blocks[i]
        kept = [
            (j, value)
            for j, value in e.weights[i]
            if permits[i]
            and j < e.n
            and (i != j or i == e.owner_uid)
            and e.last_update[i] > e.block_at_registration[j]
            and (commit is None or commit >= e.block_at_registration[j])
        ]
        total = sum(value for _, value in kept)
        rows.append([(j, (value << 32) // total if total else 0) for j, value in kept])
    return rows


def bond_rows(e: EpochInput) -> list[Row]:
    last = e.last_mechanism_step_block
    last_tempo = last + 1 if last else max(e.block - e.tempo, 0)
    return [
        [(j, v << 32) for j, v in row if j < e.n and last_tempo > e.block_at_registration[j]]
        for row in e.bonds
    ]


def epoch(e: EpochInput) -> Scalars:
    n, uids = e.n, range(e.n)
    active = [e.last_update[i] + e.activity_cutoff >= e.block for i in uids]
    tao_weight = ((e.tao_weight_u64 << 32) // (2**64 - 1)) << 32
    total = [(e.alpha_stake[i] << 64) + e.tao_stake[i] * tao_weight for i in uids]
    counted = [
        total[i] if i == e.owner_uid or total[i] >> 64 >= e.stake_threshold else 0 for i in uids
    ]
    whole = sum(counted)
    stake = [((value << 64) // whole if whole else value) >> 32 for value in counted]
    ranked = sorted(uids, key=lambda i: (stake[i], i))
    top = set(ranked[max(n - e.max_allowed_validators, 0) :])
    new_permits = [(i in top and stake[i] > 0) or i == e.owner_uid for i in uids]
    permits = [bool(e.validator_permit[i]) or i == e.owner_uid for i in uids]
    active_stake = shared([stake[i] if active[i] and permits[i] else 0 for i in uids])

    weights = weight_rows(e, permits)
    voters = [i for i in uids if active_stake[i] > 0]
    votes = shared([active_stake[i] for i in voters])
    minority = sum(votes) - (e.kappa << 32) // 65_535
    consensus = []
    for j in uids:
        score = [dict(weights[i]).get(j, 0) for i in voters]
        consensus.append(median(votes, score, list(range(len(votes))), minority, sum(votes)))
    clipped = [
        [(j, min(v, consensus[j])) for j, v in row if v <= consensus[j] or consensus[j] > 0]
        for row in weights
    ]
    trust = [sum(v for _, v in row) for row in clipped]
    ranks = [0] * n
    for i in uids:
        for j, value in clipped[i]:
            ranks[j] += mul(active_stake[i], value)
    incentive = shared(ranks)

    penalty = (e.bonds_penalty << 32) // 65_535
    if penalty == 0:
        target = weights
    elif penalty == ONE:
        target = clipped
    else:
        target = []
        for raw, cut in zip(weights, clipped, strict=True):
            a, b = dict(raw), dict(cut)
            cells = ((j, a.get(j, 0), b.get(j, 0)) for j in uids)
            moved = [(j, x + ((penalty * (y - x)) >> 32)) for j, x, y in cells]
            target.append([(j, value) for j, value in moved if value > 0])
    alpha = ONE - ((e.bonds_moving_average << 64) // 1_000_000 >> 32)
    old = bond_rows(e)
    if e.yuma3:
        old = [[(j, value // 65_535) for j, value in row] for row in old]
        if e.liquid_alpha and any(consensus):
            bonds = liquid(e, target, old, consensus)
        else:
            bonds = moving_average(target, old, alpha, n)
        owned = [sum(mul(v, incentive[j]) for j, v in row) for row in column_shares(bonds, n)]
        dividends = shared([mul(owned[i], active_stake[i]) for i in uids])
    else:
        delta = [[(j, mul(v, active_stake[i])) for j, v in target[i]] for i in uids]
        bonds = moving_average(column_shares(delta, n), column_shares(old, n), alpha, n)
        bonds = column_shares(bonds, n)
        dividends = shared([sum(mul(incentive[j], v) for j, v in row) for row in bonds])
        highest = [max((v for row in bonds for k, v in row if k == j), default=0) for j in uids]
        bonds = [[(j, div(v, highest[j])) for j, v in row] for row in bonds]

    combined = [a + b for a, b in zip(incentive, dividends, strict=True)]
    everything = sum(combined)
    if everything:
        shares = tuple([div(v, everything) for v in x] for x in (incentive, dividends, combined))
    else:
        fallback = active_stake if any(active_stake) else stake
        shares = (incentive, fallback, fallback)
    stored: list[Row | None] = []
    for i in uids:
        if new_permits[i]:
            stored.append([(j, min((v * 65_535) >> 32, 65_535)) for j, v in bonds[i]])
        else:
            stored.append([] if permits[i] else None)
    return Scalars(
        active,
        ranks,
        stake,
        active_stake,
        consensus,
        incentive,
        dividends,
        trust,
        stored,
        new_permits,
        shares,
    )
