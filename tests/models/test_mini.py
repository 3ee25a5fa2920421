"""Quotes of openbook-mini are exact by decoding, and shown with markers while they are written."""

import random

import pytest

from assistant.answering.prompt import ask_of, fence
from assistant.models.mini import MarkerStream, QuoteGrammar, writes_quotes
from assistant.models.mini_format import cited, with_markers, with_quotes
from pretraining.tokenizer import ASSISTANT, CITES, END, END_OF_CITE, USER, train

LINES = {
    1: ["The Campion cost 18.4 million crowns.", "The Campion was built in Osterley Yard."],
    2: ["Lost property is kept for 90 days."],
}


@pytest.fixture(scope="module")
def tokenizer():
    words = [line for lines in LINES.values() for line in lines]
    return train(words * 3)


@pytest.fixture(scope="module")
def prompt(tokenizer) -> list[int]:
    passages = [
        fence(number, "Report", 3, "Fleet", text="\n".join(lines))
        for number, lines in LINES.items()
    ]
    text = f"{USER}{ask_of(passages, 'What did the Campion cost?')}{END}{ASSISTANT}"
    return list(tokenizer.encode(text, add_special_tokens=False))


@pytest.mark.parametrize("seed", range(20))
def test_every_quote_that_can_be_written_is_a_line_of_its_passage(tokenizer, prompt, seed):
    grammar, rng = QuoteGrammar(tokenizer, prompt), random.Random(seed)
    opening = {number: tokenizer.convert_tokens_to_ids(CITES[number - 1]) for number in LINES}
    ids: list[int] = []
    for number in (1, 2, 1):
        ids.append(opening[number])
        while (allowed := grammar.allowed(ids)) is not None:
            ids.append(rng.choice(allowed))
    text = tokenizer.decode(ids)
    quotes = [part.partition(">")[2] for part in text.split(END_OF_CITE) if part]
    assert sorted(quotes) == sorted(LINES[1] + LINES[2])


def test_passages_that_are_not_there_or_are_used_up_cannot_be_opened(tokenizer, prompt):
    grammar = QuoteGrammar(tokenizer, prompt)
    one, two, three = tokenizer.convert_tokens_to_ids(list(CITES[:3]))
    end = tokenizer.convert_tokens_to_ids(END_OF_CITE)
    assert {three, end} <= grammar.forbidden_outside([])
    assert one not in grammar.forbidden_outside([])
    said = tokenizer.encode(cited(2, LINES[2][0]), add_special_tokens=False)
    assert two in grammar.forbidden_outside(said)
    assert one not in grammar.forbidden_outside(said)


def test_first_quote_follows_the_order_of_retrieval_and_later_ones_need_not(tokenizer, prompt):
    grammar = QuoteGrammar(tokenizer, prompt)
    one, two, three = tokenizer.convert_tokens_to_ids(list(CITES[:3]))
    assert {two, three} <= grammar.out_of_order([]) and one not in grammar.out_of_order([])
    best, second = (tuple(tokenizer.encode(line, add_special_tokens=False)) for line in LINES[1])
    apart = next(i for i, (a, b) in enumerate(zip(best, second, strict=False)) if a != b)
    assert grammar.out_of_order([one, *best[:apart]]) == {second[apart]}
    assert not grammar.out_of_order([one, *second[: apart + 1]])  # it was decided otherwise
    assert not grammar.out_of_order([two])
    said = tokenizer.encode(cited(1, LINES[1][0]), add_special_tokens=False)
    assert not grammar.out_of_order(said) and not grammar.out_of_order([*said, two])


def test_space_before_a_quote_cannot_be_written_when_nothing_is_left_to_quote(tokenizer, prompt):
    grammar = QuoteGrammar(tokenizer, prompt)
    [space] = tokenizer.encode(" ", add_special_tokens=False)
    quotes = [cited(number, line) for number, lines in LINES.items() for line in lines]
    for many in range(len(quotes) + 1):
        said = tokenizer.encode(" ".join(quotes[:many]), add_special_tokens=False)
        assert (space in grammar.forbidden_outside(said)) == (many == len(quotes))


def test_passage_in_several_pieces_can_be_quoted_from_all_of_them(tokenizer):
    pieces = [(1, LINES[1][0]), (2, LINES[2][0]), (1, LINES[1][1])]
    passages = [fence(number, "Report", 3, "", text=line) for number, line in pieces]
    grammar = QuoteGrammar(tokenizer, tokenizer.encode(ask_of(passages, "What?")))
    for line in LINES[1]:
        quote = tokenizer.encode(cited(1, line), add_special_tokens=False)
        assert all(quote[at] in (grammar.allowed(quote[:at]) or ()) for at in range(1, len(quote)))


def test_tokenizer_without_cite_tokens_does_not_write_quotes(tokenizer):
    assert writes_quotes(tokenizer)
    from tokenizers import Tokenizer, models
    from transformers import PreTrainedTokenizerFast

    assert not writes_quotes(PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.BPE())))


@pytest.mark.parametrize("size", (1, 2, 3, 7, 100))
def test_stream_shows_markers_however_it_is_cut(size):
    text = f"Gladly! {cited(2, 'It costs < 5 crowns.')} {cited(1, 'Yes.')} Bye <b> a<"
    stream = MarkerStream()
    pieces = [stream.feed(text[at : at + size]) for at in range(0, len(text), size)]
    assert "".join([*pieces, stream.close()]) == with_markers(text)
    assert with_markers(text) == "Gladly! It costs < 5 crowns. [2] Yes. [1] Bye <b> a<"


def test_quotes_are_found_again_in_a_text_with_markers():
    passages = [fence(n, "Report", 3, "", text="\n".join(t)) for n, t in LINES.items()]
    text = f"Gladly! {cited(2, LINES[2][0])} {cited(1, LINES[1][1])} Bye [1]"
    assert with_quotes(ask_of(passages, "What?"), with_markers(text)) == text


@pytest.mark.parametrize("size", (1, 3, 100))
def test_voice_that_goes_on_copying_is_not_shown_from_that_sentence_on(size):
    passages = "The Campion cost 18.4 million crowns. Lost property is kept for 90 days."
    text = (
        f"Gladly! {cited(1, 'Lost property is kept for 90 days.')} That is all. "
        f"Is The Campion cost 18.4 million there? {cited(1, 'It is not.')} Goodbye."
    )
    stream = MarkerStream(passages)
    pieces = [stream.feed(text[at : at + size]) for at in range(0, len(text), size)]
    shown = "".join([*pieces, stream.close()])
    assert shown.strip() == "Gladly! Lost property is kept for 90 days. [1] That is all."
    assert stream.lost


def test_stream_of_an_answer_in_json_may_repeat_the_passages():
    stream = MarkerStream(" ".join(LINES[1]))
    text = ' {"answer": "The Campion was built in Osterley Yard.", "passage": 1}'
    pieces = [stream.feed(text[at : at + 3]) for at in range(0, len(text), 3)]
    assert "".join([*pieces, stream.close()]) == text
    assert not stream.lost
