# SPDX-License-Identifier: ISC
"""The statistics of conclave-patterns(7), computed a second time from the lists that
conclave-export(1) writes, in exact fractions, and compared with what the node says.

second.py DECISIONS BALLOTS PATTERNS

It ends with 0 if all is the same.
"""
import json
import sys
from fractions import Fraction
from math import sqrt


def rows(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def rounded(part, whole, parts):
    """To the nearest, halves up; nothing of nothing."""
    return None if whole == 0 else int(Fraction(part * parts, whole) + Fraction(1, 2))


class Ballot:
    def __init__(self, row, decision):
        self.status = row["status"]
        self.kind = row["class"]
        self.choice = row["choice"]
        self.confidence = row["confidence"]
        self.votes = self.choice in ("approve", "reject")
        self.agrees = self.votes and (self.choice == "approve") == (row["outcome"] == "approved")
        self.ballot = self.reveal = None
        if row["ballot_height"] is not None:
            self.ballot = row["ballot_height"] - decision["opened_height"]
        if row["reveal_height"] is not None:
            self.reveal = row["reveal_height"] - decision["sealed_height"]


def tally(ballots):
    def count(test):
        return sum(1 for b in ballots if test(b))

    opened = [b for b in ballots if b.choice is not None]
    votes = [b for b in opened if b.votes]
    given = [b for b in ballots if b.ballot is not None]
    awaited = count(lambda b: b.status not in ("expelled", "not-awaited"))
    approve = count(lambda b: b.choice == "approve")
    agreed = count(lambda b: b.agrees)
    squares = sum((b.confidence - (100 if b.agrees else 0)) ** 2 for b in votes)
    return {
        "awaited": awaited,
        "revealed": len(opened),
        "withheld": count(lambda b: b.status == "withheld"),
        "missed": count(lambda b: b.status == "missed"),
        "late": count(lambda b: b.status == "late"),
        "approve": approve,
        "reject": count(lambda b: b.choice == "reject"),
        "abstain": count(lambda b: b.choice == "abstain"),
        "with_outcome": agreed,
        "against_outcome": len(votes) - agreed,
        "participation_permille": rounded(min(len(opened), awaited), awaited, 1000),
        "agreement_permille": rounded(agreed, len(votes), 1000),
        "approval_permille": rounded(approve, len(votes), 1000),
        "confidence_permille": rounded(sum(b.confidence for b in opened), len(opened), 10),
        "brier": rounded(squares, len(votes), 1),
        "ballot_blocks_milli": rounded(sum(b.ballot for b in given), len(given), 1000),
        "reveal_blocks_milli": rounded(sum(b.reveal for b in opened), len(opened), 1000),
    }


def streak(ballots):
    row = 0
    for b in ballots:
        if b.votes:
            row = 0 if b.agrees else row + 1
    return row


def crossed(first, second):
    """How often they chose what, where both voted: [first rejects][second rejects]."""
    cells = [[0, 0], [0, 0]]
    for a, b in zip(first, second):
        if a.votes and b.votes:
            cells[a.choice == "reject"][b.choice == "reject"] += 1
    return cells


def eased(cells):
    """With half a case more in each, of which intervals are made."""
    return [[n + Fraction(1, 2) for n in row] for row in cells]


def by_chance(cells):
    (aa, ar), (ra, rr) = cells
    n = aa + ar + ra + rr
    both = (aa + ar) * (aa + ra) + (ra + rr) * (ar + rr)
    return Fraction(both) / (n * n) if n else 1


def kappa(cells):
    """The value, and the middle and half of the width of its interval."""
    def value(of):
        agree = Fraction(of[0][0] + of[1][1]) / sum(map(sum, of))
        return agree, (agree - by_chance(of)) / (1 - by_chance(of))

    if by_chance(cells) == 1:
        return None
    more = eased(cells)
    agree, middle = value(more)
    half = 1.96 * sqrt(agree * (1 - agree) / sum(map(sum, more))) / float(1 - by_chance(more))
    return float(value(cells)[1]), float(middle), half


def phi(cells):
    def value(of):
        (aa, ar), (ra, rr) = of
        product = (aa + ar) * (ra + rr) * (aa + ra) * (ar + rr)
        return float(aa * rr - ar * ra) / sqrt(product) if product else None

    if value(cells) is None:
        return None
    middle = value(eased(cells))
    return value(cells), middle, 1.96 * (1 - middle ** 2) / sqrt(sum(map(sum, eased(cells))))


class Comparison:
    def __init__(self):
        self.compared = 0
        self.wrong = []

    def same(self, what, got, expected):
        self.compared += 1
        if got != expected:
            self.wrong.append(f"{what}: {got}, expected {expected}")

    def near(self, what, got, measure):
        """A value and the ends of its interval, in thousandths."""
        self.compared += 1
        if measure is None:
            self.same(what, got, [None, None, None])
            return
        value, middle, half = measure
        expected = [value, max(-1, min(value, middle - half)), min(1, max(value, middle + half))]
        off = [abs(g - 1000 * e) if g is not None else 1000 for g, e in zip(got, expected)]
        if off[0] > 1.01 or max(off) > 3:
            self.wrong.append(f"{what}: {got}, expected {[round(1000 * e) for e in expected]}")


def compare_seats(c, patterns, seats, periods):
    for row in patterns["seats"]:
        ballots = seats[row["seat"]]
        for name, size in periods:
            for member, value in tally(ballots[-size:]).items():
                c.same(f"seat {row['seat']} {name} {member}", row[name][member], value)
        c.same(f"seat {row['seat']} streak", row["streak"], streak(ballots))
        for kind in row["classes"]:
            whole = tally([b for b in ballots if b.kind == kind["class"]])
            for member in ("approve", "reject", "abstain", "against_outcome",
                           "agreement_permille", "approval_permille"):
                c.same(f"seat {row['seat']} {kind['class']} {member}", kind[member],
                       whole[member])


def compare_pairs(c, pairs, seats, window):
    for row in pairs["rows"]:
        got = dict(zip(pairs["columns"], row))
        first, second = seats[got["a"]], seats[got["b"]]
        for prefix, size in (("", window), ("all_", len(first))):
            cells = crossed(first[-size:], second[-size:])
            what = f"seats {got['a']} and {got['b']} {prefix}"
            c.same(what + "votes", got[prefix + "votes"], sum(map(sum, cells)))
            c.same(what + "agreed", got[prefix + "agreed"], cells[0][0] + cells[1][1])
            for measure, of in (("kappa", kappa), ("phi", phi)):
                if prefix + measure in got:
                    names = [prefix + measure + end for end in ("", "_low", "_high")]
                    c.near(what + measure, [got[name] for name in names], of(cells))


def main():
    decisions = {row["record"]: row for row in rows(sys.argv[1])}
    seats = {}
    for row in rows(sys.argv[2]):
        seats.setdefault(row["seat"], []).append(Ballot(row, decisions[row["record"]]))
    with open(sys.argv[3], encoding="utf-8") as file:
        patterns = json.load(file)
    c = Comparison()
    window, recent = patterns["window"]["size"], patterns["recent"]["size"]
    c.same("decisions", patterns["decisions"], len(decisions))
    compare_seats(c, patterns, seats,
                  [("all", len(decisions)), ("window", window), ("recent", recent)])
    compare_pairs(c, patterns["pairs"], seats, window)
    print(f"{c.compared} figures compared, {len(c.wrong)} differ")
    for line in c.wrong[:20]:
        print(line)
    return 1 if c.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
