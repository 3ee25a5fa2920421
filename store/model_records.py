"""Models that people added and adapters made for them, as dataclasses."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


@dataclass(frozen=True)
class HuggingFaceModel:
    """A causal language model in the Hugging Face format.

    `source` is its folder or its name on the hub; `precision` is fp32, bf16, 8-bit or 4-bit.
    Answers are held to `schema`, a JSON schema, unless that is None.
    """

    name: str
    title: str
    created_at: datetime
    source: str
    precision: str = "fp32"
    schema: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class EndpointModel:
    """A model behind an OpenAI-compatible address.

    `model` is its name there and `fine_tuned` that of a fine-tuned one beside it ("" for none).
    `key_variable` names the environment variable that holds the key, which is never kept. Prices
    are per million tokens, None when they are not known or it costs nothing. The server is asked to
    hold answers to `schema`, a JSON schema, unless that is None.
    """

    name: str
    title: str
    created_at: datetime
    address: str
    model: str
    fine_tuned: str = ""
    key_variable: str = ""
    prompt_price: float | None = None
    answer_price: float | None = None
    schema: Mapping[str, Any] | None = None


class AdapterState(StrEnum):
    CANDIDATE = "candidate"  # made, and nobody decided on it yet
    PUBLISHED = "published"  # the fine-tuned model of its base; one for every base
    ARCHIVED = "archived"  # was published, or was left behind


@dataclass(frozen=True)
class Adapter:
    """A PEFT adapter in `folder` for the model `base`; `published_at` orders what was published.

    `run_id` names the fine-tuning that made it, "" for one from elsewhere. `reason` is why it was
    published although its report warned against it. Answers are held to `schema`, a JSON schema,
    unless that is None.
    """

    id: str
    base: str
    name: str
    version: int
    state: AdapterState
    created_at: datetime
    folder: str
    published_at: datetime | None = None
    run_id: str = ""
    reason: str = ""
    schema: Mapping[str, Any] | None = None

    @property
    def label(self) -> str:
        """Name and version, the same for ever: "support", then "support-v2"."""
        return self.name if self.version == 1 else f"{self.name}-v{self.version}"

    @property
    def model(self) -> str:
        """The name of the fine-tuned model that base and adapter make."""
        return f"{self.base}+{self.label}"
