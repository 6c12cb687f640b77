# SPDX-License-Identifier: ISC
"""The charter: conclave-charter(5), and its identity by conclave-protocol(7), section 6."""
import ipaddress
import json
import re

from second_basis import H, Wrong, encode, faults, is_key, is_text, labelled, must, quorum, \
    verifies

JSON_MAX = 1 << 20
NEST_MAX = 16
YEAR_MS = 31622400000  # 366 days


def pairs(items):
    names = [name for name, _ in items]
    must(len(set(names)) == len(names), "a name stands twice in one object")
    return dict(items)


def whole(digits):
    must(not digits.startswith("-"), "a negative number: %s", digits)
    return int(digits)


def refuse(what):
    raise Wrong("no such value: %s" % what)


def judge_values(tree, depth=1):
    """What holds for every value, wherever it stands."""
    if isinstance(tree, (dict, list)):
        must(depth <= NEST_MAX, "nested too deep")
        for item in tree if isinstance(tree, list) else [*tree.keys(), *tree.values()]:
            judge_values(item, depth + 1)
    elif isinstance(tree, str):
        must(tree and tree == tree.strip(" ") and is_text(tree) and
             not re.search("[\ud800-\udfff]", tree), "a string that may not be: %r", tree)
    elif not isinstance(tree, bool):
        must(tree is not None and tree < 2 ** 63, "a value that may not be: %r", tree)


def is_address(text):
    host, _, port = text.rpartition(":")
    if len(text) > 262 or not re.fullmatch("[1-9][0-9]{0,4}", port) or int(port) > 65535:
        return False
    try:
        if host.startswith("["):
            ipaddress.IPv6Address(host[1:-1])
            return host.endswith("]") and "%" not in host
        if re.fullmatch("[0-9]+", host.rpartition(".")[2], re.ASCII):
            ipaddress.IPv4Address(host)
    except ValueError:
        return False
    return len(host) <= 253 and all(
        re.fullmatch("(?!-)[A-Za-z0-9_-]{1,63}(?<!-)", part) for part in host.split("."))


def place_of(address):
    """Equal for two spellings of one address."""
    host, _, port = address.rpartition(":")
    return (ipaddress.IPv6Address(host[1:-1]) if host.startswith("[") else host.lower(), port)


def numbers(low, high):
    return lambda x: type(x) is int and low <= x <= high


def strings(most):
    return lambda x: type(x) is str and len(x.encode()) <= most


def anything(_):
    return True


TOP = {"name": strings(64), "created_ms": numbers(1, 253402300799999),
       "seats": lambda x: type(x) is list and 4 <= len(x) <= 128,
       "classes": lambda x: type(x) is list and 1 <= len(x) <= 32}
SECTIONS = {
    "timing": {"max_drift_ms": (1, 60000, 500), "timer_floor_ms": (10, 3600000, 500),
               "timer_ceiling_ms": (10, 3600000, 10000)},
    "ordering": {"window": (1, 256, 8), "rotate_every": (1, 1000000, 256),
                 "return_interval_ms": (1, YEAR_MS, 60000), "seat_window": (1, 64, 4),
                 "open_proposals": (1, 1024, 8)},
    "epoch": {"decisions": (1, 1000000, 16), "absences": (0, 1000000, 3)},
    "publish": {"interval_ms": (1000, YEAR_MS, 60000)},
    "watch": {"window_decisions": (16, 4096, 256), "recent_decisions": (8, 2048, 8),
              "false_alarm_ppm": (1, 1000000, 1000), "dissent_percent": (0, 100, 5),
              "bloc_percent": (1, 100, 45), "drift_limit": (1, 1000, 12),
              "likeness_percent": (50, 100, 80), "copied_decisions": (1, 4096, 3)},
}
SEAT = {"key": lambda x: type(x) is str and re.fullmatch("[0-9a-f]{64}", x) and
        is_key(bytes.fromhex(x)),
        "address": lambda x: type(x) is str and is_address(x), "name": strings(32),
        "jurisdiction": strings(64), "speciality": strings(64), "vendor": strings(64),
        "model_family": strings(64)}
CLASS = {"name": lambda x: type(x) is str and re.fullmatch("[a-z0-9-]{1,32}", x),
         "commit_ms": anything, "reveal_ms": anything, "grace_ms": anything}


def fields_of(tree, what, required, others=()):
    must(isinstance(tree, dict), "%s is not an object", what)
    for name in tree:
        must(name in required or name in others, "%s.%s: no such field", what, name)
    for name, is_right in required.items():
        must(name in tree, "%s.%s is missing", what, name)
        must(is_right(tree[name]), "%s.%s may not be %r", what, name, tree[name])


def distinct(values, what):
    must(len(set(values)) == len(values), "two seats or classes with one %s", what)


def defaults_of(tree, what, fields):
    """A section with its defaults filled in."""
    given = tree.get(what, {})
    fields_of(given, what, {}, fields)
    for name, value in given.items():
        low, high, _ = fields[name]
        must(numbers(low, high)(value), "%s.%s may not be %r", what, name, value)
    return {name: given.get(name, default) for name, (_, _, default) in fields.items()}


def judge_class(c, what, n, drift):
    fields_of(c, what, CLASS, ("threshold", "emergency"))
    T = c.get("threshold", -(-2 * n // 3))
    must(numbers(faults(n) + 1, n - faults(n))(T), "%s.threshold may not be %r", what, T)
    for name in ("commit_ms", "reveal_ms"):
        must(numbers(4 * drift, YEAR_MS)(c[name]), "%s.%s may not be %r", what, name, c[name])
    must(numbers(0, c["commit_ms"])(c["grace_ms"]), "%s.grace_ms is above commit_ms", what)
    must(type(c.get("emergency", False)) is bool, "%s.emergency is not a boolean", what)
    return {"T": T, "commit_ms": c["commit_ms"], "reveal_ms": c["reveal_ms"],
            "grace_ms": c["grace_ms"]}


class Charter:
    """id, n, q, keys by seat - 1, and classes with T, commit_ms, reveal_ms, grace_ms."""

    def __init__(self, data):
        must(len(data) <= JSON_MAX, "the charter is too long")
        try:
            tree = json.loads(data.decode(), object_pairs_hook=pairs, parse_int=whole,
                              parse_float=refuse, parse_constant=refuse)
        except (ValueError, RecursionError) as e:
            raise Wrong("the charter is not JSON: %s" % e)
        judge_values(tree)
        fields_of(tree, "charter", TOP, SECTIONS)
        sections = {name: defaults_of(tree, name, SECTIONS[name]) for name in SECTIONS}
        timing = sections["timing"]
        must(timing["timer_floor_ms"] <= timing["timer_ceiling_ms"],
             "timing.timer_ceiling_ms is below timer_floor_ms")
        watch = sections["watch"]
        must(2 * watch["recent_decisions"] <= watch["window_decisions"],
             "watch.recent_decisions is more than half of the window")
        for i, seat in enumerate(tree["seats"]):
            fields_of(seat, "seats[%d]" % i, SEAT)
        for name in ("key", "name"):
            distinct([seat[name] for seat in tree["seats"]], name)
        distinct([place_of(seat["address"]) for seat in tree["seats"]], "address")
        self.n = len(tree["seats"])
        self.q = quorum(self.n)
        self.keys = [bytes.fromhex(seat["key"]) for seat in tree["seats"]]
        self.classes = [judge_class(c, "classes[%d]" % i, self.n, timing["max_drift_ms"])
                        for i, c in enumerate(tree["classes"])]
        distinct([c["name"] for c in tree["classes"]], "name")
        self.id = H("conclave/1/charter", encode(tree))

    def is_seat(self, seat):
        return 1 <= seat <= self.n

    def signed(self, seat, label, body, signature):
        """Whether the seat signed the body with the label, for this council."""
        return self.is_seat(seat) and verifies(
            self.keys[seat - 1], labelled(label) + self.id + encode(body), signature)
