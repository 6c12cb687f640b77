# SPDX-License-Identifier: ISC
"""Notes and proofs of the public log: conclave-protocol(7), section 12."""
import base64
import binascii
import re

from second_basis import NOTHING, Wrong, climb, leaf_hash, must, node_hash, sha, verifies

NOTE_MAX = 524288
LINES_MAX = 256
NAME_MAX = 255
SIZE_MAX = 2 ** 63 - 1
HASHES_MAX = 63
DASH = "\u2014"


def from_base64(text, what):
    """Padded, of no other characters, spare bits 0: only then does it come back the same."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Wrong("%s is not base64" % what)
    must(base64.b64encode(data).decode() == text, "%s is not the base64 of its bytes", what)
    return data


def hash_of(text, what):
    data = from_base64(text, what)
    must(len(data) == 32, "%s is not 32 bytes", what)
    return data


def decimal(text, what):
    must(re.fullmatch("0|[1-9][0-9]{0,18}", text, re.ASCII) and int(text) <= SIZE_MAX,
         "%s is not a decimal number up to 2^63 - 1", what)
    return int(text)


def signature_line(line):
    """Name, key id, and what follows it."""
    parts = line.split(" ")
    must(len(parts) == 3 and parts[0] == DASH, "no signature line: %r", line)
    name = parts[1]
    must(1 <= len(name.encode()) <= NAME_MAX and "+" not in name and
         not any(c.isspace() for c in name), "no name of a key: %r", name)
    data = from_base64(parts[2], "a signature")
    must(len(data) > 4, "nothing after a key id")
    return name, data[:4], data[4:]


def parse_text(text, charter):
    """Size and root of a checkpoint."""
    lines = text.split("\n")
    must(len(lines) == 4 and lines[3] == "", "the text has not three lines")
    must(lines[0] == "conclave/" + charter.id.hex(), "a log of another council")
    size, root = decimal(lines[1], "the size"), hash_of(lines[2], "the root")
    must(size > 0 or root == NOTHING, "the root of an empty tree")
    return size, root


def open_note(charter, data):
    """Size and root of a checkpoint that q seats signed."""
    must(len(data) <= NOTE_MAX, "longer than %d bytes", NOTE_MAX)
    try:
        note = data.decode()
    except UnicodeDecodeError:
        raise Wrong("not UTF-8")
    must(not any(c < " " and c != "\n" for c in note), "a control character")
    must(note.endswith("\n"), "the last line does not end")
    end = note.rfind("\n\n")
    must(end >= 0, "no empty line after the text")
    text, lines = note[:end + 1], note[end + 2:].split("\n")[:-1]
    must(len(lines) <= LINES_MAX, "more than %d signatures", LINES_MAX)
    signatures = [signature_line(line) for line in lines]
    size, root = parse_text(text, charter)
    origin = "conclave/" + charter.id.hex()
    seats = {sha(origin.encode() + b"\n\1" + key)[:4]: key for key in charter.keys}
    signed = set()
    for name, key_id, signature in signatures:
        if name == origin and key_id in seats:
            must(verifies(seats[key_id], text.encode(), signature), "a seat's signature")
            signed.add(key_id)
    must(len(signed) >= charter.q, "%d seats signed, not %d", len(signed), charter.q)
    return size, root


def consists(first, second, path, old, new):
    """Whether the tree of second leaves extends that of first: RFC 9162, section 2.1.4.2."""
    if first == 0:
        return not path and old == NOTHING
    if first == second:
        return not path and old == new
    if first > second or not path:
        return False
    if first & first - 1 == 0:
        path = [old] + path
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node_hash(c, fr), node_hash(c, sr)
            while not fn & 1 and fn != 0:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, c)
        fn, sn = fn >> 1, sn >> 1
    return fr == old and sr == new and sn == 0


def parse_proof(data, first, word, extra):
    """The number of a proof as text, its hashes, and the note after it."""
    head, empty, note = data.partition(b"\n\n")
    must(empty, "no empty line before the note")
    try:
        lines = head.decode().split("\n")
    except UnicodeDecodeError:
        raise Wrong("not UTF-8")
    must(lines[0] == first, "the first line is not %r", first)
    lines = lines[1:]
    if extra and lines and lines[0].startswith("extra "):
        from_base64(lines[0][len("extra "):], "what is extra")
        lines = lines[1:]
    must(lines and lines[0].startswith(word + " "), "no line with %s", word)
    hashes = [hash_of(line, "a hash") for line in lines[1:]]
    must(len(hashes) <= HASHES_MAX, "more than %d hashes", HASHES_MAX)
    return decimal(lines[0][len(word) + 1:], word), hashes, note


def check_inclusion(charter, leaf, data):
    index, hashes, note = parse_proof(data, "c2sp.org/tlog-proof@v1", "index", True)
    size, root = open_note(charter, note)
    must(climb(leaf, index, size, hashes) == root,
         "the path does not lead from the record to the root")


def check_consistency(charter, old_size, old_root, data):
    old, hashes, note = parse_proof(data, "conclave/1/consistency", "old", False)
    size, root = open_note(charter, note)
    must(old == old_size, "it is for a tree of %d, not %d", old, old_size)
    must(consists(old, size, hashes, old_root, root), "the tree does not extend the old one")


def checker(charter, what, rest, read):
    """What judges the bytes of a file, and the names of the files."""
    if what == "note":
        return lambda data: open_note(charter, data), rest
    if what == "inclusion" and rest:
        leaf = leaf_hash(read(rest[0]))
        return lambda data: check_inclusion(charter, leaf, data), rest[1:]
    if what == "consistency" and len(rest) > 1 and re.fullmatch("[0-9a-f]{64}", rest[1]):
        size, root = decimal(rest[0], "SIZE"), bytes.fromhex(rest[1])
        return lambda data: check_consistency(charter, size, root, data), rest[2:]
    raise Wrong("note, inclusion RECORD or consistency SIZE ROOT is missing")


def judge_files(charter, what, rest, read):
    """Name and what is wrong, or None, for each file."""
    check, names = checker(charter, what, rest, read)
    for name in names:
        try:
            check(read(name))
            yield name, None
        except Wrong as why:
            yield name, str(why)
