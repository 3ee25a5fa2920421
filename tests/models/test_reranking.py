"""The reranker that comes along, and any cross-encoder by its folder."""

from pathlib import Path

import pytest
from sentence_transformers import CrossEncoder
from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

from assistant.errors import ModelUnavailable
from assistant.models.embedding import built_in_folder
from assistant.models.reranking import Reranker
from assistant.settings import OPENBOOK_RERANKER

QUESTION = "How many crowns does the safe of the harbour office hold?"
ANSWERS = (
    "The harbour office\nIts keys hang by the door. The safe of the harbour office holds 40 crowns."
)
BESIDE = "The harbour office\nThe harbour office opens at nine. Crowns are changed at the bank."
AWAY = "Puffins nest on the cliffs of the island from April to August."


@pytest.fixture(scope="module")
def reranker() -> Reranker:
    return Reranker(OPENBOOK_RERANKER)


def test_passage_that_answers_fits_best_and_is_known_to_answer(reranker: Reranker):
    scores = reranker.score(QUESTION, [ANSWERS, BESIDE, AWAY])
    fits = [score.fits for score in scores]
    answers = [score.answers or 0.0 for score in scores]
    assert fits == sorted(fits, reverse=True)
    assert answers == sorted(answers, reverse=True)
    assert answers[0] > 0 > answers[-1]


def test_answer_begins_where_it_stands(reranker: Reranker):
    [score] = reranker.score(QUESTION, [ANSWERS])
    place, logit = max(score.begins, key=lambda pair: pair[1])
    assert ANSWERS[place:].startswith("40")
    assert logit > 0


def test_passages_are_scored_alike_in_any_company(reranker: Reranker):
    together = reranker.score(QUESTION, [AWAY, ANSWERS])[1]
    [alone] = reranker.score(QUESTION, [ANSWERS])
    assert alone.fits == pytest.approx(together.fits, abs=0.3)


def test_table_of_many_figures_is_read_to_its_end(reranker: Reranker):
    names = ("Fares", "Freight", "Catering", "Staff", "Fuel", "Harbour dues", "Other costs")
    rows = [f"{name}\t4,310\t6,020\t6,790\t7,425\t8,080" for name in (*names, *names)]
    table = "\n".join(("Income statement\n\t2021\t2022\t2023\t2024\t2025", *rows, ""))
    [score] = reranker.score("What was the profit after tax in 2025?", [f"{table}Profit\t502"])
    assert max(at for at, _ in score.begins) > len(table)


def test_very_long_texts_are_cut(reranker: Reranker):
    [score] = reranker.score("Why? " * 2000, ["Because of the rain. " * 2000])
    assert len(score.begins) > 100


def test_nothing_to_score(reranker: Reranker):
    assert reranker.score(QUESTION, []) == []


def test_any_cross_encoder_can_be_named(tmp_path: Path):
    tokenizer = AutoTokenizer.from_pretrained(built_in_folder())
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=16,
    )  # fmt: skip
    config.num_labels = 1
    BertForSequenceClassification(config).save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    scores = Reranker(str(tmp_path)).score(QUESTION, [ANSWERS, AWAY])
    wanted = CrossEncoder(str(tmp_path)).predict([(QUESTION, ANSWERS), (QUESTION, AWAY)])
    assert [score.fits for score in scores] == pytest.approx(wanted.tolist(), abs=1e-5)
    assert scores[0].answers is None


def test_reranker_that_is_not_there_is_named_in_one_sentence(tmp_path: Path):
    with pytest.raises(ModelUnavailable, match="OPENBOOK_RERANKER"):
        Reranker(str(tmp_path / "none")).score(QUESTION, [ANSWERS])
