"""The tokenizer of openbook-mini: byte-level BPE, cased, with the chat template."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

VOCABULARY = 8192
MOST_PASSAGES = 9
END, PAD, USER, ASSISTANT = "<|end|>", "<|pad|>", "<|user|>", "<|assistant|>"
CITES = tuple(f"<cite:{n}>" for n in range(1, MOST_PASSAGES + 1))
END_OF_CITE = "</cite>"
# The fences of a passage come in every prompt; as tokens of their own they cost five.
FENCES = ('<passage number="', '" document="', '" page="', '" heading="', '">\n', "\n</passage>")
# The system message is left out: this model has one job, and no room to read about it.
CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{% if message['role'] == 'user' %}<|user|>{{ message['content'] }}<|end|>"
    "{% elif message['role'] == 'assistant' %}<|assistant|>"
    "{% generation %}{{ message['content'] }}<|end|>{% endgeneration %}"
    "{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)


def train(texts: Iterable[str]) -> "PreTrainedTokenizerFast":
    """A tokenizer of VOCABULARY tokens for these texts."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    special = [PAD, END, USER, ASSISTANT, *CITES, END_OF_CITE]
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY - len(FENCES),
        min_frequency=2,
        special_tokens=special,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.add_tokens([AddedToken(fence, normalized=False) for fence in FENCES])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token=PAD,
        eos_token=END,
        chat_template=CHAT_TEMPLATE,
        model_max_length=1024,
        clean_up_tokenization_spaces=False,
    )


def load(folder: Path) -> "PreTrainedTokenizerFast":
    """The tokenizer saved in a folder."""
    from transformers import PreTrainedTokenizerFast

    return PreTrainedTokenizerFast.from_pretrained(folder)
