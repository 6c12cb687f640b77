# SPDX-License-Identifier: ISC
"""Whether second.py agrees with the verifier of the program.

agree.py DIR BUILD PAGE    over what write_bundles wrote into DIR, and what is changed here at
                           random; BUILD has conclave-verify, and PAGE is the source of
                           conclave-protocol(7). Results are TAP.
"""
import collections
import contextlib
import functools
import io
import json
import os
import re
import subprocess
import sys
import time

import logs
import mutants
import second
import second_basis
import second_charter
import second_log

MUTANTS = 480  # of each good bundle, over the number of seats
SAMPLE = 40    # each so many of the list is shown to conclave-verify

# A forgery has most of its signatures from the good one.
second_charter.verifies = functools.lru_cache(1 << 16)(second_basis.verifies)

count = failures = 0


def ok(good, name):
    global count, failures
    count += 1
    failures += not good
    print("%s %d - %s" % ("ok" if good else "not ok", count, name), flush=True)


class Deck:
    def __init__(self, place):
        self.place = place
        self.bundles = second.read(os.path.join(place, "bundles"))
        self.charter = functools.cache(
            lambda name: second.Charter(second.read(os.path.join(place, name))))

    def rows(self, name):
        with open(os.path.join(self.place, name)) as f:
            return [line.rstrip("\n").split("\t") for line in f]

    def bundle(self, offset, size):
        return self.bundles[int(offset):int(offset) + int(size)]


def check_of(charter, data):
    wrong = second.judge(charter, data)
    return wrong[0] if wrong else "holds"


def check_list(deck):
    """Verdict and check by check."""
    agreed, apart = collections.Counter(), 0
    for charter, offset, size, verdict, name in deck.rows("list"):
        mine = second.judge(deck.charter(charter), deck.bundle(offset, size)) or ("holds", "")
        agreed[verdict] += mine[0] == verdict
        if mine[0] != verdict:
            apart += 1
            if apart <= 20:
                print("#   %s: %s: the program says %s, the second verifier %s: %s" % (
                    charter, name, verdict, *mine))
    good = agreed.pop("holds")
    ok(apart == 0, "of all bundles the verdicts agree, check by check")
    ok(good >= 20, "%d good bundles hold" % good)
    ok(sum(agreed.values()) >= 200 and set(agreed) == set(second.CHECKS),
       "%d that were tampered with do not: %s" % (sum(agreed.values()), ", ".join(
           "%s %d" % (check, agreed[check]) for check in second.CHECKS)))


def check_flips(deck):
    """No byte may be another one. What is no CBOR for the one may be a shape for the other."""
    accepted = apart = total = 0
    for charter, offset, size, position, bits, verdict in deck.rows("flips"):
        data = bytearray(deck.bundle(offset, size))
        data[int(position)] ^= int(bits)
        mine = check_of(deck.charter(charter), bytes(data))
        total += 1
        accepted += (mine == "holds") != (verdict == "holds")
        if mine != verdict:
            apart += 1
            if apart <= 5:
                print("#   byte %s ^ %s: the program says %s, the second verifier %s" % (
                    position, bits, verdict, mine))
    ok(accepted == 0 and apart == 0 and total >= 1000,
       "of %d single changed bytes both refuse each, by the same check" % total)


def program_says(deck, build, charter, bundles):
    """What conclave-verify says of each, and its exit status."""
    names = []
    for i, data in enumerate(bundles):
        names.append(os.path.join(deck.place, "bundle-%d" % i))
        with open(names[-1], "wb") as f:
            f.write(data)
    run = subprocess.run([os.path.join(build, "conclave-verify"), "--charter",
                          os.path.join(deck.place, charter), "--json", *names],
                         stdout=subprocess.PIPE, check=False)
    # What it says of all together is not of one bundle: those that were signed anew conflict.
    said = [x for x in map(json.loads, run.stdout.splitlines()) if x["kind"] != "history"]
    return ["holds" if x["holds"] else x["failed"] for x in said], run.returncode


def check_program(deck, build):
    by_charter = collections.defaultdict(list)
    for charter, offset, size, verdict, _ in deck.rows("list")[::SAMPLE]:
        by_charter[charter].append((deck.bundle(offset, size), verdict))
    right = total = 0
    for charter, rows in by_charter.items():
        said, status = program_says(deck, build, charter, [data for data, _ in rows])
        right += said == [verdict for _, verdict in rows] and status == 1
        total += len(said)
    ok(right == len(by_charter) and total >= 100,
       "conclave-verify --json says the same of %d of them" % total)
    offset, size = next(row[1:3] for row in deck.rows("list") if row[3] == "holds")
    good = deck.bundle(offset, size)
    for data, status in ((good, 0), (good[:-1], 1)):
        verdict = program_says(deck, build, "charter-4.json", [data])
        ok(verdict == (["holds" if status == 0 else "shape"], status), "and exits with %d" % status)


def seeds_of(charter):
    """The keys of the councils of write_bundles."""
    return [bytes([0xD0, seat]) + bytes(30) for seat in range(1, charter.n + 1)]


def check_mutants(deck, build):
    said, apart = collections.Counter(), 0
    goods = [row for row in deck.rows("list") if row[3] == "holds"]
    for number, (name, offset, size, _, story) in enumerate(goods):
        charter = deck.charter(name)
        changed = list(mutants.mutants(charter, seeds_of(charter), deck.bundle(offset, size),
                                       MUTANTS // charter.n, number))
        theirs, _ = program_says(deck, build, name, changed)
        for data, verdict in zip(changed, theirs):
            mine = second.judge(charter, data) or ("holds", "")
            said[verdict] += 1
            if mine[0] != verdict:
                apart += 1
                print("#   %s: the program says %s, the second verifier %s: %s" % (
                    story, verdict, *mine))
    ok(apart == 0 and sum(said.values()) >= 1000,
       "%d bundles changed at random: %s" % (sum(said.values()), ", ".join(
           "%s %d" % (check, said[check]) for check in ("holds", *second.CHECKS))))


def log_items(deck):
    charter = deck.charter("charter-4.json")
    records = [second.encode(["record", i]) for i in range(13)]
    for kind, arguments, data in logs.items(logs.Log(charter, seeds_of(charter), records)):
        yield kind, arguments, data if isinstance(data, bytes) else data.encode()


def log_verdict(charter, kind, arguments, data):
    try:
        if kind == "note":
            second_log.open_note(charter, data)
        elif kind == "inclusion":
            second_log.check_inclusion(charter, *arguments, data)
        else:
            root, size = arguments
            second_log.check_consistency(charter, size, root, data)
    except second.Wrong as why:
        return "fails", str(why)
    return "holds", ""


def check_log(deck, build):
    items = list(log_items(deck))
    place = os.path.join(deck.place, "log-items")
    with open(place, "wb") as f:
        for kind, arguments, data in items:
            words = [x.hex() if isinstance(x, bytes) else str(x) for x in arguments]
            f.write((" ".join([kind, str(len(data)), *words]) + "\n").encode() + data)
    run = subprocess.run([os.path.join(build, "tests/verify/judge_log"),
                          os.path.join(deck.place, "charter-4.json"), place],
                         stdout=subprocess.PIPE, check=True)
    theirs = run.stdout.decode().split()
    agreed, apart = collections.Counter(), len(items) - len(theirs)
    for (kind, arguments, data), verdict in zip(items, theirs):
        mine, why = log_verdict(deck.charter("charter-4.json"), kind, arguments, data)
        agreed[kind, verdict] += 1
        if mine != verdict:
            apart += 1
            print("#   %s %r: it %s by the program, it %s by the second verifier: %s" % (
                kind, data[:2000], verdict, mine, why))
    ok(apart == 0, "of notes and proofs of the log the verdicts agree")
    for kind in ("note", "inclusion", "consistency"):
        holds, fails = agreed[kind, "holds"], agreed[kind, "fails"]
        ok(holds >= 5 and fails >= 30, "%s: %d hold, %d do not" % (kind, holds, fails))


def display(page, name):
    """The bytes of a worked example."""
    found = re.search("^%s:\n((?: +[0-9a-f]+\n)+)" % re.escape(name), page, re.M)
    return bytes.fromhex(found.group(1))


def check_page(source):
    with open(source) as f:
        page = f.read()
    page = page[page.index(".Sh 13. WORKED"):]
    charter = second.Charter(re.search(r"^\{\n.*?^\}\n", page, re.M | re.S).group(0).encode())
    ok(charter.id == display(page, "council_id"), "the council of the page's examples")
    note, record = display(page, "note"), display(page, "record")
    ok(log_verdict(charter, "note", (), note)[0] == "holds", "its note")
    proof = b"c2sp.org/tlog-proof@v1\nindex 0\n\n" + note
    leaf = second.leaf_hash(record)
    ok(log_verdict(charter, "inclusion", (leaf,), proof)[0] == "holds",
       "and with three lines before it the proof of its record")


def command(*arguments):
    """What second.py says and exits with."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(io.StringIO()):
        status = second.main(list(arguments))
    return said.getvalue(), status


def check_command(deck):
    charter = os.path.join(deck.place, "charter-4.json")
    good, bad, note = (os.path.join(deck.place, name) for name in ("good", "bad", "note"))
    offset, size = next(row[1:3] for row in deck.rows("list") if row[3] == "holds")
    notes = [data for kind, _, data in log_items(deck) if kind == "note"]
    for name, data in ((good, deck.bundle(offset, size)), (note, notes[0]),
                       (bad, deck.bundle(offset, int(size) - 1))):
        with open(name, "wb") as f:
            f.write(data)
    ok(command(charter, good) == (good + ": holds\n", 0), "second.py: a good one")
    said, status = command(charter, good, bad)
    ok(said.startswith(good + ": holds\n" + bad + ": shape: ") and status == 1, "and a bad one")
    ok(command("--log", charter, "note", note) == (note + ": holds\n", 0), "a note")
    said, status = command("--log", charter, "note", bad)
    ok(said.startswith(bad + ": note: ") and status == 1, "and what is none")
    for wrong in ((), (charter,), ("--log", charter, "note"), ("--log", charter, "x", note),
                  ("--log", charter, "consistency", "1", "2", note), (bad, good),
                  (charter, good + "-that-is-not-there")):
        ok(command(*wrong) == ("", 2), "wrong usage: %d words" % len(wrong))


def main(place, build, page):
    deck = Deck(place)
    for part, *more in ((check_list,), (check_flips,), (check_program, build),
                        (check_mutants, build), (check_log, build)):
        begin = time.monotonic()
        part(deck, *more)
        print("#   %s took %.1f s" % (part.__name__, time.monotonic() - begin))
    check_page(page)
    check_command(deck)
    print("1..%d" % count)
    return failures > 0


sys.exit(main(*sys.argv[1:]))
