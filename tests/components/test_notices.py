"""How failures are told: known ones in their own words, bugs in one calm sentence."""

from streamlit.testing.v1 import AppTest

from components.notices import UNEXPECTED


def known() -> None:
    from assistant.errors import BadInput
    from components.notices import reporting

    with reporting():
        raise BadInput("The *name* is empty.")


def bug() -> None:
    from components.notices import reporting

    with reporting():
        raise KeyError("secret")


def test_known_error_is_shown_in_its_own_words_without_markup():
    session = AppTest.from_function(known).run()
    assert not session.exception
    assert session.error[0].value == r"The \*name\* is empty."


def test_bug_is_logged_with_its_traceback_and_not_shown(caplog):
    session = AppTest.from_function(bug).run()
    assert not session.exception
    assert session.error[0].value == UNEXPECTED
    assert "secret" in caplog.text
    assert "Traceback" in caplog.text
