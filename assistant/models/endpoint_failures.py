"""What can go wrong with an OpenAI-compatible server, each as one sentence for people.

Words of the server are quoted short and without the key; for a refused key not at all, since some
servers repeat it.
"""

import json
import socket
import ssl
from collections.abc import Iterator
from typing import Any

import httpx

from assistant.errors import ModelUnavailable, PromptTooLong
from assistant.models.endpoint import Endpoint
from assistant.sentences import shorten

QUOTED = 200  # characters of what a server says


def of_connection(endpoint: Endpoint, error: httpx.HTTPError, seconds: float) -> ModelUnavailable:
    """For a request that got no answer, or half of one."""
    where = endpoint.address
    causes = list(_causes(error))
    if isinstance(error, httpx.ConnectTimeout):
        said = f"{where} cannot be reached: no connection came about; check address and network."
    elif isinstance(error, httpx.TimeoutException):
        said = f"{where} has said nothing for {seconds:.0f} seconds; see whether it is overloaded."
    elif any(isinstance(cause, socket.gaierror) for cause in causes):
        host = httpx.URL(where).host
        said = f"The host {host} cannot be found; check the address and the network connection."
    elif any(isinstance(cause, ssl.SSLError) for cause in causes):
        reason = next(cause for cause in causes if isinstance(cause, ssl.SSLError)).reason
        said = f"No secure connection to {where} comes about ({reason or 'TLS failed'})."
    elif isinstance(error, httpx.ProxyError):
        said = f"The proxy on the way to {where} refuses the connection."
    elif isinstance(error, httpx.ConnectError):
        said = f"Nothing answers at {where}; start the server there or correct the address."
    else:
        said = f"The connection to {where} broke off before the answer was complete; ask again."
    return ModelUnavailable(said)


def of_status(
    endpoint: Endpoint, status: int, body: str, *, model: str | None = None
) -> ModelUnavailable:
    """For an answer with an HTTP status that is none of success; `model` was asked for."""
    host, said = endpoint.host, _message(endpoint, body)
    quoted = f": {said}" if said else ""
    if status in (401, 403):
        if endpoint.key_variable:
            reason = f"{host} refuses the key in {endpoint.key_variable} (status {status})."
        else:
            reason = f"{host} asks for a key; name the environment variable that holds it."
    elif status == 404 and model and "model" in said.lower():
        reason = f"{host} has no model {model!r}; check its name, or load it there."
    elif status in (404, 405):
        return not_a_chat_server(endpoint)
    elif status == 400 and "context" in said.lower():  # as OpenAI, vLLM and llama.cpp say it
        return PromptTooLong(f"The question with its passages is too long for {host}{quoted}")
    elif status == 429:
        reason = f"{host} takes no more requests for now, or the quota is used up{quoted}"
    elif 300 <= status < 400:
        reason = f"{host} sends requests elsewhere (status {status}); correct the address."
    elif status >= 500:
        reason = f"{host} failed (status {status}){quoted}"
    else:
        reason = f"{host} refused the request (status {status}){quoted}"
    return _sentence(reason)


def while_writing(endpoint: Endpoint, error: Any) -> ModelUnavailable:
    """For a failure that the server reports inside its answer."""
    said = _message(endpoint, json.dumps({"error": error}))
    return _sentence(f"{endpoint.host} failed while it was writing: {said or 'it says not why'}")


def not_a_chat_server(endpoint: Endpoint) -> ModelUnavailable:
    """For an answer that no OpenAI-compatible server gives."""
    return ModelUnavailable(
        f"What answers at {endpoint.address} is not an OpenAI-compatible server; check the "
        "address, which usually ends in /v1."
    )


def nothing_written(endpoint: Endpoint, model: str, finish: str) -> ModelUnavailable:
    """For an answer without a word."""
    why = " because its longest answer was used up before the first word" * (finish == "length")
    return ModelUnavailable(f"{model} at {endpoint.host} wrote nothing{why}.")


def _sentence(words: str) -> ModelUnavailable:
    return ModelUnavailable(words if words.endswith((".", "!", "?", "…")) else f"{words}.")


def _message(endpoint: Endpoint, body: str) -> str:
    """What the server says went wrong, in the places where servers put it; "" if it does not."""
    try:
        found = json.loads(body)
    except ValueError:
        return ""
    for name in ("error", "message", "detail"):
        if isinstance(found, dict) and found.get(name):
            found = found[name]
    words = found if isinstance(found, str) else json.dumps(found)
    try:
        key = endpoint.key()
    except ModelUnavailable:
        key = ""
    if key:
        words = words.replace(key, "…")
    return shorten(" ".join(words.split()), QUOTED)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error and all that led to it."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [one.__cause__, one.__context__]
        if isinstance(one, BaseExceptionGroup):
            waiting += one.exceptions
