"""What is known of adapters beside their weights: their card, what moved on since they were made;
and their way out of Openbook."""

from pathlib import Path

from assistant.errors import AssistantError
from assistant.models.catalog import ModelCatalog
from assistant.training import card, export
from assistant.training.card import Card
from store.model_records import Adapter, HuggingFaceModel
from store.store import Store

EXPORTS = "exports"  # in the home


def card_of(adapter: Adapter) -> Card | None:
    """The card of an adapter; None for one from elsewhere that brought none."""
    return card.read_card(Path(adapter.folder))


def moved_on(adapter: Adapter, store: Store, models: ModelCatalog) -> list[str]:
    """Sentences about documents and base weights that changed since the adapter was made; none for
    one from elsewhere, as far as documents go."""
    if (known := card_of(adapter)) is None:
        return []
    changes = store.changes.after(known.document_change) if adapter.run_id else []
    try:
        base = models.folder(adapter.base)
    except AssistantError:  # weights that are not here say nothing
        base = None
    return card.moved_on(known, changes, base)


def export_zip(adapter: Adapter, models: ModelCatalog) -> bytes:
    """A zip of the adapter with its card. Raises ModelUnavailable."""
    record = models.record(adapter.base)
    hub = isinstance(record, HuggingFaceModel) and not Path(record.source).exists()
    base = record.source if isinstance(record, HuggingFaceModel) and hub else adapter.base
    return export.export_zip(Path(adapter.folder), base)


def merge(adapter: Adapter, models: ModelCatalog, home: Path) -> Path:
    """Write base and adapter as one model into a folder of the home. Raises ModelUnavailable and
    BadInput."""
    record = models.record(adapter.base)
    precision = record.precision if isinstance(record, HuggingFaceModel) else "fp32"
    into = home / EXPORTS / adapter.model
    into.parent.mkdir(parents=True, exist_ok=True)
    return export.merge(models.folder(adapter.base), precision, Path(adapter.folder), into)
