"""What a person should know before deleting something that examples were made from."""

from collections.abc import Iterable

from components.wording import count
from store.training_records import Example


def also_erased(made: Iterable[Example]) -> str:
    """The sentence that follows what will be deleted; "" when no examples were made from it."""
    many = len({example.id for example in made})
    if not many:
        return ""
    return f" So will {count(many, 'example')} for fine-tuning made from it."
