# SPDX-License-Identifier: ISC
"""A receiver of webhooks that checks what it gets, with nothing but the standard library and
libsodium. As a program: receiver.py PORTFILE LOG SECRETFILE [PUBLIC] writes its port, then a
line of JSON for each request; what it answers is in the file LOG.answer, where there is one.
"""
import base64
import ctypes
import ctypes.util
import hashlib
import hmac
import http.server
import json
import os
import sys
import threading
import time

TOLERANCE_S = 300


def sodium():
    for name in ("libsodium.so.23", "libsodium.so.26", ctypes.util.find_library("sodium")):
        try:
            return ctypes.CDLL(name)
        except (OSError, TypeError):
            continue
    return None


class Checker:
    """Both signatures of Standard Webhooks."""

    def __init__(self, secret=None, public=None):
        self.secret = base64.b64decode(secret[len("whsec_"):]) if secret else None
        self.public = base64.b64decode(public[len("whpk_"):]) if public else None
        self.sodium = sodium() if public else None

    def check(self, headers, body):
        """The words for what is wrong, or None."""
        try:
            number, seconds = headers["webhook-id"], headers["webhook-timestamp"]
            signatures = headers["webhook-signature"].split(" ")
        except (AttributeError, KeyError):
            return "a header is missing"
        if abs(time.time() - int(seconds)) > TOLERANCE_S:
            return "the timestamp is too far"
        signed = b".".join((number.encode(), seconds.encode(), body))
        good = set()
        for signature in signatures:
            version, _, text = signature.partition(",")
            value = base64.b64decode(text, validate=True)
            if version == "v1" and self.secret is not None:
                if hmac.compare_digest(value, hmac.new(self.secret, signed, hashlib.sha256).digest()):
                    good.add("v1")
            elif version == "v1a" and self.public is not None and self.sodium is not None:
                if len(value) == 64 and self.sodium.crypto_sign_verify_detached(
                        value, signed, ctypes.c_ulonglong(len(signed)), self.public) == 0:
                    good.add("v1a")
        wanted = ({"v1"} if self.secret is not None else set()) | (
            {"v1a"} if self.public is not None and self.sodium is not None else set())
        return None if good == wanted else "signed by %s, not %s" % (sorted(good), sorted(wanted))


class Receiver:
    """Answers with what answer(path, body) returns: a status, or (status, headers, body), or a
    function that gets the handler. got has (path, id, payload, status, time) of all requests."""

    def __init__(self, checker, answer=lambda path, payload: 204, address="127.0.0.1", port=0,
                 tls=None):
        self.checker, self.answer = checker, answer
        self.got, self.wrong, self.lock = [], [], threading.Lock()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            wbufsize = -1

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                now = time.time()
                complaint = outer.checker.check(self.headers, body)
                payload = json.loads(body)
                if self.headers["content-type"] != "application/json":
                    complaint = "it is no JSON by its type"
                verdict = outer.answer(self.path, payload)
                status = verdict if isinstance(verdict, int) else (
                    verdict[0] if isinstance(verdict, tuple) else 0)
                with outer.lock:
                    if complaint:
                        outer.wrong.append((self.path, complaint))
                    outer.got.append((self.path, self.headers["webhook-id"], payload, status, now))
                if callable(verdict):
                    verdict(self)
                    self.close_connection = True
                    return
                more, text = ({}, b"") if isinstance(verdict, int) else verdict[1:]
                self.send_response(status)
                for name, value in more.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, *_):
                pass

        self.server = Server((address, port), Handler)
        self.port = self.server.server_port
        if tls is not None:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True,
                                       kwargs={"poll_interval": 0.05})
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def taken(self, path=None):
        """(id, payload) of those that were answered with 2xx."""
        with self.lock:
            return [(i, p) for where, i, p, status, _ in self.got
                    if 200 <= status < 300 and path in (None, where)]


def main():
    port_file, log, secret_file = sys.argv[1:4]
    with open(secret_file) as file:
        secret = file.read().strip()
    out = open(log, "a", buffering=1)

    def answer(path, payload):
        try:
            with open(log + ".answer") as file:
                return int(file.read())
        except (OSError, ValueError):
            return 204

    receiver = Receiver(Checker(secret, sys.argv[4] if len(sys.argv) > 4 else None), answer)
    with open(port_file + ".new", "w") as file:
        file.write(str(receiver.port))
    os.rename(port_file + ".new", port_file)
    told = 0
    while os.getppid() != 1:
        time.sleep(0.02)
        with receiver.lock:
            new, told = receiver.got[told:], len(receiver.got)
            wrong, receiver.wrong = receiver.wrong, []
        for path, number, payload, status, at in new:
            out.write(json.dumps({"path": path, "id": number, "status": status,
                                  "at_ms": int(1000 * at), "payload": payload}) + "\n")
        for path, complaint in wrong:
            out.write(json.dumps({"path": path, "wrong": complaint}) + "\n")


if __name__ == "__main__":
    main()
