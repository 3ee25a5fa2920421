"""Writes an answer with loaded weights: prompt to tokens, tokens to text, one at a time.

Models whose tokenizer writes quotes are held to exact ones (see mini.py), and answers to the JSON
schema they are asked with (see json_decoding.py).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assistant.errors import ModelUnavailable, PromptTooLong
from assistant.models.json_decoding import schema_processor
from assistant.models.mini import MarkerStream, quote_processor, writes_quotes
from assistant.models.mini_format import PASSAGE
from assistant.models.passage_schema import for_prompt
from assistant.models.weights import AdapterFiles, Weights

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

LEAST_ANSWER = 16  # tokens; with less room a prompt counts as too long
# Tokens of a quote that are read off the prompt and checked in one step; the answer is the same.
COPIED_AT_ONCE = 12


@dataclass(frozen=True)
class Request:
    """What is asked of a model; `messages` are {"role", "content"} as chat templates take them, and
    the answer is held to `schema`, a JSON schema, unless that is None."""

    messages: Sequence[dict[str, str]]
    adapter: AdapterFiles | None = None
    temperature: float = 0.0
    most_tokens: int = 1024
    schema: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Usage:
    """Tokens of the prompt and of the answer, the end token among them."""

    prompt: int
    answer: int
    finished: bool  # whether the model came to an end by itself


class _Stopped(Exception):
    "Nobody wants the rest."


def generate(
    weights: Weights, request: Request, put: Callable[[str], None], stopped: Callable[[], bool]
) -> Usage:
    """Write an answer; every piece of text goes to `put` as soon as it is there.

    Ends at the next token once `stopped`. Raises PromptTooLong and ModelUnavailable.
    """
    tokenizer = weights.tokenizer
    prompt = prompt_ids(tokenizer, request.messages)
    room = weights.context - len(prompt)
    if room < LEAST_ANSWER:
        raise PromptTooLong(
            f"The question with its passages has {len(prompt):,} tokens, and {weights.title} reads "
            f"and writes {weights.context:,} in all; ask a shorter question, or lower "
            "OPENBOOK_PASSAGE_TOKENS."
        )
    import torch

    quoting = writes_quotes(tokenizer)
    markers = _markers(request) if quoting and request.schema is None else None
    text = AnswerText(tokenizer, put, stopped, markers)
    ends = _ends(weights.base, tokenizer)
    held_to = _held_to(request, tokenizer, prompt, ends)
    with weights.using(request.adapter) as model:
        ids = torch.tensor([prompt], device=model.device)
        try:
            model.generate(
                input_ids=ids,
                attention_mask=torch.ones_like(ids),
                streamer=text,
                logits_processor=held_to,
                prompt_lookup_num_tokens=COPIED_AT_ONCE if quoting else None,
                max_new_tokens=min(request.most_tokens, room),
                eos_token_id=ends or None,
                pad_token_id=ends[0] if ends else None,
                num_beams=1,
                **_sampling(request.temperature),
            )
        except _Stopped:
            pass
    text.close()
    return Usage(len(prompt), text.tokens, text.last in ends or text.lost)


def prompt_ids(
    tokenizer: "PreTrainedTokenizerBase", messages: Sequence[dict[str, str]]
) -> list[int]:
    """The prompt as the model's own chat template writes it. Raises ModelUnavailable."""
    try:
        return _templated(tokenizer, messages)
    except Exception as error:
        if len(messages) < 2 or messages[0]["role"] != "system":
            raise _template_failure(error) from error
    # some templates know no system message
    system, first, *rest = messages
    merged = {**first, "content": f"{system['content']}\n\n{first['content']}"}
    try:
        return _templated(tokenizer, [merged, *rest])
    except Exception as error:
        raise _template_failure(error) from error


def _templated(
    tokenizer: "PreTrainedTokenizerBase", messages: Sequence[dict[str, str]]
) -> list[int]:
    return list(
        tokenizer.apply_chat_template(
            list(messages),
            add_generation_prompt=True,
            return_dict=False,
            sanitize_control_tokens=True,  # a document must not be able to end its turn
            enable_thinking=False,  # where a template knows it: a reader waits for the answer
        )
    )


def _template_failure(error: Exception) -> ModelUnavailable:
    return ModelUnavailable(f"The model's chat template cannot write this conversation ({error}).")


def _markers(request: Request) -> MarkerStream:
    passages = PASSAGE.findall(request.messages[-1]["content"])
    return MarkerStream(" ".join(text for _, text in passages))


def _held_to(
    request: Request, tokenizer: "PreTrainedTokenizerBase", prompt: Sequence[int], ends: list[int]
) -> list[Any] | None:
    """What decides which tokens may follow: the schema, or the passages that are quoted."""
    quoting = writes_quotes(tokenizer)
    if request.schema is None:
        return [quote_processor(tokenizer, prompt)] if quoting else None
    asked = request.messages[-1]["content"]
    schema = for_prompt(request.schema, asked, quotes_only=quoting)
    return [schema_processor(tokenizer, schema, start=len(prompt), ends=ends)]


def _sampling(temperature: float) -> dict[str, Any]:
    if temperature > 0:
        return {"do_sample": True, "temperature": temperature}
    return {"do_sample": False, "temperature": None, "top_p": None, "top_k": None}


def _ends(model: Any, tokenizer: "PreTrainedTokenizerBase") -> list[int]:
    """The tokens that end an answer: what the model says, and what the tokenizer says."""
    given: Any = model.generation_config.eos_token_id
    own: Any = tokenizer.eos_token_id
    ends = {own, *given} if isinstance(given, list) else {own, given}
    return sorted(ends - {None})


class AnswerText:
    """Turns tokens into text as they come (a streamer of transformers)."""

    def __init__(
        self,
        tokenizer: "PreTrainedTokenizerBase",
        put: Callable[[str], None],
        stopped: Callable[[], bool],
        markers: MarkerStream | None = None,
    ) -> None:
        self.tokens = 0
        self.last: int | None = None
        self._tokenizer = tokenizer
        self._put_text = put
        self._stopped = stopped
        self._markers = markers
        self._silent = set(tokenizer.all_special_ids) | {
            number
            for number, token in tokenizer.added_tokens_decoder.items()
            if token.special and not (markers and "cite" in token.content)
        }
        self._prompt_seen = False
        self._ids: list[int] = []
        self._begin = 0  # where decoding starts: the spacing of a token depends on the one before
        self._shown = 0

    def put(self, value: Any) -> None:
        if not self._prompt_seen:
            self._prompt_seen = True
            return
        for token in value.flatten().tolist():
            self.tokens, self.last = self.tokens + 1, token
            if token not in self._silent:
                self._ids.append(token)
                self._show()
        if self._stopped() or self.lost:
            raise _Stopped

    @property
    def lost(self) -> bool:
        """Whether what follows is worth nothing (see MarkerStream)."""
        return self._markers is not None and self._markers.lost

    def end(self) -> None:
        pass

    def close(self) -> None:
        """Put out what was held back."""
        self._show(all_of_it=True)
        if self._markers:
            self._put(self._markers.close())

    def _show(self, *, all_of_it: bool = False) -> None:
        before = self._decode(self._ids[self._begin : self._shown])
        text = self._decode(self._ids[self._begin :])
        if len(text) <= len(before) or (text.endswith("\ufffd") and not all_of_it):
            return  # the bytes of a character are not complete yet
        self._begin, self._shown = self._shown, len(self._ids)
        piece = text[len(before) :]
        self._put(self._markers.feed(piece) if self._markers else piece)

    def _decode(self, ids: list[int]) -> str:
        return str(
            self._tokenizer.decode(
                ids, skip_special_tokens=False, clean_up_tokenization_spaces=False
            )
        )

    def _put(self, piece: str) -> None:
        if piece:
            self._put_text(piece)
