"""A model hub on loopback: the few requests of the hub's protocol that a download makes."""

import hashlib
import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

COMMIT = "c0ffee" * 6 + "c0ff"
_FILE = re.compile(rf"/(?P<name>.+)/resolve/(?:main|{COMMIT})/(?P<file>.+)")


class HubServer(ThreadingHTTPServer):
    """`models` are files by the name of their model; while `open` is not set, a file with weights
    is sent by half. `sent` are the files that were sent."""

    daemon_threads = True

    def __init__(self, models: Mapping[str, Mapping[str, bytes]]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.models = models
        self.open = threading.Event()
        self.open.set()
        self.sent: list[str] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: HubServer
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, *, body: bool) -> None:
        path = self.path.partition("?")[0]
        for name, files in self.server.models.items():
            if path.startswith(f"/api/models/{name}/tree/"):
                listed = [_listed(file, data) for file, data in files.items()]
                return self._json(listed)
            if path in (f"/api/models/{name}", f"/api/models/{name}/revision/main"):
                return self._json({"id": name, "sha": COMMIT})
            found = _FILE.fullmatch(path)
            if found and found["name"] == name and found["file"] in files:
                return self._file(found["file"], files[found["file"]], body=body)
        self.send_response(404 if "gated" not in path else 403)
        code = "RepoNotFound" if "gated" not in path else "GatedRepo"
        self.send_header("X-Error-Code", code)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _json(self, value: Any) -> None:
        data = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _file(self, name: str, data: bytes, *, body: bool) -> None:
        start = int((re.match(r"bytes=(\d+)-", self.headers.get("Range", "")) or [0, 0])[1])
        self.send_response(206 if start else 200)
        self.send_header("ETag", f'"{hashlib.sha1(data).hexdigest()}"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("Content-Length", str(len(data) - start))
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        self.end_headers()
        if not body:
            return
        self.server.sent.append(name)
        half = start if not name.endswith(".safetensors") else max(start, len(data) // 2)
        try:
            self.wfile.write(data[start:half])
            self.server.open.wait(60)
            self.wfile.write(data[half:])
        except OSError:
            self.close_connection = True

    def handle(self) -> None:
        try:
            super().handle()
        except ConnectionResetError:
            pass  # the visitor left in the middle of a file

    def log_message(self, *_: Any) -> None:
        """Say nothing on the terminal."""


def _listed(name: str, data: bytes) -> dict[str, Any]:
    return {
        "type": "file",
        "path": name,
        "size": len(data),
        "oid": hashlib.sha1(data).hexdigest(),
    }


@contextmanager
def serving(models: Mapping[str, Mapping[str, bytes]]) -> Iterator[HubServer]:
    """The hub, at work in a thread."""
    with HubServer(models) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.open.set()
            server.shutdown()
            thread.join()
