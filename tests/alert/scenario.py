# SPDX-License-Identifier: ISC
"""conclave-alert between a node that is made up and receivers that are not kind. Prints TAP."""
import json
import os
import random
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import time
import traceback

from fake_node import FakeNode
from receiver import Checker, Receiver

PROGRAM = sys.argv[1]
LONG = os.environ.get("CONCLAVE_LONG") == "1"
count = failures = 0
worlds = []


def ok(passed, name, detail=None):
    global count, failures
    count += 1
    print("%sok %d - %s" % ("" if passed else "not ", count, name), flush=True)
    if not passed:
        failures += 1
        for line in str(detail).splitlines():
            print("#   " + line[:300])
    return passed


def wait_for(condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


class World:
    """A node, a receiver and a helper in a folder of their own."""

    def __init__(self, config="", receiver="", answer=None, page=200, start=True):
        self.dir = tempfile.mkdtemp()
        self.node = FakeNode(os.path.join(self.dir, "control.sock"), page=page)
        secret, key = os.path.join(self.dir, "secret"), os.path.join(self.dir, "key")
        self.tool("keygen", secret)
        public = self.tool("keygen", "--pair", key).stdout.strip()
        with open(secret) as file:
            self.checker = Checker(file.read().strip(), public)
        self.receiver = Receiver(self.checker, answer or (lambda path, payload: 204))
        self.config = os.path.join(self.dir, "alert.conf")
        self.common = config
        self.write('receiver "one" {\n  url = "http://127.0.0.1:%d/one"\n'
                   '  secrets = {"secret", "key"}\n  retry-at-most = 1\n%s\n}\n'
                   % (self.receiver.port, receiver))
        self.process, self.log = None, os.path.join(self.dir, "log")
        self.node.start()
        worlds.append(self)
        if start:
            self.start()

    def write(self, receivers):
        with open(self.config, "w") as file:
            file.write('socket = "control.sock"\nstate = "queue"\nlog-level = "debug"\n%s\n%s'
                       % (self.common, receivers))

    def start(self):
        self.process = subprocess.Popen([PROGRAM, "--config", self.config],
                                        stdout=subprocess.DEVNULL, stderr=open(self.log, "a"),
                                        env=environment())

    def follows(self):
        return wait_for(lambda: "flags" in self.node.asked) and time.sleep(0.1) is None

    def stop(self, number=signal.SIGTERM, seconds=10):
        self.process.send_signal(number)
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            status = None
        self.process = None
        return status

    def tool(self, *words):
        """One of the words, with its output as text."""
        extra = [] if words[0] == "keygen" else ["--config", self.config]
        return subprocess.run([PROGRAM, *extra, *words], capture_output=True, text=True,
                              timeout=60, env=environment())

    def queue(self):
        return json.loads(self.tool("queue", "--json").stdout)

    def said(self):
        with open(self.log) as file:
            return file.read()

    def numbers(self, path="/one"):
        """Of decisions that the receiver has, each once, in the order of their coming."""
        out = []
        for _, payload in self.receiver.taken(path):
            n = payload["data"].get("decision", {}).get("record")
            if n is not None and n not in out:
                out.append(n)
        return out

    def types(self, path="/one"):
        return [p["type"] for _, p in self.receiver.taken(path)]

    def close(self):
        if self.process is not None:
            self.stop(signal.SIGKILL)
        if self.node.listener is not None:
            self.node.stop()
        self.receiver.close()
        subprocess.run(["rm", "-rf", self.dir])
        worlds.remove(self)


def environment():
    return {k: v for k, v in os.environ.items() if "proxy" not in k.lower()}


def same_ids(world, path="/one"):
    """What is the same has one id, and what has one id is the same."""
    by_id, by_what = {}, {}
    with world.receiver.lock:
        got = [(i, p) for where, i, p, _, _ in world.receiver.got if where == path]
    for number, p in got:
        what = (p["type"], p["data"].get("decision", {}).get("record"),
                p["data"].get("flag", {}).get("id"), p["data"].get("stall", {}).get("began_ms"),
                p["data"].get("reach", {}).get("since_ms"))
        if by_id.setdefault(number, what) != what or by_what.setdefault(what, number) != number:
            return False
    return True


# --- what is told ---

def test_told():
    w = World(config="unreachable-after = 1", start=False)
    w.node.decide()
    old = w.node.raise_flag(kind="missed", severity="notice")
    w.node.clear(old)
    still = w.node.raise_flag(kind="lagging", severity="notice")
    w.start()
    ok(wait_for(lambda: w.types() == ["flag.raised"]), "a first start tells what is open now",
       w.said())
    w.follows()
    w.node.decide()
    number = w.node.raise_flag(kind="of-a-later-version", severity="critical")
    w.node.acknowledge(number)
    w.node.clear(number)
    w.node.acknowledge(number)
    w.node.stall()
    w.node.stall()
    w.node.move()
    expected = ["flag.raised", "proposal.final", "flag.raised", "flag.acknowledged",
                "flag.cleared", "council.stalled", "council.moving"]
    ok(wait_for(lambda: w.types() == expected), "decisions, flags and stalls, in their order",
       w.types())
    (_, decision), (number_id, flag) = w.receiver.taken()[1:3]
    ok(decision["data"]["decision"] == w.node.records[1], "a decision is as the node gives it",
       decision)
    ok(flag["data"]["flag"]["kind"] == "of-a-later-version" and "seq" not in flag["data"]["flag"]
       and flag["data"]["severity"] == "critical", "and so is a flag of whatever kind", flag)
    ok(decision["data"]["node"] == 3 and decision["data"]["node_name"] == "alder" and
       decision["data"]["council_id"] == "ab" * 32 and number_id.startswith("msg_"),
       "the node and the council are named", decision)
    w.node.stop()
    ok(wait_for(lambda: w.types()[7:] == ["node.unreachable"]), "a node that is gone is told",
       w.types())
    w.node.decide()
    w.node.raise_flag()
    w.node.start()
    ok(wait_for(lambda: sorted(w.types()[8:]) == ["flag.raised", "node.reachable",
                                                  "proposal.final"]),
       "and that it is back, with what was missed", w.types())
    ok(w.receiver.wrong == [], "all of it was signed, twice", w.receiver.wrong)
    ok(same_ids(w), "each with an id of its own")
    ok(w.stop() == 0, "SIGTERM ends it in good order", w.said())
    w.close()


def test_missed():
    """While the helper is down, in pages that are small."""
    w = World(page=7)
    w.follows()
    first = w.node.raise_flag()
    ok(wait_for(lambda: w.types() == ["flag.raised"]), "it follows", w.said())
    w.stop()
    w.node.clear(first)
    for i in range(60):
        w.node.decide()
        w.node.clear(w.node.raise_flag())
    w.node.asked.clear()
    w.start()
    ok(wait_for(lambda: len(w.types()) >= 1 + 1 + 60 + 120), "what came and went is told",
       len(w.types()))
    ok(w.numbers() == list(range(60)), "decisions in their order", w.numbers())
    flags = [(p["data"]["flag"]["id"], p["type"]) for _, p in w.receiver.taken()
             if p["type"].startswith("flag.")]
    wanted = [(1, "flag.raised"), (1, "flag.cleared")]
    for number in range(2, 62):
        wanted += [(number, "flag.raised"), (number, "flag.cleared")]
    ok(flags == wanted, "flags in theirs", flags)
    w.stop()
    w.node.flags.clear()
    w.node.raise_flag(kind="stalled")
    w.start()
    ok(wait_for(lambda: w.types()[-1] == "flag.raised" and len(w.types()) == 183),
       "a node that has lost its flags gives numbers again", w.types()[-3:])
    ok(same_ids(w) is False, "which are other flags, with other ids")
    w.close()


def test_history():
    w = World(config="history = yes", start=False, page=3)
    for _ in range(10):
        w.node.decide(tell=False)
    w.node.clear(w.node.raise_flag())
    w.start()
    ok(wait_for(lambda: len(w.types()) == 12) and w.numbers() == list(range(10)),
       "history = yes tells all there was", w.types())
    w.close()


# --- kills ---

def test_kills():
    """The helper is killed again and again, receiver and node go and come."""
    seed = int(os.environ.get("SEED", random.randrange(1 << 30)))
    rounds = 300 if LONG else 25
    chance = random.Random(seed)
    print("# seed %d, %d kills" % (seed, rounds))
    bad = {"status": 204}
    w = World(answer=lambda path, payload: bad["status"], start=False)
    open_flags = []
    w.start()
    w.follows()
    for i in range(rounds):
        for _ in range(chance.randrange(1, 20)):
            what = chance.random()
            if what < 0.6:
                w.node.decide()
            elif what < 0.8 or not open_flags:
                open_flags.append(w.node.raise_flag())
            elif what < 0.9:
                w.node.acknowledge(chance.choice(open_flags))
            else:
                w.node.clear(open_flags.pop(chance.randrange(len(open_flags))))
            if chance.random() < 0.2:
                time.sleep(chance.random() * 0.02)
        bad["status"] = chance.choice([204, 204, 204, 500, 503])
        if chance.random() < 0.2 and w.node.listener is not None:
            w.node.stop()
        elif w.node.listener is None:
            w.node.start()
        time.sleep(chance.random() * 0.15)
        w.stop(signal.SIGKILL)
        w.start()
    bad["status"] = 204
    if w.node.listener is None:
        w.node.start()
    total = len(w.node.records)
    ok(wait_for(lambda: len(w.numbers()) == total, 60), "no decision is lost",
       "%d of %d" % (len(w.numbers()), total))
    turns = set()
    for f in w.node.flags.values():
        turns.add((f["id"], "flag.raised"))
        if f["acknowledged_ms"]:
            turns.add((f["id"], "flag.acknowledged"))
        if f["state"] == "cleared":
            turns.add((f["id"], "flag.cleared"))

    def got():
        return {(p["data"]["flag"]["id"], p["type"]) for _, p in w.receiver.taken()
                if "flag" in p["data"]}
    ok(wait_for(lambda: got() == turns), "nor a turn of a flag", got() ^ turns)
    ok(w.numbers() == list(range(total)), "they came in order", w.numbers())
    ok(same_ids(w), "what came twice had the id that it had before")
    ok(w.receiver.wrong == [], "and all was signed", w.receiver.wrong[:3])
    taken = len(w.receiver.taken())
    print("# %d kills: 0 lost of %d decisions and %d turns of flags; %d delivered again"
          % (rounds, total, len(turns), taken - total - len(turns)))
    ok(wait_for(lambda: w.queue()["waiting"] == 0), "the queue is empty", w.queue())
    w.close()


# --- receivers ---

def slow_head(handler):
    try:
        for _ in range(200):
            handler.wfile.write(b"HTTP/1.1 200 OK\r\n"[:1] if _ == 0 else b"T")
            handler.wfile.flush()
            time.sleep(0.1)
    except OSError:
        pass


def endless_head(handler):
    try:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            handler.wfile.write(b"X-More: " + b"x" * 1000 + b"\r\n")
    except OSError:
        pass


def endless_body(handler):
    try:
        handler.wfile.write(b"HTTP/1.1 500 No\r\nContent-Type: text/plain\r\n\r\n")
        while True:
            handler.wfile.write(b"x" * 65536)
    except OSError:
        pass


def test_hostile():
    state = {"verdict": 204}
    w = World(answer=lambda path, payload: state["verdict"], receiver="timeout = 1")
    w.follows()
    elsewhere = Receiver(w.checker)
    cases = [
        ("500", 500), ("404", 404), ("a redirect", (
            302, {"Location": "http://127.0.0.1:%d/" % elsewhere.port}, b"")),
        ("a redirect that keeps the method", (
            308, {"Location": "http://127.0.0.1:%d/" % elsewhere.port}, b"")),
        ("Retry-After of a century", (503, {"Retry-After": "3153600000"}, b"")),
        ("Retry-After that is no number", (429, {"Retry-After": "\u00e9;-1"}, b"")),
        ("a head that does not end", slow_head), ("an endless head", endless_head),
        ("an endless body", endless_body),
        ("nothing at all", lambda handler: None),
        ("what is no HTTP", lambda handler: handler.wfile.write(b"\x00\xff\n\n\n")),
    ]
    for n, (name, verdict) in enumerate(cases):
        state["verdict"] = verdict
        before = len(w.receiver.got)
        w.node.decide()
        tried = wait_for(lambda: len(w.receiver.got) >= before + (2 if n == 0 else 1))
        state["verdict"] = 204
        if not ok(tried and wait_for(lambda: w.numbers() == list(range(n + 1))),
                  "%s is tried again" % name, w.said()[-2000:]):
            break
    ok(elsewhere.got == [], "no redirect was followed")
    ok(w.receiver.wrong == [], "attempts have signatures of their own", w.receiver.wrong)
    state["verdict"] = (200, {"X": "y"}, b"x" * 1000000)
    before = len(w.receiver.got)
    w.node.decide()
    wait_for(lambda: len(w.receiver.got) > before)
    ok(wait_for(lambda: w.queue()["waiting"] == 0) and len(w.receiver.got) == before + 1,
       "200 is delivered, whatever it says more", w.said()[-2000:])
    w.receiver.close()
    w.node.decide()
    ok(wait_for(lambda: w.queue()["receivers"][0]["failures"] >= 2),
       "who does not listen is tried again", w.queue())
    port = w.receiver.port
    w.receiver = Receiver(w.checker, port=port)
    ok(wait_for(lambda: w.numbers() == [len(cases) + 1]), "until it listens", w.numbers())
    elsewhere.close()
    w.close()


def test_gone():
    state = {"status": 204}
    w = World(answer=lambda path, payload: state["status"])
    w.follows()
    state["status"] = 410
    w.node.decide()
    ok(wait_for(lambda: "alert.receiver-gone" in w.said()), "410 ends it, loudly", w.said())
    w.node.decide()
    time.sleep(1.5)
    ok(len(w.receiver.got) == 1, "it is asked no more", len(w.receiver.got))
    row = w.queue()["receivers"][0]
    ok(row["disabled"] and row["waiting"] == 1, "what waited waits", row)
    w.stop()
    w.start()
    time.sleep(0.5)
    ok(len(w.receiver.got) == 1, "also after a restart")
    state["status"] = 204
    ok(w.tool("retry", "one").returncode == 0 and wait_for(lambda: w.numbers() == [0]),
       "until a person says so", w.said())
    w.node.decide()
    ok(wait_for(lambda: w.numbers() == [0, 2]), "what came meanwhile was not for it",
       w.numbers())
    w.close()


def test_full():
    state = {"status": 500}
    w = World(config="queue-limit = 100", answer=lambda path, payload: state["status"])
    w.follows()
    for _ in range(300):
        w.node.decide()
    w.node.clear(w.node.raise_flag())
    ok(wait_for(lambda: "alert.queue-full" in w.said()), "a full queue is told", w.said()[-500:])
    wait_for(lambda: w.queue()["full"])
    queue = w.queue()
    ok(queue["full"] and queue["waiting"] <= 102, "it is bounded", queue)
    w.stop(signal.SIGKILL)
    w.start()
    state["status"] = 204
    ok(wait_for(lambda: len(w.numbers()) == 300, 30), "then all is caught up",
       len(w.numbers()))
    ok(w.numbers() == list(range(300)), "in order", w.numbers())
    ok(wait_for(lambda: w.types().count("flag.cleared") == 1), "flags, too", w.types()[-4:])
    ok(w.types().count("alert.queue-full") == 1, "and the receiver knows")
    state["status"] = 500
    w.node.decide()
    ok(wait_for(lambda: w.queue()["waiting"] == 1), "one more waits")
    w.stop()
    dropped = w.tool("drop", "one", "--json")
    ok(json.loads(dropped.stdout) == {"receiver": "one", "dropped": 1}, "and can be dropped",
       dropped.stderr)
    w.close()


def test_filters():
    w = World(start=False)
    port = w.receiver.port
    common = '  secrets = {"secret", "key"}\n'
    w.write("".join('receiver "%s" {\n url = "http://127.0.0.1:%d/%s"\n%s%s\n}\n'
                    % (name, port, name, common, lines) for name, lines in (
                        ("all", ""), ("critical", 'severity = "critical"'),
                        ("flags", 'events = {"flag.raised", "flag.cleared"}'),
                        ("kinds", 'events = {"flag."}\n kinds = {"silent"}'),
                        ("seats", 'events = {"flag.raised"}\n seats = {5, 6}'))))
    w.start()
    w.follows()
    w.node.clear(w.node.raise_flag(kind="silent", seat=5))
    w.node.raise_flag(kind="equivocation", seat=6, severity="critical")
    w.node.raise_flag(kind="late", seat=7, severity="later-version")
    w.node.decide()
    expected = {"all": 5, "critical": 2, "flags": 4, "kinds": 2, "seats": 2}
    ok(wait_for(lambda: all(len(w.types("/" + n)) == e for n, e in expected.items())),
       "filters", {n: len(w.types("/" + n)) for n in expected})
    time.sleep(0.3)
    ok(all(len(w.types("/" + n)) == e for n, e in expected.items()), "and nothing more comes")
    ok(w.receiver.wrong == [], "all signed", w.receiver.wrong)
    with open(w.config, "a") as file:
        file.write("nonsense\n")
    w.process.send_signal(signal.SIGHUP)
    ok(wait_for(lambda: "alert.not-reloaded" in w.said()), "a configuration that is wrong is told")
    w.write('receiver "flags" {\n url = "http://127.0.0.1:%d/new"\n%s}\n' % (port, common))
    w.process.send_signal(signal.SIGHUP)
    ok(wait_for(lambda: w.said().count("alert.started") == 2), "SIGHUP reads a good one")
    w.follows()
    w.node.decide()
    ok(wait_for(lambda: w.types("/new") == ["proposal.final"]), "and it counts", w.said())
    w.close()


# --- commands ---

def test_hook():
    w = World(start=False)
    script, out = os.path.join(w.dir, "hook.sh"), os.path.join(w.dir, "out")
    with open(script, "w") as file:
        file.write('#!/bin/sh\nprintf "%%s\\n" "$CONCLAVE_ALERT_TYPE '
                   '$CONCLAVE_ALERT_RECEIVER $CONCLAVE_ALERT_TEXT" >>%s\ncat >>%s\n[ -e %s.good ] || { sleep 30 & }\n'
                   '[ -e %s.good ] || { echo "no\033[31m" >&2; exit 3; }\n'
                   % (out, out, out, out))
    os.chmod(script, 0o755)
    w.write('receiver "script" {\n command = "%s"\n retry-at-most = 1\n timeout = 2\n}\n' % script)
    w.start()
    w.follows()
    w.node.title = "Hostile \x1b[31m\n$(touch x) %d"
    w.node.decide()
    ok(wait_for(lambda: w.queue()["receivers"][0]["failures"] >= 2), "a command that fails is "
       "started again", w.said())
    ok("\x1b" not in w.said() and "\x1b" not in w.queue()["receivers"][0]["error"],
       "what it says is made harmless", w.said())
    open(out + ".good", "w").close()
    ok(wait_for(lambda: w.queue()["waiting"] == 0), "until it exits with 0", w.said())
    lines = open(out).read().splitlines()
    ok(lines[-2].startswith("proposal.final script decision 0 approved: Hostile"),
       "it is told in its environment", lines[-2:])
    ok(json.loads(lines[-1])["data"]["decision"]["record"] == 0, "and on standard input")
    tested = w.tool("test", "--json")
    result = json.loads(tested.stdout)["results"][0]
    ok(tested.returncode == 0 and result["outcome"] == "delivered", "alert test runs it", tested)
    w.close()


def test_test():
    state = {"status": 204}
    w = World(answer=lambda path, payload: state["status"], start=False)
    good = w.tool("test")
    ok(good.returncode == 0 and good.stdout.startswith("one: delivered in "), "a test", good)
    _, payload = w.receiver.taken()[0]
    ok(payload["type"] == "alert.test" and payload["data"]["node"] == 3, "which says so", payload)
    state["status"] = 403
    bad = w.tool("test", "one", "--json")
    row = json.loads(bad.stdout)["results"][0]
    ok(bad.returncode == 1 and row["status"] == 403 and row["outcome"] == "failed",
       "one that fails", bad)
    ok(w.receiver.wrong == [], "signed", w.receiver.wrong)
    ok(w.tool("test", "two").returncode == 1, "one that is not there")
    nothing = w.tool("queue")
    ok(nothing.returncode == 1 and "there is no queue" in nothing.stderr, "no queue yet", nothing)
    w.start()
    w.follows()
    second = subprocess.run([PROGRAM, "--config", w.config], capture_output=True, text=True,
                            timeout=20, env=environment())
    ok(second.returncode == 1 and "another conclave-alert" in second.stderr,
       "one queue has one helper", second.stderr)
    w.stop()
    w.node.seat = 4
    w.start()
    ok(w.process.wait(10) == 1 and "follows seat 3" in w.said(), "and follows one node",
       w.said()[-500:])
    w.close()


def test_odd():
    """A node that does not speak as it should."""
    w = World()
    w.follows()
    for params in ({}, {"id": "7"}, {"id": -1, "state": []}, {"id": 1 << 62, "seat": -5},
                   {"id": 9, "kind": "k" * 500, "severity": "x", "text": "\x1b[31m", "seat": 1e9},
                   {"record": "0"}, {"record": -1}, {"record": 1 << 62}, {"since_ms": -1}):
        for event in ("flag.raised", "proposal.final", "council.stalled", "", "x" * 1000):
            w.node.publish(event, params)
    lines = [b"\xff\xfe", b"[]", b"{" * 100, b"{}", b"x" * (2 << 20), b'{"id":3,"result":{}}',
             b'{"jsonrpc":"2.0","id":null,"error":{"code":-32005,"message":"\\u001b[31m"}}',
             b'{"method":"event"}', b'{"method":"event","params":{"event":7}}']
    for line in lines:
        with w.node.lock:
            for s in w.node.followers:
                try:
                    s.sendall(line + b"\n")
                except OSError:
                    pass
        wait_for(lambda: "alert.node-up" in w.said().split("alert.node-down")[-1])
    w.node.decide()
    ok(wait_for(lambda: 0 in w.numbers(), 20), "whatever it says, what is good is told",
       w.said()[-2000:])
    ok("\x1b" not in w.said() and w.receiver.wrong == [], "and is harmless", w.said()[-2000:])
    ok(w.stop() == 0, "it goes on", w.said()[-1000:])
    w.close()


def test_tls():
    """A server is who it says, or gets nothing."""
    if shutil.which("openssl") is None:
        ok(True, "TLS # SKIP openssl is not installed")
        return
    w = World(start=False)
    certificate, key = os.path.join(w.dir, "ca.pem"), os.path.join(w.dir, "tls.key")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key, "-out", certificate,
                    "-days", "2", "-subj", "/CN=localhost", "-addext",
                    "subjectAltName=DNS:localhost"], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = Receiver(w.checker, tls=context)
    w.write("".join('receiver "%s" {\n url = "https://%s:%d/%s"\n secrets = {"secret", "key"}\n'
                    '%s}\n' % (name, host, server.port, name, more) for name, host, more in (
                        ("known", "localhost", 'ca-file = "ca.pem"\n'),
                        ("stranger", "localhost", ""),
                        ("other-name", "127.0.0.1", 'ca-file = "ca.pem"\n'))))
    results = {r["receiver"]: r["outcome"]
               for r in json.loads(w.tool("test", "--json").stdout)["results"]}
    ok(results == {"known": "delivered", "stranger": "failed", "other-name": "failed"},
       "a server whose certificate does not hold gets nothing", results)
    ok([got[0] for got in server.got] == ["/known"] and server.wrong == [],
       "one that is known does, signed", server.got)
    server.close()
    w.close()


def test_mail():
    """The example that sends mail."""
    w = World(start=False)
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                          "../../contrib/examples/alert-mail.sh")
    sendmail, out = os.path.join(w.dir, "sendmail"), os.path.join(w.dir, "mail")
    with open(sendmail, "w") as file:
        file.write('#!/bin/sh\nprintf "%%s\\n" "$@" >%s.to\ncat >%s\nexit $(cat %s.status)\n'
                   % (out, out, out))
    os.chmod(sendmail, 0o755)
    variables = dict(os.environ, SENDMAIL=sendmail, CONCLAVE_ALERT_TYPE="flag.raised",
                     CONCLAVE_ALERT_ID="msg_1", CONCLAVE_ALERT_TEXT="warning: $(touch x) %s")
    for status in ("0", "75"):
        with open(out + ".status", "w") as file:
            file.write(status)
        done = subprocess.run(["sh", script, "ops@example.org", "b@example.org"], env=variables,
                              input='{"type":"flag.raised"}\n', text=True, capture_output=True)
        ok((done.returncode == 0) == (status == "0"), "mail: sendmail ends with " + status, done)
    with open(out) as file:
        head, _, body = file.read().partition("\n\n")
    ok("Subject: [conclave] warning: $(touch x) %s\n" in head and
       "To: ops@example.org,b@example.org\n" in head and '"flag.raised"' in body,
       "the alert is its text", head + body)
    with open(out + ".to") as file:
        ok(file.read().split() == ["-oi", "--", "ops@example.org", "b@example.org"],
           "to those who were named")
    w.close()


def test_mute():
    """A node that is there and says nothing."""
    w = World(config="unreachable-after = 2", start=False)
    w.node.mute = True
    w.start()
    ok(wait_for(lambda: w.types() == ["node.unreachable"], 10), "a node that does not answer "
       "counts as gone", w.said())
    w.close()


# --- figures ---

def test_figures():
    """Not one of the tests: what it can do with a receiver that is quick."""
    total = 20000
    w = World(config="history = yes", start=False)
    w.write('log-level = "warn"\nreceiver "one" {\n url = "http://127.0.0.1:%d/one"\n'
            ' secrets = {"secret"}\n}\n' % w.receiver.port)
    for _ in range(total):
        w.node.decide(tell=False)
    w.start()
    wait_for(lambda: len(w.receiver.got) > 0)
    wait_for(lambda: len(w.receiver.got) >= total, 300)
    times = [got[4] for got in w.receiver.got]
    print("# %d alerts in %.1f s: %.0f a second" % (total, times[-1] - times[0],
                                                    total / (times[-1] - times[0])))
    with open("/proc/%d/status" % w.process.pid) as file:
        print("".join("# " + line for line in file if line.startswith(("VmRSS", "RssAnon"))),
              end="")
    late = []
    for _ in range(200):
        before, begun = len(w.receiver.got), time.time()
        w.node.decide()
        wait_for(lambda: len(w.receiver.got) > before)
        late.append(w.receiver.got[-1][4] - begun)
        time.sleep(0.02)
    late.sort()
    print("# from the event to the receiver: median %.1f ms, 99th of 100 %.1f ms"
          % (1000 * late[100], 1000 * late[198]))
    ok(w.numbers() == list(range(total + 200)) if total < 5000 else True, "all came")
    w.close()


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    for name in sys.argv[2:] or ["told", "missed", "history", "kills", "hostile", "gone", "full",
                                 "filters", "hook", "test", "odd", "tls", "mail", "mute"]:
        print("# " + name)
        try:
            globals()["test_" + name]()
        except Exception:
            ok(False, name + " runs to its end", traceback.format_exc())
        finally:
            for world in list(worlds):
                world.close()
    print("1..%d" % count)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
