"""Whether an adapter may be published: not without a reason when a guard of its report is red."""

from pathlib import Path

from assistant.errors import BadInput
from assistant.training.card import read_card
from store.errors import NotFound
from store.model_records import Adapter
from store.store import Store
from store.training_records import Report


def report_of(adapter: Adapter, store: Store) -> Report | None:
    """The report of the run that made an adapter, or the one it brought along on its card."""
    if adapter.run_id:
        try:
            return store.training_runs.get(adapter.run_id).report
        except NotFound:  # the run was deleted, its card was not
            pass
    card = read_card(Path(adapter.folder))
    return card.report if card else None


def check_publishing(adapter: Adapter, store: Store, reason: str) -> None:
    """Raises BadInput when the report warns and nobody said why to publish it all the same."""
    report = report_of(adapter, store)
    if report is None or not report.red or reason or adapter.reason:
        return
    red = [guard.title for guard in report.guards if guard.red]
    raise BadInput(
        f"The report of {adapter.label} warns ({', '.join(red)}); give a reason to publish it all "
        "the same."
    )
