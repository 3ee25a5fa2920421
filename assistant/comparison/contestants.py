"""Who may answer in a comparison, and what they are called."""

from collections.abc import Iterable, Sequence

from assistant.errors import BadInput
from assistant.models.catalog import ModelCatalog
from store.comparison_records import Contestant

FEWEST, MOST = 2, 4


def everyone(models: ModelCatalog) -> list[Contestant]:
    """Every model without and with retrieval."""
    return _without_and_with_retrieval(models)


def preset(models: ModelCatalog, base: str) -> list[Contestant]:
    """A base model and, if it has one, its fine-tuned model, each without and with retrieval."""
    tuned = models.fine_tuned(base)
    return _without_and_with_retrieval([base, tuned.name] if tuned else [base])


def name_of(title: str, contestant: Contestant) -> str:
    """What people read above a column: the model's title and what it was given."""
    return f"{title} + retrieval" if contestant.retrieval else title


def check(contestants: Sequence[Contestant], models: ModelCatalog) -> None:
    """Raises BadInput when they cannot be compared, ModelUnavailable for an unknown model."""
    for contestant in contestants:
        models.find(contestant.model)
    if not FEWEST <= len(contestants) <= MOST:
        raise BadInput(
            f"A comparison has {FEWEST} to {MOST} columns; {len(contestants)} are chosen."
        )
    if len(set(contestants)) < len(contestants):
        raise BadInput("The same column is chosen twice; choose different ones.")


def _without_and_with_retrieval(names: Iterable[str]) -> list[Contestant]:
    return [Contestant(name, retrieval) for name in names for retrieval in (False, True)]
