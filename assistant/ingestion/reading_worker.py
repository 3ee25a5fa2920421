"""The process that reads one PDF: a request on standard input, messages as JSON lines back.

It is started for one file and may die of it; `reading.py` is the other side. It ends itself when
the process that started it is gone.
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
from typing import Any

Send = Callable[[Mapping[str, Any]], None]


def main() -> int:
    """Read the request, send pages; 0 unless something unforeseen happened."""
    send = _private_output()
    request = json.loads(sys.stdin.buffer.readline())
    _limit_memory(request["megabytes"])
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # every thread of it would count as memory
    threading.Thread(target=_end_with_parent, daemon=True).start()
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr)
    from assistant.errors import PasswordNeeded, UnreadableFile

    try:
        _read(request, send)
    except PasswordNeeded as error:
        send({"refused": str(error), "password": True})
    except UnreadableFile as error:
        send({"refused": str(error), "password": False})
    except MemoryError:
        send({"memory": True})
    return 0


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


def _end_with_parent() -> None:
    """Standard input ends when the parent does."""
    while os.read(0, 4096):
        pass
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
