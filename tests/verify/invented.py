# SPDX-License-Identifier: ISC
"""Records of what might have happened, near the bounds of conclave-protocol(7), section 8."""

REVEALED, EXPELLED, WITHHELD, LATE, MISSED, NOT_AWAITED = range(6)


def later(rng, moment, rules, steps):
    """A moment so many blocks later, at a time that a window may depend on."""
    height, time = moment
    window = rng.choice((rules["commit_ms"], rules["reveal_ms"], rules["grace_ms"], 2, 2))
    time += max(1, window + rng.choice((-1, 0, 0, 1))) if steps else 0
    return [height + steps, min(time, 2 ** 64 - 1)]


def moments(rng, opened, rules):
    """opened, sealed, decided, final; the outcome comes before or after SEALED ends."""
    first = later(rng, opened, rules, rng.choice((0, 1, 1, 2)))
    second = later(rng, first, rules, rng.choice((1, 1, 1, 2, 0) if rng.random() < 0.2 else (1, 2)))
    final = later(rng, second, rules, rng.choice((1, 1, 1, 0) if rng.random() < 0.1 else (1, 2)))
    sealed, decided = (first, second) if rng.random() < 0.8 else (second, first)
    return opened, sealed, decided, final


def row(rng, status, opened, sealed, decided, final):
    """A seat record without what its ballot says."""
    cast = status in (REVEALED, WITHHELD) or status == EXPELLED and rng.random() < 0.5
    ballot = [bytes([7] * 32), rng.randint(opened[0], sealed[0])] if cast else [[], []]
    if status != REVEALED:
        return [status] + ballot + [[], [], [], []]
    revealed = rng.choice((sealed[0] + 1, sealed[0] + 1, decided[0], decided[0], final[0]))
    return [status] + ballot + [0, 0, b"", max(revealed, sealed[0] + 1)]


def guess(rng, sealed, decided, approvals, T):
    """Outcome and reason; most often one that can be."""
    if rng.random() < 0.3:
        return rng.choice(((1, 0), (0, 1), (0, 2), (0, 3), (0, 0), (1, 1)))
    if approvals >= T:
        return 1, 0
    return (0, rng.choice((1, 2, 3)) if sealed[0] < decided[0] else 3)


def record(rng, old, charter):
    """Of the proposal and class of the old one, and its openings."""
    rules, T = charter.classes[old[1]], old[2]
    start = old[3] if rng.random() < 0.9 else [old[3][0], 2 ** 64 - 1 - rng.randrange(3000)]
    opened, sealed, decided, final = moments(rng, start, rules)
    choices = rng.choice(((0, 1, 1, 1, 2), (0, 1, 1, 1, 1, 1), (1,)))
    weights = rng.choice(((9, 1, 1, 1, 1, 1), (9, 0, 0, 0, 0, 0), (3, 0, 3, 0, 1, 0),
                          (4, 4, 0, 0, 0, 0), (2, 0, 0, 1, 3, 1), (6, 0, 2, 0, 0, 0)))
    statuses = rng.choices(range(6), weights, k=charter.n)
    rows = [row(rng, status, opened, sealed, decided, final) for status in statuses]
    active, openings, tally = bytearray(len(old[7])), [], [0, 0, 0]
    for i, one in enumerate(rows):
        if one[0] in (REVEALED, WITHHELD, LATE, MISSED):
            active[i // 8] |= 0x80 >> i % 8
        if one[0] == REVEALED:
            ballot = [rng.choice(choices), rng.randrange(101), "because"]
            tally[(1, 0, 2)[ballot[0]]] += 1
            openings.append([i + 1, ballot, bytes([i] * 32)])
    approvals = sum(1 for seat, ballot, _ in openings
                    if ballot[0] == 1 and rows[seat - 1][6] <= decided[0])
    outcome = guess(rng, sealed, decided, approvals, T)
    return [old[0], old[1], T, opened, sealed, decided, final, bytes(active), *outcome, tally,
            rows], openings
