"""The process that reads PDFs: requests on standard input, messages as JSON lines back.

A file may kill it; `reader_process.py` is the other side. It ends itself when no other file comes
for a while, after one that could not be read, and when the process that started it is gone.
"""

import base64
import dataclasses
import json
import logging
import os
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

IDLE = 5.0  # seconds

Send = Callable[[Mapping[str, Any]], None]


def main() -> int:
    """Answer requests, one after the other; 0 unless something unforeseen happened."""
    send = _private_output()
    requests: SimpleQueue[Mapping[str, Any]] = SimpleQueue()
    threading.Thread(target=_listen, args=(requests,), daemon=True).start()
    request = requests.get()
    _limit_memory(request["megabytes"])
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # every thread of it would count as memory
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr)
    while _answered(request, send):
        try:
            request = requests.get(timeout=IDLE)
        except Empty:
            break
    return 0


def _answered(request: Mapping[str, Any], send: Send) -> bool:
    """Whether a file could be read to its end."""
    from assistant.errors import PasswordNeeded, UnreadableFile

    try:
        _read(request, send)
        return True
    except PasswordNeeded as error:
        send({"refused": str(error), "password": True})
    except UnreadableFile as error:
        send({"refused": str(error), "password": False})
    except MemoryError:
        send({"memory": True})
    return False


def _read(request: Mapping[str, Any], send: Send) -> None:
    from assistant.errors import UnreadableFile
    from assistant.ingestion.pages import read_pages
    from assistant.ingestion.pdf import open_pdf, save_open_copy

    name, password = request["name"], request["password"]
    file = open_pdf(Path(request["path"]), name, password)
    if file.pages > request["page_limit"]:
        raise UnreadableFile(
            f"{name} has {file.pages} pages and the limit is {request['page_limit']}; "
            "split it into smaller files."
        )
    send({
        "title": file.title, "pages": file.pages, "metadata": dict(file.metadata),
        "outline": file.outline,
    })  # fmt: skip
    if request["unlocked"] and ((file.encrypted and password) or file.repaired):
        save_open_copy(file, Path(request["unlocked"]))
    pages = read_pages(file, use_ocr=request["ocr"], on_read=lambda number: send({"read": number}))
    for page in pages:
        send({"page": _packed(page)})
    send({"done": True})


def _packed(page: Any) -> dict[str, Any]:
    from store.word_boxes import pack

    fields = {entry.name: getattr(page, entry.name) for entry in dataclasses.fields(page)}
    fields["words"] = base64.b64encode(pack(page.words)).decode()
    return fields


def _private_output() -> Send:
    """A way to send messages that nothing a library prints can disturb."""
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)

    def send(message: Mapping[str, Any]) -> None:
        output.write(json.dumps(message, ensure_ascii=True).encode("ascii") + b"\n")
        output.flush()

    return send


def _limit_memory(megabytes: int) -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, ValueError, OSError):
        logging.getLogger(__name__).info("this system has no memory limit per process")


def _listen(requests: "SimpleQueue[Mapping[str, Any]]") -> None:
    """Pass requests on. Standard input ends when the parent does, and so does this process then,
    whatever it does."""
    # unbuffered: an interpreter cannot end while a thread waits in the buffer of sys.stdin
    with open(0, "rb", buffering=0, closefd=False) as lines:
        for line in lines:
            requests.put(json.loads(line))
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
