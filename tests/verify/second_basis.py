# SPDX-License-Identifier: ISC
"""Hashes, trees, signatures and encoding: conclave-protocol(7), sections 1 to 3.

BLAKE2b and SHA-256 are Python's, Ed25519 is PyNaCl's, CBOR is cbor2's.
"""
import hashlib
import io
import re

import cbor2
import nacl.bindings
import nacl.exceptions


class Wrong(Exception):
    """What does not hold, in words."""


def must(good, what, *values):
    if not good:
        raise Wrong(what % values)


# --- section 1 ---

def faults(n):
    return (n - 1) // 3


def quorum(n):
    return (n + faults(n)) // 2 + 1


# --- section 2 ---

def labelled(label):
    return bytes([len(label)]) + label.encode("ascii")


def H(label, encoding):
    return hashlib.blake2b(labelled(label) + encoding, digest_size=32).digest()


def sha(data):
    return hashlib.sha256(data).digest()


def leaf_hash(data):
    return sha(b"\0" + data)


def node_hash(left, right):
    return sha(b"\1" + left + right)


NOTHING = sha(b"")


def hashes_of(path):
    return [path[i:i + 32] for i in range(0, len(path), 32)]


def climb(leaf, index, count, path):
    """The root to which a path leads, or None: RFC 9162, section 2.1.3.2."""
    if index >= count:
        return None
    fn, sn, r = index, count - 1, leaf
    for p in path:
        if sn == 0:
            return None
        if fn & 1 or fn == sn:
            r = node_hash(p, r)
            while not fn & 1 and fn != 0:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node_hash(r, p)
        fn, sn = fn >> 1, sn >> 1
    return r if sn == 0 else None


def verifies(key, message, signature):
    """The four rules of section 2. libsodium, which PyNaCl calls, applies them all: S < L,
    R and A of no small order, A canonical and on the curve, and R compared as bytes."""
    if len(signature) != 64 or len(key) != 32:
        return False
    try:
        nacl.bindings.crypto_sign_open(signature + message, key)
    except nacl.exceptions.BadSignatureError:
        return False
    return True


def is_key(key):
    """What a charter's key must be besides: of prime order."""
    return nacl.bindings.crypto_core_ed25519_is_valid_point(key)


# --- section 3 ---

NEST_MAX = 16
SIZES = {24: 1, 25: 2, 26: 4, 27: 8}


def scan(data):
    """That nothing is claimed that is not there, before a decoder takes memory for it: heads
    of known kinds, definite lengths, nesting, one item and no byte more."""
    i, todo = 0, [1]  # what is left of each array that is open, the file being the outermost
    while todo:
        if todo[-1] == 0:
            todo.pop()
            continue
        todo[-1] -= 1
        must(i < len(data), "the bytes end too soon")
        major, info = data[i] >> 5, data[i] & 31
        must(major in (0, 2, 3, 4), "byte %d: no kind of item of a council", i)
        must(info < 28, "byte %d: no definite length", i)
        size = SIZES.get(info, 0)
        must(len(data) - i > size, "the bytes end too soon")
        n = int.from_bytes(data[i + 1:i + 1 + size], "big") if size else info
        i += 1 + size
        if major == 0:
            continue
        must(n <= len(data) - i, "more is claimed than there is")
        if major == 4:
            must(len(todo) <= NEST_MAX, "nested too deep")
            todo.append(n)
        else:
            i += n
    must(i == len(data), "bytes follow the item")


def encode(value):
    return cbor2.dumps(value, canonical=True)


def decode(data):
    """The one item that the bytes are the deterministic encoding of."""
    scan(data)
    try:
        value = cbor2.load(io.BytesIO(data))
    except (cbor2.CBORDecodeError, UnicodeDecodeError) as e:
        raise Wrong("not CBOR: %s" % e)
    must(encode(value) == data, "not the deterministic encoding")
    return value


BARRED = re.compile("[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def is_text(text, lines=False):
    """The characters that text may have; with lines, line feed and tab too."""
    return not BARRED.search(text.translate({10: None, 9: None}) if lines else text)


# --- shapes: an item is of one when the function returns ---

def number(low=0, high=2 ** 64 - 1):
    def shape(x, what):
        must(type(x) is int and low <= x <= high, "%s is not a number from %d to %d", what, low,
             high)
    return shape


def octets(low, high=None):
    high = low if high is None else high

    def shape(x, what):
        must(type(x) is bytes and low <= len(x) <= high, "%s is not %d to %d bytes", what, low,
             high)
    return shape


def text(low, high, lines=False):
    def shape(x, what):
        must(type(x) is str and low <= len(x.encode()) <= high and is_text(x, lines),
             "%s is not a text of %d to %d bytes", what, low, high)
    return shape


def exactly(value):
    def shape(x, what):
        must(type(x) is type(value) and x == value, "%s is not %r", what, value)
    return shape


def either(*shapes):
    def shape(x, what):
        for one in shapes[:-1]:
            try:
                return one(x, what)
            except Wrong:
                pass
        return shapes[-1](x, what)
    return shape


def fields(**shapes):
    def shape(x, what):
        must(type(x) is list and len(x) == len(shapes), "%s is not an array of %d", what,
             len(shapes))
        for item, (name, one) in zip(x, shapes.items()):
            one(item, "%s.%s" % (what, name))
    return shape


def several(one, low=0, high=2 ** 20):
    def shape(x, what):
        must(type(x) is list and low <= len(x) <= high, "%s is not an array of %d to %d", what,
             low, high)
        for i, item in enumerate(x):
            one(item, "%s[%d]" % (what, i))
    return shape


def ascending(shape_of_all):
    """By the first field, which is a seat."""
    def shape(x, what):
        shape_of_all(x, what)
        seats = [item[0] for item in x]
        must(all(a < b for a, b in zip(seats, seats[1:])), "%s do not ascend by seat", what)
    return shape


hash32, signature64 = octets(32), octets(64)
seat_number = number(1, 128)
absent = exactly([])


def path_shape(x, what):
    must(type(x) is bytes and len(x) % 32 == 0 and len(x) <= 64 * 32,
         "%s is not a path of whole hashes, at most 64", what)
