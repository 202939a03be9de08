"""A chat server on the loopback that can fail in every way a server can."""

import json
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def completion(text):
    return {
        "id": "x",
        "object": "chat.completion",
        "created": 0,
        "model": "m",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10},
    }


class FaultServer:
    """Serves faults from ``plan`` (a function of the request's number to a fault's name or ``None``), then answers.

    Args:
        plan: see above.
        answer: the text of a reply, from the request.
        delay_s: before each reply.
        refuse: why a request is not taken, from the request: a status and words, or ``None``.
    """

    def __init__(self, plan=lambda number: None, answer=lambda body: "fine", delay_s=0.0, refuse=lambda body: None):
        self.plan, self.answer, self.delay_s, self.refuse = plan, answer, delay_s, refuse
        self.bodies, self.headers = [], []
        self._lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1

            def setup(self):
                super().setup()
                self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

            def log_message(self, *_):
                pass

            def do_POST(self):
                outer.serve(self)

        class Quiet(ThreadingHTTPServer):
            request_queue_size = 128

            def handle_error(self, *_):
                pass

        self.server = Quiet(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def serve(self, request):
        body = json.loads(request.rfile.read(int(request.headers["content-length"])))
        with self._lock:
            number = len(self.bodies)
            self.bodies.append(body)
            self.headers.append(dict(request.headers))
        if self.delay_s:
            time.sleep(self.delay_s)
        fault, refused = self.plan(number), self.refuse(body)
        if refused is not None:
            send(request, refused[0], json.dumps({"error": {"message": refused[1]}}).encode())
        elif fault is None:
            send(request, 200, json.dumps(completion(self.answer(body))).encode())
        else:
            FAULTS[fault](request)


def send(request, status, body, **headers):
    request.send_response(status)
    for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}.items():
        request.send_header(name.replace("_", "-"), value)
    request.end_headers()
    request.wfile.write(body)
    request.wfile.flush()


def reset(request):
    request.send_response(200)
    request.send_header("Content-Type", "application/json")
    request.send_header("Content-Length", "1000")
    request.end_headers()
    request.wfile.write(b'{"choices": [')
    request.wfile.flush()
    request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    request.connection.close()


def drip(request):
    request.send_response(200)
    request.send_header("Content-Type", "application/json")
    request.send_header("Content-Length", "1000")
    request.end_headers()
    for _ in range(1000):
        request.wfile.write(b" ")
        request.wfile.flush()
        time.sleep(0.05)


def huge(request, status=200):
    size = 100_000_000
    request.send_response(status)
    request.send_header("Content-Type", "application/json")
    request.send_header("Content-Length", str(size))
    request.end_headers()
    for _ in range(size // 100_000):
        request.wfile.write(b" " * 100_000)


# What no client can tell from an answer: it has to be read. Everything else of FAULTS is worth another try.
REPLIES = ("a choice without words", "another language")

FAULTS = {
    "429": lambda request: send(request, 429, b"{}"),
    "429 with Retry-After": lambda request: send(request, 429, b"{}", Retry_After="0"),
    "500": lambda request: send(request, 500, b"oops"),
    "503": lambda request: send(request, 503, b"{}"),
    "reset mid-body": reset,
    "slow drip": drip,
    "truncated JSON": lambda request: send(request, 200, json.dumps(completion("fine")).encode()[:-9]),
    "wrong shape": lambda request: send(request, 200, b'{"answer": [1, 2]}'),
    "wrong content type": lambda request: send(request, 200, b"<html>busy</html>", Content_Type="text/html"),
    "empty choices": lambda request: send(request, 200, b'{"choices": []}'),
    "a choice without words": lambda request: send(request, 200, json.dumps(completion(None)).encode()),
    "another language": lambda request: send(
        request, 200, json.dumps(completion("Es regnet, und zwar heftig.")).encode()
    ),
    "huge reply": huge,
    "huge refusal": lambda request: huge(request, 500),
    "an error inside a success": lambda request: send(request, 200, b'{"error": {"message": "busy", "code": 503}}'),
}
