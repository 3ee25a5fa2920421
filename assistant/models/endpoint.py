"""An OpenAI-compatible server: where it is, and the key it wants.

The key is read from the environment each time and kept nowhere; what is kept is the name of the
environment variable.
"""

import os
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from assistant.errors import BadInput, ModelUnavailable

PASTED = ("/chat/completions", "/completions", "/models")


@dataclass(frozen=True)
class Endpoint:
    """A server; `key_variable` names the environment variable that holds its key, "" for none,
    `patience` is how many seconds it may stay silent."""

    address: str
    key_variable: str = ""
    patience: float = 120.0

    @property
    def host(self) -> str:
        """Its name and port, as in the address."""
        return urlsplit(self.address).netloc

    @property
    def on_this_machine(self) -> bool:
        """Whether what it is sent stays on this machine."""
        name = urlsplit(self.address).hostname or ""
        try:
            return ip_address(name).is_loopback
        except ValueError:
            return name == "localhost"

    def key(self) -> str:
        """The key as the environment has it now, "" if none is needed. Raises ModelUnavailable."""
        if not self.key_variable:
            return ""
        key = os.environ.get(self.key_variable, "").strip()
        if not key:
            raise ModelUnavailable(
                f"The environment variable {self.key_variable}, which should hold the key for "
                f"{self.host}, is not set; set it and start Openbook again."
            )
        # the HTTP library would quote anything else in its error
        if not (key.isascii() and key.isprintable() and " " not in key):
            raise ModelUnavailable(
                f"The environment variable {self.key_variable} holds no key, but something with "
                "spaces, line breaks or letters outside ASCII."
            )
        return key


def checked_address(text: str) -> str:
    """A base address as it is kept, without what people paste along. Raises BadInput."""
    import httpx  # a tenth of a second at every start otherwise

    try:
        url = httpx.URL(text.strip())
    except httpx.InvalidURL:
        url = httpx.URL("")
    if url.scheme not in ("http", "https") or not url.host:
        raise BadInput(
            f"The address {text.strip()!r} is not a web address; it looks like "
            "http://127.0.0.1:11434/v1."
        )
    if url.userinfo or url.query:
        raise BadInput(
            "The address holds a password or a query, which would be kept and shown; give the "
            "name of an environment variable that holds the key instead."
        )
    path = url.path.rstrip("/")
    for ending in PASTED:
        path = path.removesuffix(ending)
    return str(url.copy_with(path=path or "/", fragment=None)).rstrip("/")


def checked_key_variable(text: str) -> str:
    """The name of an environment variable, or "". Raises BadInput, which repeats nothing: it may
    be the key itself."""
    name = text.strip()
    if name and not (name.isascii() and name.isidentifier() and name == name.upper()):
        raise BadInput(
            "The field for the key takes the name of an environment variable, like "
            "OPENAI_API_KEY, never the key itself."
        )
    return name
