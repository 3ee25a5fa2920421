"""What the tests of comparisons share: the page, its columns, and what is drawn."""

import json
from typing import Any

from store.comparison_records import Contestant
from tests.pages import conftest

PAGE = "pages/ask/compare.py"
BOOKING = "Do foot passengers need to book?"
READER, FOUND = Contestant("reader", False), Contestant("reader", True)
SCRIPTED, SCRIPTED_FOUND = Contestant("scripted", False), Contestant("scripted", True)


def words(session: Any) -> str:
    """All text on the page, with ordinary spaces."""
    return conftest.words(session).replace("\N{NO-BREAK SPACE}", " ")


def drawn(session: Any) -> list[dict[str, Any]]:
    """What the browser is told to draw for each answer."""
    return [json.loads(one.proto.json) for one in session.get("bidi_component")]
