"""The records database: transactions, damage, migrations and what deleting leaves."""

import random
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from store.database import Database, migration_config
from store.errors import StoreDamaged
from store.tables import marks, metadata


def keep(database: Database, name: str, value: int) -> None:
    with database.begin() as connection:
        connection.execute(sa.insert(marks).values(name=name, value=value))


def test_transaction_that_fails_leaves_nothing(database):
    with pytest.raises(ZeroDivisionError), database.begin() as connection:
        connection.execute(sa.insert(marks).values(name="a", value=1))
        raise ZeroDivisionError
    with database.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(marks)) == 0


def test_reading_sees_one_state_while_others_write(database):
    keep(database, "a", 1)
    with database.read() as connection:
        before = connection.scalars(sa.select(marks.c.name)).all()
        keep(database, "b", 2)
        assert connection.scalars(sa.select(marks.c.name)).all() == before == ["a"]
    with database.read() as connection:
        assert set(connection.scalars(sa.select(marks.c.name))) == {"a", "b"}


def test_writers_that_read_first_wait_for_each_other(database):
    keep(database, "count", 0)

    def increase() -> None:
        for _ in range(20):
            with database.begin() as connection:
                value = connection.scalar(sa.select(marks.c.value)) or 0
                connection.execute(sa.update(marks).values(value=value + 1))

    threads = [threading.Thread(target=increase) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as connection:
        assert connection.scalar(sa.select(marks.c.value)) == 100


def test_file_that_is_no_database_is_reported_with_its_path(tmp_path):
    path = tmp_path / "records.sqlite3"
    path.write_bytes(b"not a database" * 100)
    with pytest.raises(StoreDamaged, match=r"records\.sqlite3.*backup"):
        Database(path)
    assert path.read_bytes().startswith(b"not a database")


def test_migrations_make_the_tables_that_the_code_uses(database):
    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, metadata) == []


def test_first_start_cut_off_leaves_no_half_made_tables(tmp_path, monkeypatch):
    def stop(_connection):
        raise KeyboardInterrupt

    path = tmp_path / "records.sqlite3"
    sa.event.listen(sa.Engine, "commit", stop)
    try:
        with pytest.raises(KeyboardInterrupt):
            Database(path)
    finally:
        sa.event.remove(sa.Engine, "commit", stop)
    Database(path).close()


def test_deleted_text_is_in_no_file_once_it_is_wiped(database, tmp_path):
    choices = random.Random(1)
    names = [f"Quetzalcoatlus{n:05d}" + "x" * choices.randint(0, 900) for n in range(400)]
    for value, name in enumerate(names):
        keep(database, name, value)
        with database.begin() as connection:  # rows move between pages
            connection.execute(sa.delete(marks).where(marks.c.value == choices.randint(0, 400)))
    with database.begin() as connection:
        connection.execute(sa.delete(marks))
    assert database.wipe_deleted()
    for path in tmp_path.iterdir():
        assert b"Quetzalcoatlus" not in path.read_bytes(), path


def test_wiping_tells_when_a_reader_keeps_the_old_pages(tmp_path):
    database = Database(tmp_path / "records.sqlite3")
    sa.event.listen(database.engine, "connect", impatient)
    with database.read() as connection:
        connection.execute(sa.select(marks)).all()
        keep(database, "a", 1)
        assert not database.wipe_deleted()
    assert database.wipe_deleted()
    database.close()


def impatient(connection, _record) -> None:
    connection.execute("PRAGMA busy_timeout=10")


def test_opening_twice_keeps_what_was_there(tmp_path):
    path = tmp_path / "records.sqlite3"
    first = Database(path)
    keep(first, "a", 1)
    first.close()
    second = Database(path)
    with second.read() as connection:
        assert connection.scalar(sa.select(marks.c.value)) == 1
    second.close()


def test_configuration_points_at_the_migrations(database):
    config = migration_config(database.engine)
    folder = Path(config.get_main_option("script_location") or "")
    assert (folder / "env.py").exists()
