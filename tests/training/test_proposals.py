"""Examples proposed in the background: kept one by one, stopped, refused twice, failing in words;
and plain text, which has every word once."""

import pytest

from assistant.errors import BadInput, ModelUnavailable
from assistant.models.built_in import MINI
from assistant.training import plain_texts
from assistant.training.examples import answer_of, question_of
from assistant.workspace import Workspace
from store.training_records import ExampleState


def new_set(workspace: Workspace, name: str) -> str:
    return workspace.store.examples.make_set(name).id


def test_no_more_are_proposed_than_asked_for(guides: Workspace):
    set_id, documents = new_set(guides, "three"), guides.library.documents()
    guides.proposals.from_documents(set_id, documents, base=MINI, most=3)
    guides.proposals.wait(set_id)
    proposing = guides.proposals.get(set_id)
    assert proposing and (proposing.found, proposing.running, proposing.error) == (3, False, "")
    kept = guides.store.examples.list(set_id, state=ExampleState.WAITING)
    assert len(kept) == 3 and all(question_of(example) for example in kept)
    guides.proposals.forget(set_id)
    assert guides.proposals.get(set_id) is None


def test_cancelled_work_ends_and_keeps_what_it_found(guides: Workspace):
    set_id, documents = new_set(guides, "cancelled"), guides.library.documents()
    guides.proposals.from_documents(set_id, documents, base=MINI, most=1000)
    with pytest.raises(BadInput, match="already"):
        guides.proposals.texts(set_id, documents, most=1)
    guides.proposals.cancel(set_id)
    guides.proposals.wait(set_id)
    proposing = guides.proposals.get(set_id)
    assert proposing and not proposing.running and not proposing.error
    assert proposing.found == len(guides.store.examples.list(set_id)) < 1000


def test_set_that_was_removed_meanwhile_is_told_of_in_a_sentence(guides: Workspace):
    guides.proposals.texts("nothing", guides.library.documents(), most=5)
    guides.proposals.wait("nothing")
    proposing = guides.proposals.get("nothing")
    assert proposing and proposing.error == "This set of examples no longer exists."


def test_unknown_model_is_refused_before_anything_begins(guides: Workspace):
    set_id = new_set(guides, "unknown")
    with pytest.raises(ModelUnavailable, match="There is no model 'nobody'"):
        guides.proposals.from_documents(set_id, [], base="nobody", most=1)
    assert guides.proposals.get(set_id) is None


def test_plain_text_has_every_word_once_and_nothing_twice(guides: Workspace):
    set_id, documents = new_set(guides, "texts"), guides.library.documents()
    found = list(plain_texts.propose(guides.store, documents, set_id))
    chunks = guides.store.documents.chunks(documents[0].id)
    words = sum(len(answer_of(example).split()) for example in found)
    pages = {chunk.page for chunk in chunks}
    whole = sum(
        len(guides.store.documents.page(documents[0].id, page).text.split()) for page in pages
    )
    assert words == whole < sum(len(chunk.text.split()) for chunk in chunks)
    assert all(not question_of(example) for example in found)
    assert found[0].documents == (documents[0].id,) and "service-guide.pdf" in found[0].note
    guides.store.examples.add(found)
    assert list(plain_texts.propose(guides.store, documents, set_id)) == []
