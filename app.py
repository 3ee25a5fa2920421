"""The server: opens the workspace on start, serves the health route and the pages of frame.py."""

import gc
import logging
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Event, Thread

import streamlit as st
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
opened = Event()


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[dict[str, object]]:
    """Take up unfinished jobs without waiting for a visitor; close cleanly on SIGTERM.

    Browsers load the page meanwhile: most of a start is reading libraries in.
    """
    opening = Thread(target=_open, name="opening")
    opening.start()
    yield {}
    opening.join()
    from components.resources import workspace

    workspace.clear()


def _open() -> None:
    """Open the workspace, or end with one sentence: a traceback of the server helps nobody."""
    gc.disable()  # nothing is garbage while libraries are read in; looking for it takes a sixth
    from assistant.errors import AssistantError
    from components.resources import start_work, workspace
    from store.errors import StoreError

    gc.enable()
    try:
        workspace()
    except (AssistantError, StoreError) as error:
        print(f"Openbook cannot start. {error}", file=sys.stderr, flush=True)
        os._exit(1)  # the server would print a traceback for any other way out
    opened.set()
    start_work()


async def healthz(_request: Request) -> JSONResponse:
    """Whether the store answers, and what is loaded."""
    if not opened.is_set():
        return JSONResponse({"status": "starting"}, status_code=503)
    from components.resources import workspace

    its = workspace()
    return JSONResponse(
        {
            "status": "ok",
            "documents": len(its.library.documents()),
            "unfinished_jobs": len(its.jobs.list(unfinished_only=True)),
            "embedding_loaded": its.warm.ready,
        }
    )


app = st.App("frame.py", lifespan=lifespan, routes=[Route("/healthz", healthz)])
