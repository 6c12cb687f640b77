# SPDX-License-Identifier: ISC
"""Bundles changed at random, but the same in every run: any field of any layer, once or a few
times, and often with the hashes and signatures around it made anew, so that the checks behind
those are reached."""
import random

import nacl.bindings

import invented
from second_basis import H, climb, decode, encode, hashes_of, labelled, leaf_hash

INTERESTING = (0, 1, 2, 3, 4, 5, 6, 32, 33, 101, 127, 128, 129, 255, 256, 1024, 1025, 65535, 65536,
               2 ** 31, 2 ** 32, 2 ** 63 - 1, 2 ** 63, 2 ** 64 - 1)
CHARACTERS = ("\n", "\t", "\0", "\x7f", "\x85", "\u061c", "\u200f", "\u202e", "\u2069", "x", "\xe4",
              "\U0001f5f3", "\u2028", " ")
RECORD = 8


def nodes(tree, place=()):
    """Every item, as the places that lead to it."""
    yield place
    if isinstance(tree, list):
        for i, item in enumerate(tree):
            yield from nodes(item, place + (i,))


def at(tree, place):
    for i in place:
        tree = tree[i]
    return tree


def other_number(rng, tree):
    """One that stands elsewhere, or its neighbour: heights and times change places."""
    places = [p for p in nodes(tree) if isinstance(at(tree, p), int)]
    return max(0, at(tree, rng.choice(places)) + rng.choice((-1, 0, 0, 1)))


def other_bytes(rng, tree, size):
    places = [p for p in nodes(tree)
              if isinstance(at(tree, p), bytes) and len(at(tree, p)) == size]
    return at(tree, rng.choice(places))


def changed_number(rng, x, near):
    return rng.choice((x + 1, max(0, x - 1), x ^ 1, rng.choice(INTERESTING),
                       other_number(rng, near), other_number(rng, near))) % 2 ** 64


def changed_bytes(rng, x, near):
    if not x:
        return rng.choice((b"\0", bytes(32), bytes(64)))
    i = rng.randrange(len(x))
    return rng.choice((x[:i] + bytes([x[i] ^ 1 << rng.randrange(8)]) + x[i + 1:], x[:-1],
                       x + b"\0", b"", x[:i], x[32:], x + bytes(32), bytes(len(x)),
                       other_bytes(rng, near, len(x))))


def changed_text(rng, x):
    i = rng.randrange(len(x) + 1)
    return rng.choice((x[:i] + rng.choice(CHARACTERS) + x[i:], x[:i], "", x * 40, x[::-1]))


def changed_array(rng, x):
    if not x:
        return rng.choice(([0], [[]], [b""]))
    i, j = rng.randrange(len(x)), rng.randrange(len(x))
    swapped = list(x)
    swapped[i], swapped[j] = x[j], x[i]
    return rng.choice((x[:i] + x[i + 1:], x[:i] + [x[j]] + x[i:], [], swapped, x[:i], x + [[]],
                       x * 2))


def changed(rng, x, near):
    if rng.random() < 0.08:
        return rng.choice(([], 0, b"", "", 1, bytes(32), [[]]))
    if isinstance(x, int):
        return changed_number(rng, x, near)
    if isinstance(x, bytes):
        return changed_bytes(rng, x, near)
    if isinstance(x, str):
        return changed_text(rng, x)
    return changed_array(rng, x)


def put(tree, place, value):
    if place:
        at(tree, place[:-1])[place[-1]] = value
        return tree
    return value


class Forger:
    """Has the keys of all seats of a council."""

    def __init__(self, charter, seeds):
        self.charter = charter
        self.secrets = [nacl.bindings.crypto_sign_seed_keypair(seed)[1] for seed in seeds]

    def sign(self, seat, label, body):
        message = labelled(label) + self.charter.id + encode(body)
        return nacl.bindings.crypto_sign(message, self.secrets[seat - 1])[:64]

    def identify(self, b):
        """The record is of this PROPOSE, and its commitments are to the openings."""
        record = b[RECORD]
        record[0] = H("conclave/1/op", encode(b[9]))
        for seat, ballot, nonce in b[10]:
            row = record[11][seat - 1]
            row[1] = H("conclave/1/ballot", encode([b[1], record[0], seat, ballot, nonce]))
            row[3:5] = ballot[:2]
            row[5] = H("conclave/1/rationale", encode(ballot[2]))

    def seal(self, b):
        """The header stands for the record, and the seats of the certificate sign it."""
        root = climb(leaf_hash(encode(b[RECORD])), b[6], b[5], hashes_of(b[7]))
        b[2][7] = H("conclave/1/state", encode([b[4], b[5], root]))
        certificate = b[3]
        certificate[1:4] = [b[2][3], b[2][1], H("conclave/1/block", encode(b[2]))]
        for entry in certificate[4]:
            entry[1] = self.sign(entry[0], "conclave/1/commit", certificate[1:4])

    def lend(self, b):
        """The hands sign what the record says."""
        if not b[11]:
            return
        rows = b[RECORD][11]
        operations = [b[9]] + [[2, s + 1, [b[RECORD][0], rows[s][1]]]
                               for s in range(len(rows)) if rows[s][1]]
        for hand, operation in zip([b[11][0], *b[11][1]], operations):
            root = climb(leaf_hash(encode(operation)), hand[1], hand[2], hashes_of(hand[3]))
            hand[4] = self.sign(hand[0], "conclave/1/envelope", [hand[2], root])

    def invent(self, rng, bundle):
        """Another course of things: often one that cannot have been, now and then in one
        detail only."""
        b = decode(bundle)
        b[11] = b[11] if rng.random() < 0.2 else []
        b[RECORD], b[10] = record, openings = invented.record(rng, b[RECORD], self.charter)
        header = b[2]
        header[6] = record[6][0] + rng.choice((0, 0, 0, 1, -1))
        header[1] = header[6] + rng.choice((1, 1, 1, 2))
        header[4] = min(record[6][1] + rng.choice((1, 1, 1, 1, 0)), 2 ** 64 - 1)
        self.identify(b)
        self.seal(b)
        if b[11]:
            self.borrow(rng, b)
        return encode(b)

    def borrow(self, rng, b):
        """The proposer's hand, perhaps of another seat, and one for each ballot."""
        template = b[11][0]
        rows = b[RECORD][11]
        cast = [s + 1 for s in range(len(rows)) if rows[s][1]]
        b[11] = [list(template), [[seat, 0, 1, b"", b""] for seat in cast]]
        b[11][0][0] = rng.choice((b[9][1], b[9][1], b[9][1] % self.charter.n + 1))
        self.lend(b)

    def forge(self, rng, bundle):
        b = decode(bundle)
        inside = rng.random() < 0.6
        for _ in range(rng.choice((1, 1, 1, 2, 3))):
            part = (RECORD,) if inside else ()
            places = [part + p for p in nodes(at(b, part))]
            place = rng.choice(places)
            near = b[RECORD] if inside and isinstance(b[RECORD], list) and b[RECORD] else b
            try:
                b = put(b, place, changed(rng, at(b, place), near))
            except IndexError:
                break
            if not isinstance(b, list) or len(b) < 12:
                break
        for mend in rng.choice(((), (self.seal,), (self.seal,), (self.identify, self.seal),
                                (self.identify, self.seal, self.lend))):
            try:
                mend(b)
            except (TypeError, ValueError, IndexError, AttributeError):
                break  # too broken to mend
        return encode(b)


def spelled(value, odd, place=()):
    """An encoding that is deterministic but for the item at the place odd: the head of that
    one is longer than it need be, or says that the length comes later."""
    major, n = ((4, len(value)) if isinstance(value, list) else (2, len(value))
                if isinstance(value, bytes) else (3, len(value.encode()))
                if isinstance(value, str) else (0, value))
    head, after = encode(n), b""
    if place == odd:
        sizes = {1: (24, 1), 2: (25, 2), 3: (26, 4), 5: (27, 8)}
        info, size = sizes.get(len(head), (27, 8))
        head = bytes([info]) + n.to_bytes(size, "big")
        if major == 4 and n % 2:
            head, after = bytes([31]), b"\xff"
    head = bytes([head[0] | major << 5]) + head[1:]
    if major == 4:
        return head + b"".join(spelled(item, odd, place + (i,))
                               for i, item in enumerate(value)) + after
    return head + (value.encode() if major == 3 else value if major == 2 else b"")


def spoil(rng, data):
    """Bytes that may be no CBOR."""
    i = rng.randrange(len(data))
    some = bytes(rng.randrange(256) for _ in range(rng.randrange(1, 4)))
    return rng.choice((data[:i] + data[i + len(some):], data[:i] + some + data[i:],
                       data[:i] + some + data[i + len(some):], data[:i], data + some))


def mutants(charter, seeds, bundle, number, seed):
    rng, forger = random.Random(seed), Forger(charter, seeds)
    for _ in range(number):
        kind = rng.random()
        if kind < 0.1:
            yield spoil(rng, bundle)
        elif kind < 0.15:
            tree = decode(bundle)
            yield spelled(tree, rng.choice(list(nodes(tree))))
        elif kind < 0.5:
            yield forger.invent(rng, bundle)
        else:
            yield forger.forge(rng, bundle)
