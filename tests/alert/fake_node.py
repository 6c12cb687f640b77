# SPDX-License-Identifier: ISC
"""A node's control socket, as far as conclave-alert asks it, with records and flags that a
test makes up."""
import json
import os
import socket
import threading
import time

COUNCIL_ID = "ab" * 32


def now_ms():
    return int(time.time() * 1000)


class FakeNode:
    def __init__(self, path, seat=3, page=200):
        self.path, self.seat, self.page = path, seat, page
        self.records, self.flags, self.lock = [], {}, threading.RLock()
        self.stalled_since, self.seq, self.title = None, 0, "Recognise %d"
        self.followers, self.sockets, self.asked = [], [], []
        self.listener = None
        self.mute = False

    # --- processes ---

    def start(self):
        if os.path.exists(self.path):
            os.unlink(self.path)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen(16)
        threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()

    def stop(self):
        os.unlink(self.path)
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.listener = None
        with self.lock:
            for s in self.sockets:
                try:
                    s.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
            self.followers, self.sockets = [], []

    def accept(self, listener):
        while True:
            try:
                s, _ = listener.accept()
            except OSError:
                return
            with self.lock:
                self.sockets.append(s)
            threading.Thread(target=self.serve, args=(s,), daemon=True).start()

    def serve(self, s):
        try:
            for line in s.makefile("rb"):
                request = json.loads(line)
                with self.lock:
                    self.asked.append(request["method"])
                    if self.mute:
                        continue
                    answer = getattr(self, "method_" + request["method"])(s, **(request.get("params") or {}))
                    self.send(s, {"jsonrpc": "2.0", "id": request["id"], "result": answer})
        except OSError:
            pass
        finally:
            s.close()

    @staticmethod
    def send(s, message):
        s.sendall(json.dumps(message).encode() + b"\n")

    # --- methods ---

    def method_status(self, _):
        stalled = self.stalled_since is not None
        return {"council": "Test", "council_id": COUNCIL_ID, "seat": self.seat, "name": "alder",
                "decisions": len(self.records), "stalled": stalled,
                "waiting_ms": now_ms() - self.stalled_since if stalled else None,
                "awaiting": {"what": "peers" if stalled else "nothing", "text": "somebody"}}

    def method_subscribe(self, s, events):
        self.followers.append(s)
        return {"seq": self.seq, "status": self.method_status(s), "open": []}

    def page_of(self, rows, limit):
        """Perhaps fewer than were asked for, as a node may give; and whether more follow."""
        size = min(limit, self.page)
        return rows[:size], len(rows) > size

    def method_records(self, _, before, limit):
        rows, more = self.page_of([r for r in reversed(self.records) if r["record"] < before],
                                  limit)
        return {"records": rows, "final": len(self.records),
                "next": rows[-1]["record"] if more else None}

    def method_flags(self, _, limit, state, before=1 << 62):
        ids = sorted((i for i, flag in self.flags.items() if i < before and
                      (state == "all" or flag["state"] != "cleared")), reverse=True)
        rows, more = self.page_of([self.flags[i] for i in ids], limit)
        return {"flags": rows, "next": rows[-1]["id"] if more else None}

    # --- what happens ---

    def publish(self, event, params):
        self.seq += 1
        message = {"jsonrpc": "2.0", "method": "event",
                   "params": dict(params, seq=self.seq, event=event)}
        for s in list(self.followers):
            try:
                self.send(s, message)
            except OSError:
                self.followers.remove(s)

    def decide(self, tell=True):
        with self.lock:
            n = len(self.records)
            record = {"record": n, "id": "%064x" % n, "class": "test", "title": self.title % n,
                      "outcome": "approved", "reason": None, "threshold": 3, "approve": 4,
                      "reject": 0, "abstain": 0, "proposer": 1, "proposer_name": "alder",
                      "final_height": 3 * n, "final_ms": now_ms(), "choices": "YYYY"}
            self.records.append(record)
            if tell:
                self.publish("proposal.final", dict(record, proposal=record["id"],
                                                    height=3 * n, time_ms=now_ms()))

    def raise_flag(self, kind="silent", seat=2, severity="warning"):
        with self.lock:
            number = max(self.flags, default=0) + 1
            self.flags[number] = {
                "id": number, "kind": kind, "letter": "D", "severity": severity, "seat": seat,
                "name": "elm", "proposal": None, "height": None, "text": "heard nothing",
                "state": "new", "first_ms": now_ms(), "last_ms": now_ms(), "count": 1,
                "acknowledged_ms": None, "acknowledged_by": None, "cleared_ms": None,
                "local": True}
            self.publish("flag.raised", self.flags[number])
            return number

    def acknowledge(self, number):
        with self.lock:
            flag = self.flags[number]
            flag.update(acknowledged_ms=now_ms(), acknowledged_by=0)
            if flag["state"] == "new":
                flag["state"] = "acknowledged"
            self.publish("flag.acknowledged", flag)

    def clear(self, number):
        with self.lock:
            self.flags[number].update(state="cleared", cleared_ms=now_ms())
            self.publish("flag.cleared", self.flags[number])

    def stall(self, for_ms=5000):
        with self.lock:
            self.stalled_since = now_ms() - for_ms
            self.publish("council.stalled", {"what": "peers", "text": "connections",
                                             "since_ms": for_ms})

    def move(self):
        with self.lock:
            self.publish("council.moving", {"view": 1, "height": 2,
                                            "stalled_ms": now_ms() - self.stalled_since})
            self.stalled_since = None
