"""What a training tells whoever watches it, and asks them; and its warnings in words."""

from store.training_records import Progress, Wish


class Stopped(Exception):
    """Training ended because somebody wished so; `wish` says what.

    After PAUSE its checkpoint is on disk, and the same call goes on from there.
    """

    def __init__(self, wish: Wish) -> None:
        super().__init__(wish.value)
        self.wish = wish


class Watch:
    """Somebody who watches a training; this one looks away. Override what is of interest."""

    def stage(self, name: str) -> None:
        """What is done now: "preparing" or "training"."""

    def begins(self, step: int, steps: int) -> None:
        """Training begins after this step of so many: 0, or that of the checkpoint it resumes from;
        what was measured at later steps will be measured again."""

    def progress(self, measured: Progress) -> None:
        """Something was measured; `run_id` is empty."""

    def best(self, step: int) -> None:
        """The best validation loss so far was at this step."""

    def warn(self, step: int, kind: str, text: str) -> None:
        """Something to worry about; each kind is told once."""

    def wish(self) -> Wish:
        """What is wanted; asked after every step."""
        return Wish.NONE
