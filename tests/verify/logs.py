# SPDX-License-Identifier: ISC
"""Notes and proofs of the public log, good ones and others, made by conclave-protocol(7),
section 12, with the keys of a council."""
import base64
import random

import nacl.bindings

from second_basis import NOTHING, leaf_hash, node_hash, sha

DASH = "\u2014"


def below(size):
    """The largest power of two below it."""
    return 1 << (size - 1).bit_length() - 1


def mth(leaves):
    if len(leaves) < 2:
        return leaf_hash(leaves[0]) if leaves else NOTHING
    k = below(len(leaves))
    return node_hash(mth(leaves[:k]), mth(leaves[k:]))


def path(leaves, index):
    """RFC 6962, section 2.1.1."""
    if len(leaves) == 1:
        return []
    k = below(len(leaves))
    if index < k:
        return path(leaves[:k], index) + [mth(leaves[k:])]
    return path(leaves[k:], index - k) + [mth(leaves[:k])]


def consistency(leaves, old, is_whole=True):
    """RFC 6962, section 2.1.2."""
    if old == len(leaves):
        return [] if is_whole else [mth(leaves)]
    k = below(len(leaves))
    if old <= k:
        return consistency(leaves[:k], old, is_whole) + [mth(leaves[k:])]
    return consistency(leaves[k:], old - k, False) + [mth(leaves[:k])]


def b64(data):
    return base64.b64encode(data).decode()


class Log:
    def __init__(self, charter, seeds, records):
        self.charter, self.records = charter, records
        self.origin = "conclave/" + charter.id.hex()
        self.secrets = [nacl.bindings.crypto_sign_seed_keypair(seed)[1] for seed in seeds]

    def line(self, seat, text, name=None, kind=b"\1", key_id=None):
        name = name or self.origin
        key_id = key_id or sha(name.encode() + b"\n" + kind + self.charter.keys[seat - 1])[:4]
        signature = nacl.bindings.crypto_sign(text.encode(), self.secrets[seat - 1])[:64]
        return "%s %s %s\n" % (DASH, name, b64(key_id + signature))

    def text(self, size):
        return "%s\n%d\n%s\n" % (self.origin, size, b64(mth(self.records[:size])))

    def note(self, size, seats=None, text=None, more=""):
        text = text or self.text(size)
        seats = seats or range(1, self.charter.q + 1)
        return text + "\n" + "".join(self.line(seat, text) for seat in seats) + more

    def inclusion(self, index, size, extra=""):
        hashes = "".join(b64(h) + "\n" for h in path(self.records[:size], index))
        return "c2sp.org/tlog-proof@v1\n%sindex %d\n%s\n%s" % (
            extra, index, hashes, self.note(size))

    def consistency(self, old, size):
        hashes = consistency(self.records[:size], old) if old else []
        return "conclave/1/consistency\nold %d\n%s\n%s" % (
            old, "".join(b64(h) + "\n" for h in hashes), self.note(size))


def notes(log, size):
    """Good and bad ones, each fault alone."""
    text, q = log.text(size), log.charter.q
    seats = range(1, q + 1)
    good = log.note(size)
    lines = [log.line(seat, text) for seat in seats]
    yield from (good, log.note(size, range(1, log.charter.n + 1)), log.note(size, seats[::-1]),
                log.note(size, more=log.line(1, text)), log.note(size, seats[1:]))
    other = log.line(1, text, "witness.example/w", b"\4")
    yield from (text + "\n" + other + "".join(lines), good + other, good.replace(other, ""))
    yield log.note(size, more=log.line(1, text, key_id=b"\0\0\0\0"))
    for name in ("a b", "a+b", "", "a\u3000b", "a\u0085b", "\u00a0", "a\u200bb", "x" * 255,
                 "x" * 256, "\u2014", "a\u1680", "a\u180e", "a\ufeff"):
        yield good + "%s %s AAAAAAA=\n" % (DASH, name)
    for rest in ("AAAAAA==", "AAAAAAA=", "AAAAAAB=", "AAAAAAA", "AAAA AAA=", "AAAAAA-_", "", "====",
                 "AAAAAAA=="):
        yield good + "%s w %s\n" % (DASH, rest)
    for tail in ("\n", "x\n", "- w AAAAAAA=\n", DASH + "w AAAAAAA=\n", " ", "\t\n", "\0", "\r\n"):
        yield good + tail
    yield from (good[:-1], good.replace("\n\n", "\n"), good.replace("\n\n", "\n\n\n"), text,
                text + "\n", "\n" + good, "", "\n\n", good.replace("\n", "\r\n"),
                "\ufeff" + good, good + (DASH + " w AAAAAAA=\n") * (256 - q),
                good + (DASH + " w AAAAAAA=\n") * (257 - q),
                good + DASH + " w " + "A" * 524288 + "\n")
    for wrong in (text + "more\n", text.replace("conclave/", "conclave2/"), text.upper(),
                  text.replace("\n%d\n" % size, "\n0%d\n" % size),
                  text.replace("\n%d\n" % size, "\n+%d\n" % size),
                  text.replace("\n%d\n" % size, "\n%d \n" % size),
                  text.replace("\n%d\n" % size, "\n%d\n" % 2 ** 63),
                  text.replace("\n%d\n" % size, "\n%d\n" % (2 ** 63 - 1)),
                  text.replace("\n%d\n" % size, "\n0\n"),
                  text.replace("=\n", "\n"), text.replace("=\n", "==\n"),
                  text.replace(b64(mth(log.records[:size])), b64(bytes(31))),
                  text.replace(b64(mth(log.records[:size])), b64(bytes(33))),
                  "%s\n0\n%s\n" % (log.origin, b64(NOTHING)),
                  text.replace("\n%d\n" % size, "\n%d\n\n" % size)):
        yield log.note(size, text=wrong)
        yield wrong + good[len(text):]
    for seat in seats:
        yield log.note(size, [s for s in seats if s != seat])
        yield good.replace(lines[seat - 1], log.line(seat, log.text(size - 1)))
        yield good.replace(lines[seat - 1], lines[0] if seat > 1 else lines[1])
        yield good.replace(lines[seat - 1], lines[seat - 1][:-3] + "A=\n")
        yield good.replace(lines[seat - 1], lines[seat - 1].replace("=\n", "AAAA=\n"))


def spoilt_proofs(log, good, word):
    """One change each of what is above the note."""
    head, _, note = good.partition("\n\n")
    lines = head.split("\n")
    at = next(i for i, line in enumerate(lines) if line.startswith(word))
    number = int(lines[at].split()[1])

    def proof(lines, between="\n\n"):
        return "\n".join(lines) + between + note

    for other in (number + 1, number - 1, "0%d" % number, 2 ** 63, 2 ** 64 + number, "", "x",
                  "%d " % number, "+%d" % number, " %d" % number):
        yield proof(lines[:at] + ["%s %s" % (word, other)] + lines[at + 1:])
    for i in range(len(lines)):
        yield proof(lines[:i] + lines[i + 1:])
        yield proof(lines[:i] + [lines[i]] + lines[i:])
        yield proof(lines[:i] + lines[i + 1:i + 2] + lines[i:i + 1] + lines[i + 2:])
        yield proof(lines[:i] + [lines[i] + " "] + lines[i + 1:])
        yield proof(lines[:i] + [lines[i].swapcase()] + lines[i + 1:])
        yield proof(lines[:i] + [""] + lines[i:])
    for more in (b64(bytes(32)), b64(bytes(31)), b64(bytes(33)), "x", "extra AAAA"):
        yield proof(lines + [more])
        yield proof(lines[:at] + [more] + lines[at:])
    yield proof(lines + [b64(bytes(32))] * (63 - (len(lines) - at - 1)))
    yield proof(lines + [b64(bytes(32))] * 64)
    yield from (proof(lines, "\n"), proof(lines, "\n\n\n"), proof(lines, "\r\n\r\n"), good + "\n",
                good[:-1], "", head, head + "\n\n", "\n" + good)
    yield proof(lines).replace(note, log.note(len(log.records) - 1))
    yield good.replace("@v1", "@v2").replace("conclave/1/c", "conclave/2/c")


def items(log):
    """Each as kind, arguments and text: hash of the leaf; or root and size of the old tree."""
    size = len(log.records)
    for note in notes(log, size):
        yield "note", (), note
    for size in sorted({1, 2, 3, 4, 5, 7, 8, 9, size}):
        for index in range(size):
            yield "inclusion", (leaf_hash(log.records[index]),), log.inclusion(index, size)
        for old in range(size + 1):
            yield "consistency", (mth(log.records[:old]), old), log.consistency(old, size)
    leaf = (leaf_hash(log.records[2]),)
    for extra in ("extra \n", "extra AAAA\n", "extra AAA\n", "extra\n", "extra A A=\n",
                  "extra /w==\n", "extra AAAA\nextra AAAA\n", "Extra AAAA\n",
                  "extra %s\n" % ("AAAA" * 99999)):
        yield "inclusion", leaf, log.inclusion(2, size, extra)
    for spoilt in spoilt_proofs(log, log.inclusion(2, size), "index"):
        yield "inclusion", leaf, spoilt
    yield "inclusion", (leaf_hash(log.records[3]),), log.inclusion(2, size)
    old = (mth(log.records[:5]), 5)
    for spoilt in spoilt_proofs(log, log.consistency(5, size), "old"):
        yield "consistency", old, spoilt
    for wrong in ((old[0], 4), (old[0], 6), (NOTHING, 5), (old[0], 0)):
        yield "consistency", wrong, log.consistency(5, size)
    yield "consistency", (bytes(32), 0), log.consistency(0, size)
    yield "consistency", (bytes(32), size), log.consistency(size, size)
    yield from flips(log, size, leaf, old)


def flips(log, size, leaf, old):
    rng = random.Random(size)
    for kind, arguments, good in (("note", (), log.note(size)),
                                  ("inclusion", leaf, log.inclusion(2, size)),
                                  ("consistency", old, log.consistency(5, size))):
        data = good.encode()
        for _ in range(300):
            i = rng.randrange(len(data))
            bit = 1 << rng.randrange(8)
            yield kind, arguments, data[:i] + bytes([data[i] ^ bit]) + data[i + 1:]
            yield kind, arguments, data[:i] + data[i + 1:]
