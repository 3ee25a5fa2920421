"""An OpenAI-compatible server on loopback that answers as it is told; real HTTP, no model."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MODELS = ("harbour-small", "harbour-tuned")
REPLY = "Hello from the harbour."


class ChatServer(ThreadingHTTPServer):
    """`turns` answer one chat request each, in order, the last one all that follow; `asked` are the
    bodies and headers of what was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.turns: list[Callable[[_Handler], None]] = [say(REPLY)]
        self.asked: list[tuple[dict[str, Any], dict[str, str]]] = []
        self.hung_up = threading.Event()  # the visitor closed the connection
        self.go_on = threading.Event()  # lets a silent server speak

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class _Handler(BaseHTTPRequestHandler):
    server: ChatServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path == "/v1/models":
            send_json({"object": "list", "data": [{"id": name} for name in MODELS]})(self)
        else:
            send_json({"detail": "Not Found"}, status=404)(self)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.asked.append((body, {k.lower(): v for k, v in self.headers.items()}))
        if self.path != "/v1/chat/completions":
            send_json({"detail": "Not Found"}, status=404)(self)
            return
        turns = self.server.turns
        (turns.pop(0) if len(turns) > 1 else turns[0])(self)

    def event(self, value: Mapping[str, Any] | str) -> None:
        """One server-sent event; notes when nobody listens any more."""
        data = value if isinstance(value, str) else json.dumps(value)
        try:
            self.wfile.write(f"data: {data}\n\n".encode())
            self.wfile.flush()
        except OSError:
            self.server.hung_up.set()
            self.close_connection = True

    def begin_events(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream; charset=utf-8")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True

    def log_message(self, *_: Any) -> None:
        """Say nothing on the terminal."""


def say(text: str, *, usage: bool = True) -> Callable[[_Handler], None]:
    """Stream this word by word, and count the words as tokens."""

    def turn(handler: _Handler) -> None:
        words = text.split(" ")
        handler.begin_events()
        handler.event({"choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}}]})
        for number, word in enumerate(words):
            piece = word if number == 0 else f" {word}"
            handler.event({"choices": [{"index": 0, "delta": {"content": piece}}]})
        handler.event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        if usage:
            handler.event(
                {"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": len(words)}}
            )
        handler.event("[DONE]")

    return turn


def send_json(
    value: Any, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Callable[[_Handler], None]:
    """Answer with this, all at once."""
    return send(json.dumps(value), "application/json", status=status, headers=headers)


def send(
    text: str, media: str, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Callable[[_Handler], None]:
    """Answer with any text of any kind."""

    def turn(handler: _Handler) -> None:
        data = text.encode()
        handler.send_response(status)
        for name, value in {**(headers or {}), "Content-Type": media}.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data)

    return turn


def refuse(status: int, message: str = "", **headers: str) -> Callable[[_Handler], None]:
    """Fail as OpenAI does."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return send_json({"error": {"message": message}}, status=status, headers=named)


def hang_up(handler: _Handler) -> None:
    """Close the connection without a word."""
    handler.close_connection = True
    handler.connection.close()


def break_off(handler: _Handler) -> None:
    """Begin an answer and close the connection in the middle of an event."""
    handler.send_response(200)
    handler.send_header("Content-Type", "text/event-stream")
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    handler.event({"choices": [{"index": 0, "delta": {"content": "Half a"}}]})
    handler.close_connection = True


def keep_silent(handler: _Handler) -> None:
    """Say nothing until told to go on, then write until nobody listens any more."""
    handler.server.go_on.wait(60)
    write_for_ever(handler)


def write_for_ever(handler: _Handler) -> None:
    """Write until nobody listens any more."""
    handler.begin_events()
    while not handler.server.hung_up.wait(0.01):
        handler.event({"choices": [{"index": 0, "delta": {"content": "wave "}}]})


@contextmanager
def serving() -> Iterator[ChatServer]:
    """The server, at work in a thread."""
    with ChatServer() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.go_on.set()
            server.hung_up.set()
            server.shutdown()
            thread.join()
