"""A sentence-transformers model of a few thousand numbers, with random weights."""

from pathlib import Path

import pytest

WORDS = (
    "the ferry leaves harbour at nine museum opens tower is high bridge crosses river market sells "
    "fish where when how what does do i find station train library lends books ? . : : ,"
).split()


def save_embedding(folder: Path, dimension: int = 32) -> Path:
    """Write it and return its folder."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    letters = [chr(n) for n in range(ord("a"), ord("z") + 1)] + [str(n) for n in range(10)]
    entries = [*special, *dict.fromkeys([*WORDS, *letters, *("##" + one for one in letters)])]
    vocabulary = {entry: number for number, entry in enumerate(entries)}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]",
        sep_token="[SEP]", model_max_length=64,
    )  # fmt: skip
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(entries), hidden_size=dimension, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=64, max_position_embeddings=64,
    )  # fmt: skip
    plain = folder / "plain"
    BertModel(config).save_pretrained(plain)
    fast.save_pretrained(plain)
    transformer = Transformer(str(plain), max_seq_length=64)
    model = SentenceTransformer(
        modules=[transformer, Pooling(dimension, "mean"), Normalize()], device="cpu"
    )
    model.save_pretrained(str(folder / "model"), create_model_card=False)
    return folder / "model"


@pytest.fixture(scope="session")
def tiny_embedding(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_embedding(tmp_path_factory.mktemp("embedding"))
