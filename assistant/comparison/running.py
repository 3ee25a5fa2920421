"""A comparison in the making, for any number of readers."""

from assistant.answering.answer import Answer


class RunningComparison:
    """The answers of its columns while they are written; closing a page loses none of them."""

    def __init__(self, comparison_id: str, answers: tuple[Answer, ...]) -> None:
        self.id = comparison_id
        self.answers = answers

    @property
    def done(self) -> bool:
        return all(answer.done for answer in self.answers)

    def stop(self) -> None:
        """Ask every column to stop; what was written is kept."""
        for answer in self.answers:
            answer.stop()

    def wait(self, timeout: float | None = None) -> None:
        """Return once every column is done, or the time (seconds for each) is over."""
        for answer in self.answers:
            answer.wait(timeout)
