"""What stages take, and what is told of them."""

import time

from assistant.ingestion.progress import Progress


def test_stage_within_another_counts_for_its_own_and_again(monkeypatch):
    ticks = iter([0.0, 1.0, 4.0, 5.0, 7.0, 10.0])
    monkeypatch.setattr(time, "perf_counter", lambda: next(ticks, 10.0))
    told: list[str] = []
    progress = Progress(lambda stage, done, total: told.append(stage), lambda: False)
    quietly = progress.quietly()
    with progress.stage("chunk"):
        for _ in range(2):
            with quietly.stage("embed"):
                pass
    assert progress.seconds == {"embed": 5.0, "chunk": 5.0}
    assert told == ["chunk"]
