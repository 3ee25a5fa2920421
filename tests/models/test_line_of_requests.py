"""Requests are served one at a time in the order they came."""

import threading
from collections.abc import Callable, Iterator

import pytest

from assistant.errors import ModelUnavailable
from assistant.models.line_of_requests import LineOfRequests, Turn


@pytest.fixture
def line() -> Iterator[LineOfRequests]:
    made = LineOfRequests("test")
    yield made
    made.close(ModelUnavailable("The test is over."))


@pytest.fixture
def blocked(line: LineOfRequests) -> Iterator[Callable[[], None]]:
    """A request runs and holds everybody up until this is called."""
    running, gate = threading.Event(), threading.Event()

    def hold(_turn: Turn[str]) -> None:
        running.set()
        gate.wait()

    line.join(hold)
    running.wait()
    yield gate.set
    gate.set()


def test_requests_are_served_in_the_order_they_came(line, blocked):
    served: list[int] = []
    turns = [line.join(lambda _turn, number=number: served.append(number)) for number in range(5)]
    blocked()
    for turn in turns:
        turn.wait()
    assert served == [0, 1, 2, 3, 4]


def test_place_in_line_counts_those_served_before(line, blocked):
    first, second, third = (line.join(lambda _turn: None) for _ in range(3))
    assert [first.ahead, second.ahead, third.ahead] == [1, 2, 3]
    second.stop()
    assert [first.ahead, third.ahead] == [1, 2]
    blocked()
    third.wait()
    assert third.ahead == 0


def test_reader_hears_of_silence_and_gets_every_piece(line, blocked):
    def work(turn: Turn[str]) -> None:
        turn.put("a")
        turn.put("b")

    pieces = iter(line.join(work))
    assert next(pieces) is None
    blocked()
    assert [piece for piece in pieces if piece] == ["a", "b"]


def test_request_that_stops_waiting_is_never_served(line, blocked):
    served: list[str] = []
    turn = line.join(lambda _turn: served.append("never"))
    reader = iter(turn)
    assert next(reader) is None
    reader.close()
    last = line.join(lambda _turn: served.append("last"))
    blocked()
    last.wait()
    assert turn.done
    assert served == ["last"]


def test_closing_the_reader_tells_the_work_to_stop(line):
    ended = threading.Event()

    def work(turn: Turn[str]) -> None:
        turn.put("a")
        while not turn.stopped:
            turn.put("more")
        ended.set()

    reader = iter(line.join(work))
    assert next(reader) == "a"
    reader.close()
    assert ended.wait(60)


def test_error_reaches_the_reader_and_the_next_is_served(line):
    def fail(turn: Turn[str]) -> None:
        turn.put("half")
        raise ModelUnavailable("Broken.")

    reader = iter(line.join(fail))
    assert next(reader) == "half"
    with pytest.raises(ModelUnavailable, match="Broken"):
        list(reader)
    assert list(line.join(lambda turn: turn.put("fine"))) == ["fine"]


def test_closing_the_line_ends_who_waits_with_the_reason(line, blocked):
    waiting = line.join(lambda _turn: None)
    assert not waiting.done
    closing = threading.Thread(target=line.close, args=(ModelUnavailable("Removed."),))
    closing.start()
    with pytest.raises(ModelUnavailable, match="Removed"):
        waiting.wait()
    blocked()
    closing.join()
    with pytest.raises(ModelUnavailable, match="Removed"):
        line.join(lambda _turn: None)


def test_closing_the_line_ends_what_runs_with_the_reason(line):
    def work(turn: Turn[str]) -> None:
        turn.put("half")
        while not turn.stopped:
            pass

    reader = iter(line.join(work))
    assert next(reader) == "half"
    line.close(ModelUnavailable("Removed."))
    with pytest.raises(ModelUnavailable, match="Removed"):
        list(reader)
