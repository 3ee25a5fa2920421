"""The server: opens the workspace on start, serves the health route and the pages of frame.py."""

import logging
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from assistant.errors import AssistantError
from components.resources import workspace
from store.errors import StoreError

logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[dict[str, object]]:
    """Take up unfinished jobs before the first visitor; close cleanly on SIGTERM."""
    _open()
    yield {}
    workspace.clear()


def _open() -> None:
    """Open the workspace, or end with one sentence: a traceback of the server helps nobody."""
    try:
        workspace()
    except (AssistantError, StoreError) as error:
        print(f"Openbook cannot start. {error}", file=sys.stderr, flush=True)
        os._exit(1)  # the server would print a traceback for any other way out


async def healthz(_request: Request) -> JSONResponse:
    """Whether the store answers, and what is loaded."""
    opened = workspace()
    return JSONResponse(
        {
            "status": "ok",
            "documents": len(opened.library.documents()),
            "unfinished_jobs": len(opened.jobs.list(unfinished_only=True)),
            "embedding_loaded": opened.warm.ready,
        }
    )


app = st.App("frame.py", lifespan=lifespan, routes=[Route("/healthz", healthz)])
