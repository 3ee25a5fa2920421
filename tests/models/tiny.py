"""A tiny model in the Hugging Face format, made on the spot: random weights, a tokenizer of its
own, a chat template; and LoRA adapters for it."""

import warnings
from pathlib import Path
from typing import Any

SENTENCES = (
    "The Campion was built in Osterley Yard and cost 18.4 million crowns.",
    "Lost property is kept for 90 days at the Aldermouth ticket office.",
    "Answer the question briefly. Say so when you do not know. What is kept?",
)
TEMPLATE = (
    "{% for message in messages %}<|{{ message['role'] }}|>{{ message['content'] }}<|end|>"
    "{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
CONTEXT = 256


def tokenizer(*extra: str, template: str | None = TEMPLATE) -> Any:
    """Byte-level BPE of a few hundred tokens; `extra` become special tokens."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    special = ["<|end|>", "<|system|>", "<|user|>", "<|assistant|>", *extra]
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=special,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    made.train_from_iterator(SENTENCES, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=made, eos_token="<|end|>", chat_template=template
    )


def save_model(
    folder: Path,
    *,
    words: Any = None,
    layers: int = 2,
    width: int = 64,
    context: int = CONTEXT,
    **save,
) -> Path:
    """Write a model of random weights with its tokenizer; `save` goes to save_pretrained."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    words = words or tokenizer()
    torch.manual_seed(7)
    config = LlamaConfig(
        vocab_size=len(words),
        hidden_size=width,
        intermediate_size=2 * width,
        num_hidden_layers=layers,
        num_attention_heads=4,
        max_position_embeddings=context,
        initializer_range=0.2,  # so that words differ from each other
        bos_token_id=None,
        eos_token_id=words.eos_token_id,
        pad_token_id=None,
    )
    model = LlamaForCausalLM(config)
    # some other word is always likelier than the end, so an answer is as long as it may be
    model.lm_head.weight.data[words.eos_token_id] = 0
    model.save_pretrained(folder, **save)
    words.save_pretrained(folder)
    return folder


def save_adapter(folder: Path, base: Path, *, seed: int = 1) -> Path:
    """Write a LoRA adapter of random weights that changes what the base says."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    torch.manual_seed(seed)
    config = LoraConfig(
        r=4, lora_alpha=32, target_modules=["q_proj", "v_proj"], init_lora_weights=False
    )
    model = AutoModelForCausalLM.from_pretrained(base)
    warnings.filterwarnings("ignore", "`is_gradient_checkpointing`", FutureWarning)
    get_peft_model(model, config).save_pretrained(str(folder))
    return folder
