"""Models that people added, and the versions of adapters with the one published for each base."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from store.database import Database
from store.errors import NotFound
from store.model_records import Adapter, AdapterState, EndpointModel, HuggingFaceModel
from store.serialization import from_json, to_json
from store.tables import adapters, models

Model = HuggingFaceModel | EndpointModel
KINDS: dict[str, type[Model]] = {"huggingface": HuggingFaceModel, "endpoint": EndpointModel}


class Models:
    """The models people added to one data directory."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def all(self) -> Sequence[Model]:
        """In the order in which they were added."""
        query = select(models.c.kind, models.c.record).order_by(models.c.created_at)
        with self._db.read() as connection:
            return [from_json(KINDS[kind], record) for kind, record in connection.execute(query)]

    def add(self, model: Model) -> None:
        """Keep a model; one of the same name is replaced."""
        kind = next(kind for kind, made in KINDS.items() if isinstance(model, made))
        with self._db.begin() as connection:
            connection.execute(delete(models).where(models.c.name == model.name))
            connection.execute(
                insert(models).values(
                    name=model.name, kind=kind, created_at=model.created_at, record=to_json(model)
                )
            )

    def remove(self, name: str) -> None:
        """Forget a model with its adapters; no file is touched."""
        with self._db.begin() as connection:
            connection.execute(delete(models).where(models.c.name == name))
            connection.execute(delete(adapters).where(adapters.c.base == name))


class Adapters:
    """The adapters of one data directory; at most one is published for a base."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def all(self, base: str | None = None) -> Sequence[Adapter]:
        """Those of one base or of all, in the order in which they were added."""
        query = select(adapters.c.record).order_by(adapters.c.created_at)
        if base is not None:
            query = query.where(adapters.c.base == base)
        with self._db.read() as connection:
            return [from_json(Adapter, record) for record in connection.scalars(query)]

    def get(self, adapter_id: str) -> Adapter:
        """Raises NotFound."""
        with self._db.read() as connection:
            return _get(connection, adapter_id)

    def add(
        self,
        base: str,
        name: str,
        folder: str,
        *,
        adapter_id: str = "",
        run_id: str = "",
        schema: Mapping[str, Any] | None = None,
    ) -> Adapter:
        """Keep a new candidate; its version follows the last one of that name. Its id is made up
        unless one is given."""
        last = select(func.coalesce(func.max(adapters.c.version), 0)).where(
            adapters.c.base == base, adapters.c.name == name
        )
        with self._db.begin() as connection:
            made = Adapter(
                id=adapter_id or uuid.uuid4().hex[:12],
                base=base,
                name=name,
                version=(connection.scalar(last) or 0) + 1,
                state=AdapterState.CANDIDATE,
                created_at=datetime.now(UTC),
                folder=folder,
                run_id=run_id,
                schema=schema,
            )
            connection.execute(
                insert(adapters).values(
                    id=made.id,
                    base=base,
                    name=name,
                    version=made.version,
                    state=made.state,
                    created_at=made.created_at,
                    record=to_json(made),
                )
            )
        return made

    def move(self, adapter_id: str, folder: str) -> None:
        """Note that its files are elsewhere now. Raises NotFound."""
        with self._db.begin() as connection:
            _set(connection, replace(_get(connection, adapter_id), folder=folder))

    def set_schema(self, adapter_id: str, schema: Mapping[str, Any] | None) -> None:
        """Hold its answers to a JSON schema, or to none. Raises NotFound."""
        with self._db.begin() as connection:
            _set(connection, replace(_get(connection, adapter_id), schema=schema))

    def remove(self, adapter_id: str) -> None:
        """Forget an adapter; no file is touched."""
        with self._db.begin() as connection:
            connection.execute(delete(adapters).where(adapters.c.id == adapter_id))

    def publish(self, adapter_id: str, *, reason: str = "") -> Adapter:
        """Make it the published one of its base; the one before is archived. `reason` is kept.
        Raises NotFound."""
        with self._db.begin() as connection:
            adapter = _get(connection, adapter_id)
            before = _published(connection, adapter.base)
            if before and before.id == adapter_id:
                return before
            if before:
                _set(connection, replace(before, state=AdapterState.ARCHIVED))
            published = replace(
                adapter,
                state=AdapterState.PUBLISHED,
                published_at=datetime.now(UTC),
                reason=reason or adapter.reason,
            )
            return _set(connection, published)

    def archive(self, adapter_id: str) -> Adapter:
        """Put it away: it answers nothing. When it was published, its base stands alone. Raises
        NotFound."""
        with self._db.begin() as connection:
            adapter = _get(connection, adapter_id)
            # out of the order of publishing: rolling back another must not bring it back
            return _set(
                connection, replace(adapter, state=AdapterState.ARCHIVED, published_at=None)
            )

    def roll_back(self, base: str) -> Adapter | None:
        """Publish the one that was published before; None when there was none, and the base stands
        alone again. Raises NotFound when nothing is published."""
        with self._db.begin() as connection:
            current = _published(connection, base)
            if current is None:
                raise NotFound(f"No adapter of {base} is published, so none can be rolled back.")
            # out of the order of publishing, so that the next roll-back goes further back
            _set(connection, replace(current, state=AdapterState.ARCHIVED, published_at=None))
            earlier = [a for a in _of(connection, base) if a.published_at]
            if not earlier:
                return None
            last = max(earlier, key=lambda a: a.published_at or a.created_at)
            return _set(connection, replace(last, state=AdapterState.PUBLISHED))


def _get(connection: Connection, adapter_id: str) -> Adapter:
    record = connection.scalar(select(adapters.c.record).where(adapters.c.id == adapter_id))
    if record is None:
        raise NotFound("This adapter no longer exists.")
    return from_json(Adapter, record)


def _of(connection: Connection, base: str) -> list[Adapter]:
    query = select(adapters.c.record).where(adapters.c.base == base)
    return [from_json(Adapter, record) for record in connection.scalars(query)]


def _published(connection: Connection, base: str) -> Adapter | None:
    published = (a for a in _of(connection, base) if a.state is AdapterState.PUBLISHED)
    return next(published, None)


def _set(connection: Connection, adapter: Adapter) -> Adapter:
    connection.execute(
        update(adapters)
        .where(adapters.c.id == adapter.id)
        .values(state=adapter.state, record=to_json(adapter))
    )
    return adapter
