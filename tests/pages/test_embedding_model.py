"""The embedding model on the fine-tuning page: tune, build its index, switch, switch back."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from assistant.models.embedding_models import MODEL, TunedModel, write_card
from assistant.settings import MINILM
from assistant.training.recipe import Way
from tests.pages.conftest import TIMEOUT, words
from tests.training.tiny_embedding import tiny_embedding

__all__ = ["tiny_embedding"]
PAGE = "pages/improve/fine_tuning.py"
TEXT = b"# Ferries\n\nThe ferry to Skarrow leaves the harbour at nine."
QUESTIONS = b"question,document,answer\nWhen does the ferry leave?,guide.md,leaves the harbour\n"
TUNED = TunedModel("run1", "skarrow", MINILM, datetime(2026, 11, 21, tzinfo=UTC), 32, (16,))


@pytest.fixture
def page(app: Callable[..., Any], opened) -> Callable[[], Any]:
    """Opens the page once the jobs have ended; it must not fail."""

    def visit() -> Any:
        opened.jobs.wait([job.id for job in opened.jobs.list()], timeout=TIMEOUT)
        session = app(PAGE, part="Embedding model")
        assert not session.exception
        return session

    return visit


@pytest.fixture
def tuned(opened, tiny_embedding) -> TunedModel:
    """A tuned model that is there to be adopted."""
    folder = opened.embedding_models.folder(TUNED.run)
    shutil.copytree(tiny_embedding, folder / MODEL)
    write_card(folder, TUNED)
    return TUNED


def test_without_documents_there_is_nothing_to_tune_for(page):
    assert "There are no documents yet" in words(page())


def test_index_is_built_compared_switched_to_and_switched_back(page, opened, add, tuned):
    add("guide.md", TEXT)
    session = page()
    session.button(key="build_run1").click().run()
    session.selectbox(key="index_dimension").set_value(16)
    session.file_uploader(key="index_questions").upload("questions.csv", QUESTIONS)
    session.button(key="build_index").click().run()
    session = page()
    assert "skarrow, 16 numbers" in words(session)
    assert "Compared on 1 question, questions.csv" in words(session)
    [old, new] = opened.adoption.indexes("library")
    session.button(key=f"switch_{new.collection}").click().run()
    session = page()
    assert opened.adoption.indexes("library")[0].embedding == "tuned/run1@16"
    [hit] = opened.retriever.search("ferry", kb="library")
    assert hit.document.name == "guide.md"
    session.button(key=f"switch_{old.collection}").click().run()
    session = page()
    assert opened.adoption.indexes("library")[0].embedding == MINILM
    session.button(key=f"discard_{new.collection}").click().run()
    session.button(key="confirm").click().run()
    assert len(opened.adoption.indexes("library")) == 1
    session.button(key="delete_run1").click().run()
    session.button(key="confirm").click().run()
    assert opened.adoption.tuned() == []


def test_bad_file_of_questions_is_refused_with_its_line(page, opened, add, tuned):
    add("guide.md", TEXT)
    session = page()
    session.button(key="build_run1").click().run()
    session.file_uploader(key="index_questions").upload(
        "q.csv", b"question,document,answer\nWhen?,,At nine\n"
    )
    session.button(key="build_index").click().run()
    assert "q.csv, line 2: it has no document." in words(session)
    assert len(opened.adoption.indexes("library")) == 1


def test_too_little_to_learn_from_is_refused_with_the_reason(page, add):
    add("guide.md", TEXT)
    session = page()
    session.session_state["tune_embedding"] = True
    session.run()
    session.button(key="start_embedding").click().run()
    assert "Too few" in words(session)


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch, tiny_embedding) -> str:
    """The embedding model that is set: one that takes no time; passages are short."""
    monkeypatch.setenv("OPENBOOK_EMBEDDING", str(tiny_embedding))
    monkeypatch.setenv("OPENBOOK_CHUNK_WORDS", "30")
    monkeypatch.setenv("OPENBOOK_CHUNK_OVERLAP", "0")
    return str(tiny_embedding)


def test_run_is_queued_for_the_knowledge_base(tiny, page, opened, add):
    boats = (f"# Boat {n}\n\nBoat number {n} costs {n * 7} crowns a day." for n in range(250))
    add("boats.md", "\n\n".join(boats).encode())
    session = page()
    session.session_state["tune_embedding"] = True
    session.run()
    assert "from questions made from passages" in words(session)
    session.text_input(key="embedding_name").set_value("boats")
    session.button(key="start_embedding").click().run()
    assert not session.exception
    [run] = opened.training.runs()
    assert (run.name, run.base, run.source, run.kb) == ("boats", tiny, tiny, "library")
    assert run.recipe["way"] == Way.EMBEDDING
    opened.training.cancel(run.id)
    opened.training.wait(run.id)
