# SPDX-License-Identifier: ISC
"""An auditor of a council's ledger, written from conclave-protocol(7) alone.

It shares no code with the program, and needs nothing but Python. Names of sections are those
of the page.

auditor.py page PAGE            recomputes the worked examples of the page
auditor.py blocks CHARTER FILE  audits the blocks 1, 2, ... that FILE has as conclave ledger
                                --json shows them, one a line

Results are TAP.
"""
import base64
import hashlib
import json
import re
import sys

count = 0


def ok(good, name):
    global count
    count += 1
    print("%s %d - %s" % ("ok" if good else "not ok", count, name))
    return good


# --- section 2: hashes, trees, signatures ---

def H(label, item):
    return hashlib.blake2b(bytes([len(label)]) + label.encode() + item, digest_size=32).digest()


def sha(data):
    return hashlib.sha256(data).digest()


def mth(leaves):
    if not leaves:
        return sha(b"")
    if len(leaves) == 1:
        return sha(b"\0" + leaves[0])
    k = split(len(leaves))
    return sha(b"\1" + mth(leaves[:k]) + mth(leaves[k:]))


def split(m):
    k = 1
    while 2 * k < m:
        k *= 2
    return k


def path_of(leaves, i):
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if i < k:
        return path_of(leaves[:k], i) + [mth(leaves[k:])]
    return path_of(leaves[k:], i - k) + [mth(leaves[:k])]


P = 2 ** 255 - 19
L = 2 ** 252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SMALL = {0, 1, P - 1, P, P + 1} | {int.from_bytes(bytes.fromhex(h), "little") for h in (
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")}


def add(p, q):
    a = (p[1] - p[0]) * (q[1] - q[0]) % P
    b = (p[1] + p[0]) * (q[1] + q[0]) % P
    c = 2 * p[3] * q[3] * D % P
    d = 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def times(s, p):
    q = (0, 1, 1, 0)
    while s:
        if s & 1:
            q = add(q, p)
        p = add(p, p)
        s >>= 1
    return q


def encode_point(p):
    z = pow(p[2], P - 2, P)
    x, y = p[0] * z % P, p[1] * z % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def decode_point(b):
    n = int.from_bytes(b, "little")
    sign, y = n >> 255, n & (1 << 255) - 1
    if y >= P:
        return None
    xx = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(xx, (P + 3) // 8, P)
    if (x * x - xx) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - xx) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return (x, y, 1, x * y % P)


BASE = decode_point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def is_small(b):
    return int.from_bytes(b, "little") & (1 << 255) - 1 in SMALL


def verifies(key, message, signature):
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    a = decode_point(key)
    if len(signature) != 64 or s >= L or is_small(r) or is_small(key) or a is None:
        return False
    k = int.from_bytes(hashlib.sha512(r + key + message).digest(), "little") % L
    minus_a = (P - a[0], a[1], 1, P - a[3])
    return encode_point(add(times(s, BASE), times(k, minus_a))) == r


def expand(seed):
    h = hashlib.sha512(seed).digest()
    a = int.from_bytes(h[:32], "little")
    return a & ((1 << 254) - 8) | 1 << 254, h[32:]


def public_of(seed):
    return encode_point(times(expand(seed)[0], BASE))


def sign(seed, message):
    a, prefix = expand(seed)
    r = int.from_bytes(hashlib.sha512(prefix + message).digest(), "little") % L
    point = encode_point(times(r, BASE))
    k = int.from_bytes(hashlib.sha512(point + public_of(seed) + message).digest(), "little")
    return point + ((r + k * a) % L).to_bytes(32, "little")


# --- section 3: encoding ---

def head(major, n):
    for size, short in ((0, 24), (1, 1 << 8), (2, 1 << 16), (4, 1 << 32), (8, 1 << 64)):
        if n < short:
            info = n if size == 0 else {1: 24, 2: 25, 4: 26, 8: 27}[size]
            return bytes([major << 5 | info]) + (n.to_bytes(size, "big") if size else b"")
    raise ValueError("too large")


def enc(v):
    if v is True or v is False:
        return b"\xf5" if v else b"\xf4"
    if isinstance(v, int):
        return head(0, v)
    if isinstance(v, bytes):
        return head(2, len(v)) + v
    if isinstance(v, str):
        b = v.encode()
        return head(3, len(b)) + b
    if isinstance(v, dict):
        pairs = sorted((enc(k), enc(x)) for k, x in v.items())
        return head(5, len(v)) + b"".join(k + x for k, x in pairs)
    return head(4, len(v)) + b"".join(enc(x) for x in v)


def dec(data):
    """What the bytes encode; they must be what enc makes of it."""
    value, end = dec_at(data, 0, 1)
    if end != len(data) or enc(value) != data:
        raise ValueError("not deterministic, or something follows")
    return value


def dec_at(b, i, depth):
    major, info = b[i] >> 5, b[i] & 31
    i += 1
    if b[i - 1] in (0xf4, 0xf5):
        return b[i - 1] == 0xf5, i
    if info > 27 or major not in (0, 2, 3, 4, 5) or depth > 16:
        raise ValueError("no such item")
    size = {24: 1, 25: 2, 26: 4, 27: 8}.get(info, 0)
    n = int.from_bytes(b[i:i + size], "big") if size else info
    i += size
    if major == 0:
        return n, i
    if n > len(b) - i:
        raise ValueError("more than there is")
    if major in (2, 3):
        return (b[i:i + n] if major == 2 else b[i:i + n].decode()), i + n
    out = []
    for _ in range(n * (2 if major == 5 else 1)):
        v, i = dec_at(b, i, depth + 1)
        out.append(v)
    return (dict(zip(out[::2], out[1::2])) if major == 5 else out), i


# --- the council ---

class Charter:
    def __init__(self, tree):
        self.id = H("conclave/1/charter", enc(tree))
        self.encoding = enc(tree)
        self.keys = [bytes.fromhex(s["key"]) for s in tree["seats"]]
        self.n = n = len(self.keys)
        self.f = (n - 1) // 3
        self.q = (n + self.f) // 2 + 1
        self.created = tree["created_ms"]
        self.classes = [dict({"threshold": -(-2 * n // 3)}, **c) for c in tree["classes"]]
        self.names = [c["name"] for c in self.classes]
        ordering, epoch = tree.get("ordering", {}), tree.get("epoch", {})
        self.open_proposals = ordering.get("open_proposals", 8)
        self.return_interval = ordering.get("return_interval_ms", 60000)
        self.decisions = epoch.get("decisions", 16)
        self.absences = epoch.get("absences", 3)

    def signed(self, label, body):
        return bytes([len(label)]) + label.encode() + self.id + body

    def check(self, seat, label, body, signature):
        return verifies(self.keys[seat - 1], self.signed(label, body), signature)

    def certificate(self, c):
        kind, view, height, block, entries = c
        label = {1: "conclave/1/prepare", 2: "conclave/1/commit"}[kind]
        seats = [e[0] for e in entries]
        return (len(seats) == self.q and seats == sorted(set(seats)) and height >= 1 and
                all(1 <= s <= self.n for s in seats) and
                all(self.check(s, label, enc([view, height, block]), x) for s, x in entries))


PROPOSE, BALLOT, REVEAL, EVIDENCE, RETURN = range(1, 6)


def env_root(envelope):
    return mth([enc(op) for op in envelope[1]])


def leaf(envelope):
    return enc([envelope[0], len(envelope[1]), env_root(envelope), envelope[2]])


def ops_root(block):
    return mth([leaf(e) for e in block[1]])


class Proposal:
    def __init__(self, council, pid, proposer, index, moment):
        c = council.charter
        self.id, self.proposer, self.index, self.opened = pid, proposer, index, moment
        self.rules = c.classes[index]
        self.T = self.rules["threshold"]
        self.phase = "sealed"
        self.active = {s for s in council.seats if s not in council.expelled | council.suspended}
        self.ballots, self.reveals, self.late = {}, {}, set()
        self.not_counted = set()  # a BALLOT in the block that convicts its seat
        self.grace = self.decided = self.sealed = self.outcome = self.reason = None
        self.few = False


class Council:
    """Sections 5, 8 and 9: what committed blocks do."""

    def __init__(self, charter):
        self.charter = charter
        self.seats = range(1, charter.n + 1)
        self.height, self.time = 0, charter.created
        self.effects = bytes(32)
        self.records, self.open, self.known = [], [], {}
        self.expelled, self.suspended = set(), []
        self.suspended = set()
        self.chosen = []  # suspended ones in the order chosen
        self.epoch, self.in_epoch = 0, 0
        self.absent = {s: [0, 0] for s in self.seats}  # withheld, missed
        self.last_return = None

    def state(self):
        return enc([self.effects, len(self.records), mth(self.records)])

    def root(self):
        return H("conclave/1/state", self.state())

    def judge(self, op, view, out):
        kind, seat, body = op
        out_already = seat in out
        if kind == EVIDENCE:
            return 11 if seat in self.expelled | self.convicted else 0
        if out_already:
            return 1
        if kind == PROPOSE:
            pid = H("conclave/1/op", enc(op))
            if pid in self.known:
                return 2
            mine = [p for p in self.open if p.proposer == seat]
            return 10 if len(mine) >= self.charter.open_proposals else 0
        if kind == RETURN:
            if body[0] < view:
                return 12
            t = self.last_return
            return 13 if t is not None and self.time - t < self.charter.return_interval else 0
        p = self.known.get(body[0])
        if p is None:
            return 3
        if p.phase == "final":
            return 6
        if kind == BALLOT:
            if seat in p.ballots:
                return 2 if p.ballots[seat][0] == body[1] else 7
            return 0 if p.phase == "sealed" else 5
        if p.phase == "sealed":
            return 4
        if seat not in p.ballots:
            return 8
        opened = H("conclave/1/ballot", enc([self.charter.id, body[0], seat, body[1], body[2]]))
        if opened != p.ballots[seat][0]:
            return 9
        return 2 if seat in p.reveals else 0

    def take(self, op, verdict):
        kind, seat, body = op
        if kind == BALLOT and verdict == 5:
            self.known[body[0]].late.add(seat)
        if verdict != 0:
            return
        if kind == PROPOSE:
            pid = H("conclave/1/op", enc(op))
            p = Proposal(self, pid, seat, body[0], [self.height, self.time])
            self.open.append(p)
            self.known[pid] = p
        elif kind == BALLOT:
            p = self.known[body[0]]
            p.ballots[seat] = (body[1], self.height)
        elif kind == REVEAL:
            self.known[body[0]].reveals[seat] = (body[1], self.height)
        elif kind == EVIDENCE:
            self.convicted.add(seat)
        elif kind == RETURN:
            self.last_return = self.time

    def step(self, p):
        """At most one: 2 the outcome, 1 SEALED ends, 3 OPENING ends; 0 none."""
        now, here = self.time, [self.height, self.time]
        gone = self.expelled
        alive = [s for s in self.seats if s not in gone]
        cast = [s for s in alive if s in p.ballots]
        tally = [sum(1 for b, _ in p.reveals.values() if b[0] == c) for c in (1, 0, 2)]
        if p.phase == "sealed" and p.grace is None and (
                all(s in p.ballots for s in p.active if s not in gone) or
                len(cast) >= self.charter.n - self.charter.f):
            p.grace = now + p.rules["grace_ms"]
        lapsed = p.phase == "opening" and now >= p.sealed[1] + p.rules["reveal_ms"]
        if p.outcome is None:
            hope = alive if p.phase == "sealed" else cast
            reach = tally[0] + sum(1 for s in hope if s not in p.reveals)
            if tally[0] >= p.T:
                p.outcome, p.reason = 1, 0
            elif reach < p.T or lapsed:
                p.outcome = 0
                p.reason = 1 if p.few else 2 if lapsed else 3
            if p.outcome is not None:
                p.decided = here
                return 2
        if p.phase == "sealed" and (
                len(cast) == len(alive) or (p.grace is not None and now >= p.grace) or
                now >= p.opened[1] + p.rules["commit_ms"]):
            p.phase, p.sealed = "opening", here
            p.few = len(cast) < p.T
            return 1
        if p.phase == "opening" and (lapsed or all(s in p.reveals for s in cast)):
            p.phase = "final"
            self.records.append(enc(self.record(p, here, tally)))
            self.in_epoch += 1
            return 3
        return 0

    def record(self, p, here, tally):
        active = p.active - self.expelled
        bits = bytearray(-(-self.charter.n // 8))
        rows = []
        for s in self.seats:
            if s in active:
                bits[(s - 1) // 8] |= 0x80 >> (s - 1) % 8
            status = (0 if s in p.reveals else 1 if s in self.expelled else
                      2 if s in p.ballots else 3 if s in p.late else 4 if s in active else 5)
            if status in (2, 4):
                self.absent[s][0 if status == 2 else 1] += 1
            row = [status] + (list(p.ballots[s]) if s in p.ballots else [[], []])
            if s in p.reveals:
                (choice, sure, why), height = p.reveals[s]
                row += [choice, sure, H("conclave/1/rationale", enc(why)), height]
            else:
                row += [[], [], [], []]
            rows.append(row)
        return [p.id, p.index, p.T, p.opened, p.sealed, p.decided, here, bytes(bits), p.outcome,
                p.reason, tally, rows]

    def end_epoch(self):
        if self.in_epoch < self.charter.decisions:
            return []
        self.in_epoch = 0
        self.epoch += 1
        far = [s for s in self.seats if s not in self.expelled and
               sum(self.absent[s]) > self.charter.absences]
        far.sort(key=lambda s: (-self.absent[s][0], -self.absent[s][1], s))
        self.chosen = far[:max(0, self.charter.f - len(self.expelled))]
        self.suspended = set(self.chosen)
        self.absent = {s: [0, 0] for s in self.seats}
        return [self.epoch, sorted(self.suspended)]

    def apply(self, block):
        header = block[0]
        self.height, self.time = header[1], header[4]
        self.convicted, verdicts = set(), []
        out = set(self.expelled)
        for seat, operations, _ in block[1]:
            verdicts.append([])
            for op in operations:
                verdict = self.judge(op, header[3], out)
                self.take(op, verdict)
                verdicts[-1].append(verdict)
        self.expelled |= self.convicted
        self.chosen = [s for s in self.chosen if s not in self.expelled]
        while self.chosen and len(self.chosen) + len(self.expelled) > self.charter.f:
            self.chosen.pop()
        self.suspended = set(self.chosen)
        steps = []
        for p in self.open:
            step = self.step(p)
            if step:
                steps.append([p.id, step])
        self.open = [p for p in self.open if p.phase != "final"]
        did = enc([self.effects, self.height, verdicts, steps, self.end_epoch()])
        self.effects = H("conclave/1/effects", did)
        return did


class Chain:
    """Section 6: headers, hashes, roots, signatures of envelopes."""

    def __init__(self, charter):
        self.charter, self.council = charter, Council(charter)
        self.roots = [self.council.root()]
        self.hash, self.time, self.executed, self.view = charter.id, charter.created, 0, 0

    def add(self, block):
        """What is wrong with the next block: words; none when it is good."""
        version, height, prev, view, time, ops, executed, root = header = block[0]
        bad = []

        def must(good, what):
            if not good:
                bad.append(what)
        must(version == 1 and height == len(self.roots), "version or height")
        must(prev == self.hash, "prev_hash")
        must(view >= self.view and time > self.time, "view or time")
        must(self.executed <= executed < height, "executed_height")
        must(ops == ops_root(block), "ops_root")
        must(executed < len(self.roots) and root == self.roots[executed], "state_root")
        for seat, operations, signature in block[1]:
            kinds = {op[0] for op in operations}
            must(all(op[1] == seat for op in operations), "another seat's operation")
            if kinds <= {PROPOSE, BALLOT, RETURN}:
                body = enc([len(operations), env_root([seat, operations])])
                must(self.charter.check(seat, "conclave/1/envelope", body, signature),
                     "a signature of seat %d" % seat)
            else:
                must(kinds <= {REVEAL, EVIDENCE} and signature == b"", "an unsigned envelope")
        self.did = self.council.apply(block)
        self.hash = H("conclave/1/block", enc(header))
        self.time, self.executed, self.view = time, executed, view
        self.roots.append(self.council.root())
        return bad


# --- section 12: the public log ---

def origin(charter):
    return b"conclave/" + charter.id.hex().encode()


def checkpoint_text(charter, records):
    return b"%s\n%d\n%s\n" % (origin(charter), len(records), base64.b64encode(mth(records)))


def key_id(charter, seat):
    return sha(origin(charter) + b"\n\1" + charter.keys[seat - 1])[:4]


def vkey(charter, seat):
    return b"+".join((origin(charter), key_id(charter, seat).hex().encode(),
                      base64.b64encode(b"\1" + charter.keys[seat - 1])))


def note(charter, text, seeds):
    """Of seats with their seeds."""
    lines = ["\u2014 %s %s\n" % (origin(charter).decode(), base64.b64encode(
        key_id(charter, seat) + sign(seed, text)).decode()) for seat, seed in seeds]
    return text + b"\n" + "".join(lines).encode()


# --- the worked examples ---

def examples(page):
    """Names and bytes of the displays, and the charter."""
    text, found, name, charter, on = open(page).read(), {}, None, "", False
    text = text[text.index(".Sh 13. WORKED"):]
    for line in text.splitlines():
        if line.startswith("."):
            on, name = line.startswith(".Bd"), None
        elif on and line[0] in "{}\"" or on and charter and not charter.endswith("}\n"):
            charter += line + "\n"
        elif on and re.match(r"^[a-z].*:$", line):
            name = line[:-1]
            found[name] = b""
        elif on and name:
            found[name] += bytes.fromhex(line.strip())
    return found, json.loads(charter)


def check_page(page):
    shown, tree = examples(page)
    left = set(shown)

    def is_shown(name, value):
        left.discard(name)
        return ok(shown.get(name) == value, name)

    c = Charter(tree)
    is_shown("charter", c.encoding)
    is_shown("council_id", c.id)
    for i in range(c.n):
        name = "seed %d" % (i + 1)
        left.discard(name)
        ok(public_of(shown[name]) == c.keys[i], "the key of " + name)
    is_shown("mth of nothing", mth([]))
    is_shown("mth of a b c", mth([b"a", b"b", b"c"]))
    is_shown("path of b", b"".join(path_of([b"a", b"b", b"c"], 1)))
    is_shown("hello", b"conclave" + bytes([1]) + c.id[:8])
    is_shown("prologue", b"conclave/1" + c.id)
    y = int.from_bytes(c.keys[0], "little") & (1 << 255) - 1
    is_shown("channel key 1", ((1 + y) * pow(1 - y, P - 2, P) % P).to_bytes(32, "little"))

    chain = Chain(c)
    is_shown("state 0", chain.council.state())
    is_shown("state_root 0", chain.council.root())
    blocks = {}
    for height in range(1, 6):
        left.discard("block %d" % height)
        block = blocks[height] = dec(shown["block %d" % height])
        bad = chain.add(block)
        ok(not bad, "block %d%s" % (height, ": " + ", ".join(bad) if bad else ""))
        if "block_hash %d" % height in shown:
            is_shown("block_hash %d" % height, chain.hash)
        is_shown("effects %d" % height, chain.did)
        is_shown("state %d" % height, chain.council.state())
        is_shown("state_root %d" % height, chain.council.root())
    is_shown("header 1", enc(blocks[1][0]))
    is_shown("ops_root 1", ops_root(blocks[1]))

    propose = blocks[1][1][0]
    is_shown("propose", enc(propose[1][0]))
    is_shown("proposal_id", H("conclave/1/op", enc(propose[1][0])))
    is_shown("env_root", env_root(propose))
    signed = c.signed("conclave/1/envelope", enc([1, env_root(propose)]))
    is_shown("signed bytes", signed)
    is_shown("signature", sign(shown["seed 2"], signed))
    is_shown("envelope", enc(propose))

    reveal = blocks[3][1][0][1][0]
    pid, ballot, nonce = reveal[2]
    committed = enc([c.id, pid, 1, ballot, nonce])
    is_shown("committed to 1", committed)
    is_shown("commitment 1", H("conclave/1/ballot", committed))
    is_shown("ballot 1", enc([BALLOT, 1, [pid, H("conclave/1/ballot", committed)]]))
    for i in range(4):
        is_shown("reveal %d" % (i + 1), enc(blocks[3][1][i][1][0]))
    is_shown("rationale_hash 1", H("conclave/1/rationale", enc(ballot[2])))
    leaves = [leaf(e) for e in blocks[2][1]]
    is_shown("leaf of envelope 3", leaves[2])
    is_shown("path of envelope 3", b"".join(path_of(leaves, 2)))
    is_shown("record", chain.council.records[0])
    is_shown("decisions_root 4", mth(chain.council.records))

    is_shown("checkpoint", checkpoint_text(c, chain.council.records))
    is_shown("key id 1", key_id(c, 1))
    is_shown("vkey 1", vkey(c, 1))
    is_shown("note", note(c, checkpoint_text(c, chain.council.records),
                          [(seat, shown["seed %d" % seat]) for seat in (1, 2, 3)]))

    body = enc([0, 5, chain.hash])
    is_shown("signed bytes of prepare", c.signed("conclave/1/prepare", body))
    is_shown("signed bytes of commit", c.signed("conclave/1/commit", body))
    vote = sign(shown["seed 2"], c.signed("conclave/1/prepare", body))
    is_shown("prepare", enc([4, 2, 0, 5, chain.hash, vote]))
    left.discard("certificate")
    certificate = dec(shown["certificate"])
    ok(c.certificate(certificate) and certificate[3] == chain.hash, "certificate")
    spoilt = [certificate[0], 1] + certificate[2:]
    ok(not c.certificate(spoilt), "it certifies nothing in another view")

    openings = [[i + 1] + blocks[3][1][i][1][0][2][1:] for i in range(4)]
    bundle = ["conclave/1/proof", c.id, blocks[5][0], certificate, dec(shown["state 4"])[0], 1, 0,
              b"", dec(shown["record"]), propose[1][0], openings]
    is_shown("bundle", enc(bundle + [[]]))
    hand = lambda envelope: [envelope[0], 0, 1, b"", envelope[2]]
    is_shown("full bundle", enc(bundle + [[hand(propose), [hand(e) for e in blocks[2][1]]]]))

    best = certificate[:4]
    is_shown("view-change body", enc([1, best]))
    changes = []
    for seat in (1, 2, 3):
        signature = sign(shown["seed %d" % seat], c.signed("conclave/1/view-change", enc([1, best])))
        changes.append([seat, 1, best, signature])
    is_shown("view-change signature 1", changes[0][3])
    changes_hash = H("conclave/1/view-changes", enc(changes))
    is_shown("changes_hash", changes_hash)
    body = enc([1, chain.hash, changes_hash])
    is_shown("new-view body", body)
    signature = sign(shown["seed 2"], c.signed("conclave/1/new-view", body))
    is_shown("new-view", enc([7, 1, chain.hash, changes, certificate, signature]))

    left.discard("evidence")
    kind, seat, (what, one, other) = dec(shown["evidence"])
    first, second = dec(one[0]), dec(other[0])
    ok(kind == EVIDENCE and what == 1 and first[:2] == second[:2] and first[2] != second[2] and
       all(c.check(seat, "conclave/1/prepare", body, s) for body, s in (one, other)), "evidence")

    beat = [1, 0, 5, chain.hash[:8], 1000, 1767225605000, 900, 40, bytes([0xe2] * 16), "0.1.0", 1]
    is_shown("heartbeat", enc(beat))
    is_shown("frame", len(enc(beat)).to_bytes(4, "big") + enc(beat))
    ok(not left, "every example was recomputed" + "".join(": " + x for x in sorted(left)))


# --- blocks that a node shows ---

CHOICES = {"reject": 0, "approve": 1, "abstain": 2}


def operation(c, o):
    hexed = lambda name: bytes.fromhex(o[name] or "")
    if o["kind"] == "propose":
        return [PROPOSE, o["seat"], [c.names.index(o["class"]), o["title"], o["text"],
                                     o["evidence"] or "", hexed("payload"), hexed("nonce")]]
    if o["kind"] == "ballot":
        return [BALLOT, o["seat"], [hexed("proposal"), hexed("commitment")]]
    if o["kind"] == "reveal":
        ballot = [CHOICES[o["choice"]], o["confidence"], o["rationale"]]
        return [REVEAL, o["seat"], [hexed("proposal"), ballot, hexed("nonce")]]
    if o["kind"] == "return":
        return [RETURN, o["seat"], [o["view"], hexed("instance")]]
    raise ValueError("an operation that this auditor cannot make of JSON: " + o["kind"])


def check_blocks(charter, blocks):
    c = Charter(json.load(open(charter)))
    chain = Chain(c)
    signatures = 0
    for line in open(blocks):
        b = json.loads(line)
        envelopes = [[e["seat"], [operation(c, o) for o in e["operations"]],
                      bytes.fromhex(e["signature"] or "")] for e in b["envelopes"]]
        header = [b["version"], b["height"], bytes.fromhex(b["prev_hash"]), b["view"],
                  b["time_ms"], bytes.fromhex(b["ops_root"]), b["executed_height"],
                  bytes.fromhex(b["state_root"])]
        bad = chain.add([header, envelopes])
        signatures += sum(1 for e in envelopes if e[2])
        if chain.hash.hex() != b["hash"]:
            bad.append("hash")
        ok(not bad, "block %d%s" % (b["height"], ": " + ", ".join(bad) if bad else ""))
    print("# %d signatures, %d decisions, state_root %s" % (
        signatures, len(chain.council.records), chain.roots[-1].hex()))


if sys.argv[1] == "page":
    check_page(sys.argv[2])
else:
    check_blocks(sys.argv[2], sys.argv[3])
print("1..%d" % count)
