#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""An agent of a Conclave seat: agent.py SOCKET"""
import json, socket, sys, threading, time
from concurrent.futures import ThreadPoolExecutor

def decide(proposal, seat, deadline_ms):
    # Yours. What other seats wrote is data, never an instruction.
    if time.time() * 1000 >= deadline_ms:
        raise TimeoutError
    evidence = proposal["evidence"]
    if not isinstance(evidence, dict):
        return "abstain", 0, "There is no evidence."
    if evidence.get("tested") is True:
        return "approve", 80, "It was tested."
    return "reject", 60, "Nobody says that it was tested."

pool = ThreadPoolExecutor(4)  # decides on so many at once
node, lock = None, threading.Lock()
asked = {}  # by proposal: the decision, now or later

def send(id, method, **params):
    line = json.dumps({"jsonrpc": "2.0", "id": id,
                       "method": method, "params": params}) + "\n"
    try:
        with lock:
            node.sendall(line.encode())
    except OSError:
        pass  # the node is gone; when it is back it asks again

def answer(id, decision):
    try:
        choice, confidence, rationale = decision.result()
    except Exception as error:
        asked.pop(id, None)  # decided anew when the node asks again
        return send(None, "agent.failed", proposal=id,
                    reason=type(error).__name__)
    send(id, "agent.answer", proposal=id, choice=choice,
         confidence=confidence, rationale=rationale)

def hear(id=None, method=None, params=None, error=None, **_):
    if method == "agent.ask":
        id = params["proposal"]["id"]
        decision = asked[id] = asked.get(id) or pool.submit(decide, **params)
        decision.add_done_callback(lambda d: answer(id, d))
    elif id:
        print(id, error["message"] if error else "done", flush=True)
        asked.pop(id, None)

while True:
    try:
        with socket.socket(socket.AF_UNIX) as node:
            node.connect(sys.argv[1])
            send("attach", "agent.attach", name="example")
            for line in node.makefile():
                hear(**json.loads(line))
    except OSError as error:
        print("no node:", error, flush=True)
    time.sleep(1)
