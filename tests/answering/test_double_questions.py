"""Questions that ask two things are answered twice."""

from collections.abc import Iterator

import pytest

from assistant.settings import Settings
from assistant.workspace import Workspace, open_workspace

HANDBOOK = (
    "Employees get 28 days of holiday a year. Holidays are asked for on the blue form. "
    "The canteen opens at noon and closes at two. Bicycles are kept behind the boiler house."
)
REPORT = (
    "Revenue of the ferry line grew by 12 per cent in 2025. The fleet was given two new engines. "
    "The harbour of Aldermouth was dredged in spring, and the old pier was pulled down."
)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    settings = Settings(home=tmp_path_factory.mktemp("home"))
    workspace = open_workspace(settings, role="the tests")
    texts = {"handbook.txt": HANDBOOK, "report.txt": REPORT}
    jobs = [workspace.library.add(name, text.encode()) for name, text in texts.items()]
    workspace.jobs.wait([job.id for job in jobs])
    yield workspace
    workspace.close()


def answer(library: Workspace, question: str) -> tuple[str, set[str]]:
    """What is answered, and the documents it cites."""
    message = library.ask(question).wait()
    return message.text, {citation.document for citation in message.citations}


@pytest.mark.parametrize(
    "question",
    [
        "How much did revenue grow in 2025, and how many days of holiday do employees get?",
        "How many days of holiday do employees get? When was the harbour of Aldermouth dredged?",
    ],
)
def test_both_halves_are_answered(library: Workspace, question: str):
    text, documents = answer(library, question)
    assert "28 days" in text
    assert documents == {"handbook.txt", "report.txt"}


def test_half_that_nothing_answers_does_not_keep_the_other_from_its_answer(library: Workspace):
    text, _ = answer(
        library, "How many days of holiday do employees get, and who won the chess tournament?"
    )
    assert "28 days" in text


def test_question_of_which_no_half_is_answered_is_refused(library: Workspace):
    message = library.ask("Who won the chess tournament, and which queen ruled Denmark?").wait()
    assert message.refused
