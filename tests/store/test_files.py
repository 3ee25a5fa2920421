"""Files are kept by their content, whole or not at all."""

import hashlib
import io

import pytest

from store.errors import NotFound
from store.files import Files, TooLarge
from tests.documents import keep_file


@pytest.fixture
def files(tmp_path):
    return Files(tmp_path / "files")


class Endless(io.RawIOBase):
    """A stream that never ends and counts what was read."""

    def __init__(self):
        self.given = 0

    def read(self, size=-1):
        self.given += size
        return bytes(size)


@pytest.mark.parametrize("form", ["bytes", "stream", "path"])
def test_kept_file_is_found_by_its_sha256(files, tmp_path, form):
    content = b"some bytes" * 200_000
    path = tmp_path / "given"
    path.write_bytes(content)
    data = {"bytes": content, "stream": io.BytesIO(content), "path": path}[form]
    received = files.receive(data, limit=len(content))
    assert not files.has(received.sha256)
    files.keep(received)
    assert received.sha256 == hashlib.sha256(content).hexdigest()
    assert received.size == len(content)
    assert files.path(received.sha256).read_bytes() == content
    assert list(files.incoming.iterdir()) == []


def test_stream_over_the_limit_is_not_read_to_its_end(files):
    stream = Endless()
    with pytest.raises(TooLarge):
        files.receive(stream, limit=3_000_000)
    assert stream.given < 6_000_000
    assert list(files.incoming.iterdir()) == []


def test_path_over_the_limit_is_not_copied(files, tmp_path):
    path = tmp_path / "given"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    with pytest.raises(TooLarge):
        files.receive(path, limit=49_999_999)


def test_what_a_stopped_process_was_receiving_goes_at_the_next_start(files):
    (files.incoming / "half").write_bytes(b"half")
    Files(files.folder)
    assert list(files.incoming.iterdir()) == []


def test_readable_copy_is_preferred_and_goes_with_the_file(files):
    sha256 = keep_file(files, b"locked")
    copy = files.incoming / "copy"
    copy.write_bytes(b"open")
    assert files.readable(sha256).read_bytes() == b"locked"
    files.keep_unlocked(copy, sha256)
    assert files.readable(sha256).read_bytes() == b"open"
    files.remove(sha256)
    assert [p for p in files.folder.rglob("*") if p.is_file()] == []


def test_only_wanted_files_stay(files):
    wanted, unwanted = keep_file(files, b"a"), keep_file(files, b"b")
    assert files.remove_all_but({wanted}) == 1
    assert files.has(wanted)
    with pytest.raises(NotFound):
        files.path(unwanted)
