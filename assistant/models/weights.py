"""Weights of a Hugging Face model in memory: one copy of the base, any number of adapters over it.

Not safe to use from several threads at once; local_model.py sees to that.
"""

import gc
import logging
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.errors import ModelUnavailable
from assistant.models.libraries import import_libraries

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedTokenizerBase

log = logging.getLogger(__name__)

PRECISIONS = ("fp32", "bf16", "8-bit", "4-bit")
CONTEXT_IF_UNKNOWN = 4096  # tokens
_NO_LIMIT = 1_000_000  # tokenizers without a limit name a number far above this


@dataclass(frozen=True)
class AdapterFiles:
    """An adapter on disk; `key` names it in memory, unlike anything else."""

    key: str
    title: str
    folder: Path


class Weights:
    """A loaded base model with its tokenizer, and the adapters that were used so far."""

    def __init__(self, title: str, folder: Path, precision: str) -> None:
        """Load from a checked folder. Raises ModelUnavailable."""
        import_libraries()
        self.title = title
        self.tokenizer = _load_tokenizer(title, folder)
        self.base = _load_base(title, folder, precision)
        self._peft: Any = None
        self._bytes = {"": _size(self.base.parameters())}  # the base, and adapters by key

    @property
    def context(self) -> int:
        """Tokens that prompt and answer may have together."""
        config = self.base.config.get_text_config()
        of_model = getattr(config, "max_position_embeddings", None)
        of_tokenizer = self.tokenizer.model_max_length
        if of_model:
            return int(of_model)
        return int(of_tokenizer) if of_tokenizer < _NO_LIMIT else CONTEXT_IF_UNKNOWN

    @contextmanager
    def using(self, adapter: AdapterFiles | None) -> Iterator[Any]:
        """The model with this adapter switched on, or with none. Raises ModelUnavailable."""
        if adapter:
            self.load_adapter(adapter)
            self._peft.set_adapter(adapter.key, inference_mode=True)
            yield self.base
        elif self._peft:
            with self._peft.disable_adapter():
                yield self.base
        else:
            yield self.base

    def memory(self, adapter: AdapterFiles | None = None) -> int:
        """Bytes that the base holds in memory, or what the adapter adds to it."""
        return self._bytes.get(adapter.key if adapter else "", 0)

    def free(self) -> None:
        """Let the memory go; nothing can be done with this object afterwards."""
        import torch

        del self.base, self._peft
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()

    def load_adapter(self, adapter: AdapterFiles) -> None:
        """Put an adapter, whose folder was checked, over the base. Raises ModelUnavailable."""
        if self._peft and adapter.key in self._peft.peft_config:
            return
        from peft import PeftConfig, PeftModel

        folder, first = str(adapter.folder), self._peft is None
        try:
            config = PeftConfig.from_pretrained(folder)
            if config.is_prompt_learning:
                raise ModelUnavailable(
                    f"The adapter {adapter.title} is a {config.peft_type}; only adapters that "
                    "change weights, such as LoRA, can be used."
                )
            config.inference_mode = True
            if first:
                # peft asks transformers under an old name whether it trains
                warnings.filterwarnings("ignore", "`is_gradient_checkpointing`", FutureWarning)
                self._peft = PeftModel(self.base, config, adapter_name=adapter.key)
            else:
                self._peft.add_adapter(adapter.key, config)
            device = str(self.base.device)
            read = self._peft.load_adapter(folder, adapter.key, torch_device=device)
            if read.missing_keys or read.unexpected_keys:
                raise ModelUnavailable(_other_base(adapter, self.title))
            named = self.base.named_parameters()
            self._bytes[adapter.key] = _size(p for name, p in named if adapter.key in name)
        except Exception as error:
            self._drop(adapter.key, first)
            raise _adapter_failure(error, adapter, self.title) from error

    def merge(self, adapter: AdapterFiles) -> Any:
        """The base with an adapter in its weights for good; nothing else can be done with this
        object afterwards. Raises ModelUnavailable."""
        self.load_adapter(adapter)
        self._peft.set_adapter(adapter.key, inference_mode=True)
        return self._peft.merge_and_unload(safe_merge=True)

    def _drop(self, key: str, first: bool) -> None:
        """Leave nothing of an adapter that could not be loaded whole."""
        if self._peft is None:
            return
        if first:
            self._peft.unload()
            self._peft = None
        elif key in self._peft.peft_config:
            self._peft.delete_adapter(key)


def _size(parameters: "Iterable[torch.nn.Parameter]") -> int:
    return sum(p.numel() * p.element_size() for p in parameters)


def check_precision(precision: str) -> None:
    """Whether this machine can hold weights so. Raises ModelUnavailable."""
    if precision not in PRECISIONS:
        raise ModelUnavailable(
            f"The precision {precision!r} is not known; choose one of: {', '.join(PRECISIONS)}."
        )
    if precision in ("8-bit", "4-bit") and find_spec("bitsandbytes") is None:
        raise ModelUnavailable(
            f"{precision} weights need the package bitsandbytes; run `pip install bitsandbytes`, "
            "or choose bf16 or fp32."
        )


def _load_tokenizer(title: str, folder: Path) -> "PreTrainedTokenizerBase":
    from transformers import AutoTokenizer

    try:
        tokenizer: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False
        )
    except Exception as error:
        log.exception("a tokenizer could not be loaded")
        raise ModelUnavailable(
            f"The tokenizer of {title} cannot be loaded ({_short(error)})."
        ) from error
    if not tokenizer.chat_template:
        raise ModelUnavailable(
            f"The tokenizer of {title} has no chat template, so nobody knows how to talk to the "
            "model; choose an instruct or chat version of it."
        )
    return tokenizer


def _load_base(title: str, folder: Path, precision: str) -> Any:
    import torch
    from safetensors import SafetensorError
    from transformers import AutoModelForCausalLM
    from transformers.utils import logging as transformers_logging

    check_precision(precision)
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    load: Any = AutoModelForCausalLM.from_pretrained  # its types know no output_loading_info
    try:
        model, read = load(
            folder,
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
            output_loading_info=True,
            **_placing(precision),
        )
    except SafetensorError as error:
        raise ModelUnavailable(
            f"The weights of {title} are damaged ({_short(error)}); copy or download them again."
        ) from error
    except (MemoryError, torch.OutOfMemoryError) as error:
        raise ModelUnavailable(
            f"There is not enough memory to load {title} in {precision}; free some by unloading "
            "other models, or choose a smaller precision."
        ) from error
    except Exception as error:
        log.exception("a model could not be loaded")
        raise ModelUnavailable(f"{title} cannot be loaded ({_short(error)}).") from error
    if read["missing_keys"] or read["mismatched_keys"]:
        raise ModelUnavailable(
            f"The weights of {title} do not fit its config.json; copy or download the model again."
        )
    if precision in ("fp32", "bf16") and torch.cuda.is_available():
        model = model.to("cuda")
    for module in model.modules():
        # bitsandbytes 0.50 packs 4-bit weights anew for processors when they are first used: then
        # answers change with every switch of adapters, and no gradient goes through them
        if hasattr(module, "support_avx512bf16_for_cpu"):
            module.support_avx512bf16_for_cpu = False
    return model.eval()


def _placing(precision: str) -> dict[str, Any]:
    """What from_pretrained must be told to load in this precision."""
    import torch
    from transformers import BitsAndBytesConfig

    if precision == "8-bit":
        quantized = BitsAndBytesConfig(load_in_8bit=True)  # type: ignore[no-untyped-call]
    elif precision == "4-bit":
        quantized = BitsAndBytesConfig(  # type: ignore[no-untyped-call]
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_compute_dtype=torch.bfloat16,
        )
    else:
        return {"dtype": torch.bfloat16 if precision == "bf16" else torch.float32}
    device = 0 if torch.cuda.is_available() else "cpu"
    return {"quantization_config": quantized, "device_map": {"": device}}


def _adapter_failure(error: Exception, adapter: AdapterFiles, base: str) -> ModelUnavailable:
    from safetensors import SafetensorError

    if isinstance(error, ModelUnavailable):
        return error
    if isinstance(error, SafetensorError):
        return ModelUnavailable(
            f"The weights of the adapter {adapter.title} are damaged ({_short(error)})."
        )
    text = str(error)
    if "size mismatch" in text or "not found in the base model" in text:
        return ModelUnavailable(_other_base(adapter, base))
    log.error("an adapter could not be loaded", exc_info=error)
    return ModelUnavailable(f"The adapter {adapter.title} cannot be loaded ({_short(error)}).")


def _other_base(adapter: AdapterFiles, base: str) -> str:
    return (
        f"The adapter {adapter.title} does not fit {base}: it was made for another model; add it "
        "to that one."
    )


def _short(error: Exception) -> str:
    """The first line of an error, for a sentence."""
    text = str(error).strip().split("\n", 1)[0].rstrip(".")
    return (text if len(text) <= 200 else text[:199] + "…") or type(error).__name__
