"""The reranker's training: changed questions, cut passages, and a model that learns from them."""

import random
from pathlib import Path

import numpy as np
import pytest
import torch

from assistant.models.embedding import built_in_folder
from assistant.models.encoder_graph import word_vectors
from assistant.models.onnx_encoder import WEIGHTS
from assistant.models.reranking import pair_session
from pretraining.altered_questions import altered
from pretraining.reranker import Training, begin, scores_of
from pretraining.reranker_batches import Pairs, encoded_batch, pair_tokenizer, without_answer
from pretraining.reranker_export import export
from pretraining.reranker_pairs import joined

PASSAGE = "The harbour office\nThe safe of the harbour office holds 40 crowns. " + " ".join(
    f"Boat {number} leaves for Bergen at {number} o'clock." for number in range(1, 30)
)
START = PASSAGE.index("40 crowns")
GROUP = {
    "source": "Harbours",
    "question": "How many crowns does the safe hold?",
    "passage": PASSAGE,
    "answer": [START, START + len("40 crowns")],
    "others": ["Puffins nest on the cliffs of the island.", "The bank changes crowns."],
}


@pytest.fixture(scope="module")
def pairs() -> Pairs:
    return Pairs(pair_tokenizer(built_in_folder()), seed=1)


@pytest.mark.parametrize(
    ("question", "passage"),
    [
        ("Who founded the town of Bergen?", "King Olav Kyrre founded Bergen; Oslo is older."),
        ("What happened in 1814?", "The union of 1814 was ended in 1905."),
        ("Which is the largest harbour?", "Bergen is the largest harbour."),
        ("When did the first ferry sink?", "the ferry sank at noon"),
    ],
)
def test_question_is_changed_in_one_place(question: str, passage: str):
    changed = {altered(question, passage, random.Random(seed)) for seed in range(20)}
    assert None not in changed and question not in changed


def test_tokenised_text_is_put_together():
    assert (
        joined('The ship \'s mate ( a cook ) said , " no " .')
        == 'The ship\'s mate (a cook) said, "no".'
    )


def test_cut_passages_keep_their_answer(pairs: Pairs):
    for _ in range(40):
        right = pairs.of([GROUP])[0]
        assert right.answers and right.span
        first, last = right.span
        assert right.encoded.tokens[first : last + 1] == ["40", "crowns"]


def test_passage_loses_the_sentence_that_answers():
    rest = without_answer(PASSAGE, (START, START + len("40 crowns")))
    assert rest and "40 crowns" not in rest and "Boat 29 leaves" in rest
    assert not without_answer("The safe holds 40 crowns. Yes, 40 crowns.", (15, 24))


def test_headings_are_compared_but_not_answered(pairs: Pairs):
    made = pairs.of([{**GROUP, "answer": None, "asks": False}])
    assert len(made) == 3
    assert all(pair.answers is None and pair.span is None and pair.group == 0 for pair in made)


def test_only_passages_of_the_same_question_are_compared(pairs: Pairs):
    made = pairs.of([GROUP, {**GROUP, "passage": None, "answer": None}])
    assert {pair.group for pair in made} <= {0, None}
    assert sum(bool(pair.answers) for pair in made) == 1


def test_training_learns_and_goes_on_where_it_was_left(pairs: Pairs, tmp_path: Path):
    torch.manual_seed(0)
    training = begin(tmp_path)
    learned = pairs.of([GROUP])
    losses = [_step(training, learned) for _ in range(8)]
    assert losses[-1] < losses[0]


def test_exported_weights_give_the_scores_of_the_model(pairs: Pairs, tmp_path: Path):
    model = begin(tmp_path).model.eval()
    made = pairs.of([GROUP])
    with torch.no_grad():
        wanted = model(*encoded_batch(made))
    export(
        {name: value.numpy() for name, value in model.state_dict().items()}, tmp_path / "weights"
    )
    session = pair_session(built_in_folder(), tmp_path / "weights", int8=False)
    words = word_vectors(built_in_folder() / WEIGHTS)
    for pair, scores, tokens in zip(made, *wanted, strict=True):
        given = {"words": words[pair.encoded.ids][None], "kinds": np.array([pair.encoded.type_ids])}
        found = session.run(None, given)
        assert np.allclose(found[0], scores.numpy(), atol=0.05)
        assert np.allclose(found[1], tokens[: len(pair.encoded.ids)].numpy(), atol=0.05)
    whole, _ = scores_of(model, made, "cpu")
    assert np.allclose(wanted[0].numpy(), whole.detach().numpy(), atol=0.1)  # bf16


def test_training_starts_from_exported_weights(pairs: Pairs, tmp_path: Path):
    torch.manual_seed(0)
    taught = begin(tmp_path / "none").model
    export(
        {name: value.numpy() for name, value in taught.state_dict().items()},
        tmp_path / WEIGHTS,
    )
    torch.manual_seed(1)
    new, started = (begin(tmp_path / "none", start).model for start in (None, tmp_path))
    with torch.no_grad():
        batch = encoded_batch(pairs.of([GROUP]))
        wanted, other, found = (model.eval()(*batch)[0] for model in (taught, new, started))
    assert torch.allclose(found, wanted, atol=0.05)  # bytes
    assert not torch.allclose(other, wanted, atol=0.05)


def _step(training: Training, learned: list) -> float:
    return training.learn(learned, steps=20)
