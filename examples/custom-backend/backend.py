"""A backend for jobs in Python, with nothing but the standard library.

    python3 backend.py 8765
    SPARK_JOBS_BACKENDS=memory,python=http://127.0.0.1:8765 npm run jobs

Five endpoints are the whole protocol: PUT, GET and DELETE /runs/{runId}, GET /runs/{runId}/result, GET /health.
"""

import json
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

TOKEN = os.environ.get("BACKEND_TOKEN")
MOST_BYTES = 256 * 1024 * 1024


class Cancelled(Exception):
    pass


class Run:
    """One run: it works in a thread of its own, and keeps its result until it is removed."""

    def __init__(self, head, value):
        self.head = head
        self.value = value
        self.state = "running"
        self.progress = None
        self.cause = None
        self.result = None
        self.stop = threading.Event()

    def tell(self, done, total):
        self.progress = {"done": done, "total": total}

    def check(self):
        if self.stop.is_set():
            raise Cancelled()

    def work(self):
        try:
            name = self.head["transformation"]["handler"]
            made = HANDLERS[name](self.value, self)
            self.result = json.dumps(made, ensure_ascii=False).encode()
            self.state = "succeeded"
        except Cancelled:
            self.state = "cancelled"
        except Exception as error:
            self.cause = {"class": "user", "code": type(error).__name__, "message": str(error)[:2000]}
            self.state = "failed"

    def described(self):
        told = {"state": self.state, "form": "value"}
        if self.progress:
            told["progress"] = self.progress
        if self.cause:
            told["cause"] = self.cause
        return told


def word_count(value, run):
    """How often each word of a text is in it."""
    words = str(value).split()
    counts = {}
    for number, word in enumerate(words, 1):
        run.check()
        counts[word] = counts.get(word, 0) + 1
        run.tell(number, len(words))
    return counts


def kit_wait(value, run):
    while not run.stop.wait(0.05):
        pass
    raise Cancelled()


def kit_fail(value, run):
    raise ValueError("asked to fail")


# Those that begin with "kit-" are what `npx @nestjs-spark/cli jobs check-backend` tries a backend with.
HANDLERS = {"word-count": word_count, "kit-echo": lambda value, run: value, "kit-wait": kit_wait, "kit-fail": kit_fail}

RUNS = {}
LOCK = threading.Lock()


class Backend(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_PUT(self):
        body = self.body()
        run_id = self.run_id()
        if body is None or run_id is None:
            return
        first, _, rest = body.partition(b"\n")
        head = json.loads(first)
        if head["transformation"].get("handler") not in HANDLERS:
            return self.answer(422, {"detail": "no handler has this name"})
        with LOCK:
            if run_id in RUNS:
                return self.answer(200, RUNS[run_id].described())
            form = head["input"]["form"]
            lines = [line for line in rest.split(b"\n") if line.strip()]
            value = json.loads(rest) if form == "value" else [json.loads(line) for line in lines]
            run = RUNS[run_id] = Run(head, value)
        threading.Thread(target=run.work, daemon=True).start()
        self.answer(201, run.described())

    def do_GET(self):
        if self.path == "/health":
            return self.answer(200, {"kinds": ["handler"]})
        run_id = self.run_id()
        if run_id is None:
            return
        run = RUNS.get(run_id)
        if run is None:
            return self.answer(404, {"detail": "this run is unknown"})
        if not self.path.endswith("/result"):
            return self.answer(200, run.described())
        if run.result is None:
            return self.answer(409, {"detail": "this run has no result"})
        self.send(200, run.result)

    def do_DELETE(self):
        """Cancels a run; one that has ended is forgotten."""
        run_id = self.run_id()
        if run_id is None:
            return
        with LOCK:
            run = RUNS.get(run_id)
            if run is not None and run.state != "running":
                del RUNS[run_id]
        if run is None:
            return self.answer(404, {"detail": "this run is unknown"})
        run.stop.set()
        self.answer(202, run.described())

    def run_id(self):
        if TOKEN and self.headers.get("authorization") != "Bearer " + TOKEN:
            self.answer(401, {"detail": "the token is missing or wrong"})
            return None
        parts = self.path.split("/")
        if len(parts) < 3 or parts[1] != "runs":
            self.answer(404, {"detail": "there is no such path"})
            return None
        return unquote(parts[2])

    def body(self):
        """A body comes in chunks: its size is not known before."""
        if self.headers.get("transfer-encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("content-length", 0)))
        parts = []
        left = MOST_BYTES
        while True:
            size = int(self.rfile.readline().split(b";")[0], 16)
            if size == 0:
                self.rfile.readline()
                return b"".join(parts)
            left -= size
            if left < 0:
                self.close_connection = True
                self.answer(413, {"detail": "the input is too large"})
                return None
            parts.append(self.rfile.read(size))
            self.rfile.readline()

    def answer(self, status, value):
        self.send(status, json.dumps(value).encode())

    def send(self, status, content):
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        """A caller that hangs up is nothing to report."""


if __name__ == "__main__":
    server = Server(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 8765), Backend)
    print("http://127.0.0.1:%d" % server.server_port, flush=True)
    server.serve_forever()
