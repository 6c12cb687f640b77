# SPDX-License-Identifier: ISC
"""A second verifier of proof bundles, written from conclave-protocol(7) and
conclave-charter(5) alone. It shares no code with the program. Names of sections are those of
conclave-protocol(7).

second.py CHARTER FILE...       judges bundles: one line for each, "FILE: holds" or "FILE:
                                CHECK: reason", with the first of the checks of section 11
                                that fails
second.py --log CHARTER note FILE...
second.py --log CHARTER inclusion RECORD FILE...
second.py --log CHARTER consistency SIZE ROOT FILE...
                                the same for what section 12 calls notes and proofs as text:
                                RECORD is a file with the encoding of the record, SIZE and
                                ROOT, in hexadecimal, are those of the older checkpoint

It ends with 0 only if all hold, and with 2 where it was called wrongly.
"""
import sys

import second_log
from second_basis import H, Wrong, absent, ascending, climb, decode, either, encode, exactly, \
    fields, hash32, hashes_of, leaf_hash, must, number, octets, path_shape, \
    seat_number, several, signature64, text
from second_charter import Charter

CHECKS = ("shape", "council", "certificate", "state", "record", "proposal", "openings", "tally",
          "hands")
BUNDLE_MAX = 1048576
OPERATION_MAX = 131072

REVEALED, EXPELLED, WITHHELD, LATE, MISSED, NOT_AWAITED = range(6)
REJECT, APPROVE, ABSTAIN = range(3)
NO_REASON, TOO_FEW, DEADLINE, UNREACHABLE = range(4)

# --- shapes, from sections 3, 5, 6, 8 and 11 ---

moment = fields(height=number(), time=number())
choice, confidence, seat_count = number(0, 2), number(0, 100), number(0, 128)

header_shape = fields(version=exactly(1), height=number(1), prev_hash=hash32, view=number(),
                      time=number(), ops_root=hash32, executed=number(), state_root=hash32)
certificate_shape = fields(
    kind=number(1, 2), view=number(), height=number(1), block_hash=hash32,
    entries=ascending(several(fields(seat=seat_number, signature=signature64), 1, 128)))
seat_shape = fields(
    status=number(0, 5), commitment=either(absent, hash32), ballot_height=either(absent, number()),
    choice=either(absent, choice), confidence=either(absent, confidence),
    rationale_hash=either(absent, hash32), reveal_height=either(absent, number()))
record_shape = fields(
    proposal_id=hash32, index=number(0, 31), T=seat_count, opened=moment, sealed=moment,
    decided=moment, final=moment, active=octets(0, 16), outcome=number(0, 1),
    reason=number(0, 3), tally=fields(approve=seat_count, reject=seat_count, abstain=seat_count),
    seats=several(seat_shape, 4, 128))
propose_shape = fields(
    kind=exactly(1), seat=seat_number, body=fields(
        index=number(0, 31), title=text(1, 200), text=text(0, 65536, lines=True),
        evidence=text(0, 49152, lines=True), payload=either(octets(0), octets(32)),
        nonce=octets(1, 32)))
opening_shape = fields(
    seat=seat_number, ballot=fields(choice=choice, confidence=confidence,
                                    rationale=text(0, 4096, lines=True)), nonce=hash32)
hand_shape = fields(seat=seat_number, index=number(), count=number(1, 1024), path=path_shape,
                    signature=signature64)
bundle_shape = fields(
    name=exactly("conclave/1/proof"), council_id=hash32, header=header_shape,
    certificate=certificate_shape, effects=hash32, count=number(), index=number(),
    path=path_shape, record=record_shape, propose=propose_shape,
    openings=ascending(several(opening_shape)),
    hands=either(absent, fields(proposer=hand_shape, ballots=ascending(several(hand_shape)))))


class Header:
    def __init__(self, item):
        self.encoding = encode(item)
        _, self.height, _, self.view, self.time, _, self.executed, self.state_root = item


class Row:
    """A seat record."""

    def __init__(self, seat, item, active):
        self.seat = seat
        self.status, self.commitment, self.cast, *ballot, self.revealed = item
        self.choice, self.confidence, self.rationale_hash = ballot
        self.has_ballot = self.commitment != []
        self.is_open = self.revealed != []
        self.is_active = bool(active[(seat - 1) // 8] & 0x80 >> (seat - 1) % 8)
        must((self.cast != []) == self.has_ballot, "seat %d has half a ballot", seat)
        must(all((x != []) == self.is_open for x in ballot), "seat %d has half an opening", seat)
        must(self.has_ballot or not self.is_open, "seat %d opened no ballot", seat)


class Record:
    def __init__(self, item):
        self.encoding = encode(item)
        (self.id, self.index, self.T, self.opened, self.sealed, self.decided, self.final, active,
         self.outcome, self.reason, self.tally, rows) = item
        must(len(active) == -(-len(rows) // 8), "the active set is not of %d seats", len(rows))
        must(int.from_bytes(active, "big") % (1 << -len(rows) % 8) == 0,
             "the active set has bits beyond the last seat")
        self.rows = [Row(i + 1, row, active) for i, row in enumerate(rows)]


class Bundle:
    """What the bytes are, once their shape is right."""

    def __init__(self, data):
        must(len(data) <= BUNDLE_MAX, "longer than %d bytes", BUNDLE_MAX)
        item = decode(data)
        bundle_shape(item, "bundle")
        (_, self.council_id, header, self.certificate, self.effects, self.count, self.index, path,
         record, self.propose, self.openings, self.hands) = item
        self.header, self.record, self.path = Header(header), Record(record), hashes_of(path)
        must(self.header.executed < self.header.height, "executed_height is not below height")
        must(len(encode(self.propose)) <= OPERATION_MAX, "the PROPOSE is too long")
        for hand in [self.hands[0], *self.hands[1]] if self.hands else []:
            must(hand[1] < hand[2], "the hand of seat %d: index and count", hand[0])


# --- section 11, from 2 on ---

def check_council(charter, b):
    must(b.council_id == charter.id, "the bundle is of another council")


def check_certificate(charter, b):
    kind, view, height, block_hash, entries = b.certificate
    must(kind == 2, "not a commit certificate")
    must(block_hash == H("conclave/1/block", b.header.encoding), "of another header")
    must((view, height) == (b.header.view, b.header.height), "view or height is not the header's")
    must(len(entries) == charter.q, "%d signatures, not %d", len(entries), charter.q)
    for seat, signature in entries:
        must(charter.signed(seat, "conclave/1/commit", [view, height, block_hash], signature),
             "the signature of seat %d", seat)


def check_state(charter, b):
    root = climb(leaf_hash(b.record.encoding), b.index, b.count, b.path)
    must(root is not None, "the path is not that of leaf %d of %d", b.index, b.count)
    state = encode([b.effects, b.count, root])
    must(b.header.state_root == H("conclave/1/state", state), "the header has another state_root")


def is_due(time, since, wait):
    """Numbers do not wrap here: a sum above 2^64 - 1 is never reached."""
    return time >= since + wait


def check_moments(b):
    r, h = b.record, b.header
    must(r.final[0] <= h.executed < h.height, "final is not covered by the header")
    must(r.opened[0] <= r.sealed[0] and r.opened[0] <= r.decided[0], "opened is not the first")
    must(r.sealed[0] != r.decided[0], "sealed and decided at one height")
    must(r.sealed[0] < r.final[0] and r.decided[0] < r.final[0], "final is not the last")
    moments = sorted([r.opened, r.sealed, r.decided, r.final, [h.height, h.time]])
    for (height, time), (next_height, next_time) in zip(moments, moments[1:]):
        must(time == next_time if height == next_height else time < next_time,
             "times do not rise with heights")


def check_row(r, row, rules):
    """Section 8, point 6, and when it all was."""
    status, seat = row.status, row.seat
    must((status == REVEALED) == row.is_open, "seat %d is revealed where nothing is", seat)
    if status == WITHHELD:
        must(row.has_ballot, "seat %d withheld nothing", seat)
        must(is_due(r.final[1], r.sealed[1], rules["reveal_ms"]), "seat %d had more time", seat)
    if status in (LATE, MISSED, NOT_AWAITED):
        must(not row.has_ballot, "seat %d has a ballot", seat)
        wait = min(rules["grace_ms"], rules["commit_ms"])
        must(is_due(r.sealed[1], r.opened[1], wait), "seat %d was not waited for", seat)
    must(status != MISSED or row.is_active, "seat %d missed, and is not active", seat)
    must(status not in (EXPELLED, NOT_AWAITED) or not row.is_active, "seat %d is active", seat)
    if row.has_ballot:
        must(r.opened[0] <= row.cast <= r.sealed[0], "the ballot of seat %d: its height", seat)
    if row.is_open:
        must(r.sealed[0] < row.revealed <= r.final[0], "the opening of seat %d: its height", seat)


def check_record(charter, b):
    r = b.record
    must(len(r.rows) == charter.n, "%d seats, not %d", len(r.rows), charter.n)
    must(r.index < len(charter.classes), "no class %d", r.index)
    rules = charter.classes[r.index]
    must(r.T == rules["T"], "T is %d, not %d", r.T, rules["T"])
    check_moments(b)
    for row in r.rows:
        check_row(r, row, rules)


def check_proposal(charter, b):
    _, seat, body = b.propose
    must(H("conclave/1/op", encode(b.propose)) == b.record.id, "another proposal")
    must(charter.is_seat(seat), "the proposer is no seat")
    must(body[0] == b.record.index, "its class is not the record's")


def check_openings(charter, b):
    must([o[0] for o in b.openings] == [row.seat for row in b.record.rows if row.is_open],
         "not those of the revealed seats")
    for seat, ballot, nonce in b.openings:
        row = b.record.rows[seat - 1]
        committed = encode([charter.id, b.record.id, seat, ballot, nonce])
        must(H("conclave/1/ballot", committed) == row.commitment,
             "that of seat %d opens another commitment", seat)
        must(ballot[:2] == [row.choice, row.confidence] and
             H("conclave/1/rationale", encode(ballot[2])) == row.rationale_hash,
             "that of seat %d is not the record's", seat)


def check_tally(charter, b):
    r = b.record
    choices = [ballot[0] for _, ballot, _ in b.openings]
    must(r.tally == [choices.count(c) for c in (APPROVE, REJECT, ABSTAIN)], "the counts")
    decided, sealed = r.decided[0], r.sealed[0]
    approvals = [row.revealed for row in r.rows if row.is_open and row.choice == APPROVE]
    A = sum(1 for height in approvals if height <= decided)
    B = sum(1 for height in approvals if height < decided)
    cast = [row for row in r.rows if row.has_ballot]
    C = len(cast)
    counted = [row for row in cast if row.status != EXPELLED]
    D = len(counted)
    lapsed = is_due(r.decided[1], r.sealed[1], charter.classes[r.index]["reveal_ms"])
    if r.outcome == 1:
        must(r.reason == NO_REASON and B < r.T <= A, "no approval")
        return
    must(A < r.T, "no rejection: %d approvals", A)
    must(r.reason != NO_REASON, "a rejection without a reason")
    if r.reason == TOO_FEW:
        good = sealed < decided and D < r.T
    elif r.reason == DEADLINE:
        good = sealed < decided and C >= r.T and lapsed
    elif decided < sealed:
        good = sum(1 for row in r.rows if row.status != EXPELLED) < r.T
    else:
        waiting = sum(1 for row in counted if not (row.is_open and row.revealed <= decided))
        good = C >= r.T and not lapsed and waiting + A < r.T
    must(good, "the reason is not %d", r.reason)


def check_hand(charter, hand, operation):
    seat, index, count, path, signature = hand
    must(seat == operation[1], "a hand of seat %d, not %d", seat, operation[1])
    root = climb(leaf_hash(encode(operation)), index, count, hashes_of(path))
    must(root is not None, "the path of seat %d", seat)
    must(charter.signed(seat, "conclave/1/envelope", [count, root], signature),
         "the signature of seat %d", seat)


def check_hands(charter, b):
    if not b.hands:
        return
    proposer, ballots = b.hands
    check_hand(charter, proposer, b.propose)
    cast = [row for row in b.record.rows if row.has_ballot]
    must([hand[0] for hand in ballots] == [row.seat for row in cast],
         "not those of the seats with a ballot")
    for hand, row in zip(ballots, cast):
        check_hand(charter, hand, [2, row.seat, [b.record.id, row.commitment]])


def judge(charter, data):
    """None where all holds, else the check that fails and why."""
    check = CHECKS[0]
    try:
        b = Bundle(data)
        for check in CHECKS[1:]:
            globals()["check_" + check](charter, b)
    except Wrong as why:
        return check, str(why)
    return None


# --- the command line ---

def read(name):
    with open(name, "rb") as f:
        return f.read()


def verdicts(arguments):
    """File and verdict in words, for each."""
    if arguments[0] == "--log":
        _, charter, what, *rest = arguments
        charter = Charter(read(charter))
        for name, why in second_log.judge_files(charter, what, rest, read):
            yield name, why and "%s: %s" % (what, why)
        return
    charter = Charter(read(arguments[0]))
    for name in arguments[1:]:
        wrong = judge(charter, read(name))
        yield name, wrong and "%s: %s" % wrong


def main(arguments):
    if len(arguments) < 2 or arguments[0] == "--log" and len(arguments) < 4:
        print(__doc__, file=sys.stderr)
        return 2
    bad = 0
    try:
        for name, wrong in verdicts(arguments):
            print("%s: %s" % (name, wrong or "holds"))
            bad += wrong is not None
    except (OSError, Wrong) as e:
        print("second.py: %s" % e, file=sys.stderr)
        return 2
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
