"""Asks an OpenAI-compatible server: for its models, and for a chat completion as it is written.

Every failure is a ModelUnavailable with one sentence (see endpoint_failures.py).
"""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from typing import Any

import httpx

from assistant.models import endpoint_failures as failures
from assistant.models.endpoint import Endpoint

TRIES = 3
PAUSE = 0.5  # seconds before the second try, doubled for the third
LONGEST_PAUSE = 10.0  # seconds; a server that asks for more is reported instead
BUSY = {429, 500, 502, 503, 504}
CONNECT = 10.0  # seconds
LISTING = 10.0  # seconds

Body = Mapping[str, Any]


def model_names(endpoint: Endpoint) -> list[str]:
    """The models it offers."""
    try:
        with httpx.Client(timeout=LISTING, **_access(endpoint)) as client:
            response = client.get("/models")
            if not response.is_success:
                raise failures.of_status(endpoint, response.status_code, response.text)
            return sorted(entry["id"] for entry in response.json()["data"])
    except httpx.HTTPError as error:
        raise failures.of_connection(endpoint, error, LISTING) from error
    except (ValueError, KeyError, TypeError) as error:
        raise failures.not_a_chat_server(endpoint) from error


async def completion(
    endpoint: Endpoint, body: Body, optional: Body
) -> AsyncGenerator[dict[str, Any], None]:
    """The events of a chat completion; one event when the server does not stream.

    Parameters in `optional` are left out when the server refuses them. A failing request is tried
    again only before its first event.
    """
    timeout = httpx.Timeout(endpoint.patience, connect=CONNECT)
    try:
        async with (
            httpx.AsyncClient(timeout=timeout, **_access(endpoint)) as client,
            _accepted(endpoint, client, body, optional) as response,
            aclosing(_events(response)) as events,
        ):
            async for event in events:
                if not isinstance(event, dict):
                    raise failures.not_a_chat_server(endpoint)
                if "error" in event:
                    raise failures.while_writing(endpoint, event["error"])
                yield event
    except httpx.HTTPError as error:
        raise failures.of_connection(endpoint, error, endpoint.patience) from error
    except ValueError as error:
        raise failures.not_a_chat_server(endpoint) from error


def _access(endpoint: Endpoint) -> dict[str, Any]:
    """Where a client is to ask, and as whom."""
    key = endpoint.key()
    return {
        "base_url": endpoint.address,
        "headers": {"Authorization": f"Bearer {key}"} if key else {},
        # a proxy named by the environment cannot reach this machine
        "trust_env": not endpoint.on_this_machine,
    }


@asynccontextmanager
async def _accepted(
    endpoint: Endpoint, client: httpx.AsyncClient, body: Body, optional: Body
) -> AsyncIterator[httpx.Response]:
    """The response to a request that the server accepts, its body still to be read."""
    while True:
        response = await _sent(client, {**body, **optional})
        try:
            if response.is_success:
                yield response
                return
            words = (await response.aread()).decode(errors="replace")
        finally:
            await response.aclose()
        accepted = {name: value for name, value in optional.items() if name not in words}
        if response.status_code not in (400, 422) or len(accepted) == len(optional):
            raise failures.of_status(endpoint, response.status_code, words, model=body["model"])
        optional = accepted


async def _sent(client: httpx.AsyncClient, body: Body) -> httpx.Response:
    """The open response to a request, tried again while the server is busy or hangs up."""
    for attempt in range(1, TRIES + 1):
        pause = PAUSE * 2 ** (attempt - 1)
        request = client.build_request("POST", "/chat/completions", json=body)
        try:
            response = await client.send(request, stream=True)
        except (httpx.RemoteProtocolError, httpx.ReadError):
            if attempt == TRIES:
                raise
        else:
            pause = _asked_for(response) or pause
            if response.status_code not in BUSY or attempt == TRIES or pause > LONGEST_PAUSE:
                return response
            await response.aclose()
        await asyncio.sleep(pause)
    raise AssertionError("the last try returns or raises")


def _asked_for(response: httpx.Response) -> float:
    """The seconds a server asks to be left alone; 0 when it does not say."""
    try:
        return float(response.headers.get("retry-after", "0"))
    except ValueError:  # a date: not worth reading
        return 0.0


async def _events(response: httpx.Response) -> AsyncGenerator[Any, None]:
    if "text/event-stream" not in response.headers.get("content-type", ""):
        yield json.loads(await response.aread())
        return
    async for line in response.aiter_lines():
        name, _, value = line.partition(":")
        if name == "data" and value.strip() != "[DONE]":
            yield json.loads(value)
