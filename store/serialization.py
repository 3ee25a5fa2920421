"""Turns records into JSON values and back, by their type annotations."""

from typing import Any, TypeVar

from pydantic import TypeAdapter

T = TypeVar("T")


_adapters: dict[Any, TypeAdapter[Any]] = {}


def _adapter(kind: Any) -> TypeAdapter[Any]:
    if kind not in _adapters:
        _adapters[kind] = TypeAdapter(kind)  # costly to make: once for every type
    return _adapters[kind]


def to_json(record: Any) -> Any:
    """The record as plain JSON values (dicts, lists, strings, numbers)."""
    return _adapter(type(record)).dump_python(record, mode="json")


def from_json(kind: type[T], value: Any) -> T:
    """The record of this type that `to_json` made the value from."""
    record: T = _adapter(kind).validate_python(value)
    return record
