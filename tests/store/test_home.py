"""One process owns a data directory."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from store.errors import HomeInUse, StoreDamaged
from store.home import Home

ROOT = Path(__file__).parents[2]
HOLD = """
import sys
import threading
from pathlib import Path
from store.home import Home
home = Home(Path(sys.argv[1]), role="the other one")
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path):
    """A process that owns the folder until it is killed."""
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_second_process_is_told_who_holds_the_folder(tmp_path, holder):
    with pytest.raises(HomeInUse) as refused:
        Home(tmp_path, role="the tests")
    said = str(refused.value)
    assert f"the other one (process {holder.pid})" in said
    assert str(tmp_path) in said
    assert "--home" in said


def test_folder_opens_after_its_owner_was_killed(tmp_path, holder):
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert (tmp_path / "owner.json").exists()
    Home(tmp_path, role="the tests").release()


def test_name_left_by_a_killed_owner_is_not_given_for_another(tmp_path, holder):
    (tmp_path / "owner.json").write_text('{"pid": 4194399, "role": "the one before"}')
    with pytest.raises(HomeInUse, match="in use by another process"):
        Home(tmp_path, role="the tests")


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"pid": "x"}'])
def test_unreadable_owner_file_still_gives_one_sentence(tmp_path, holder, content):
    (tmp_path / "owner.json").write_text(content)
    with pytest.raises(HomeInUse, match="in use by another process"):
        Home(tmp_path, role="the tests")


def test_same_process_cannot_open_it_twice(tmp_path):
    first = Home(tmp_path, role="the first")
    with pytest.raises(HomeInUse, match=f"the first .process {os.getpid()}"):
        Home(tmp_path, role="the second")
    first.release()
    assert not (tmp_path / "owner.json").exists()
    Home(tmp_path, role="the second").release()


def test_folder_that_cannot_be_made_is_reported(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreDamaged, match="OPENBOOK_HOME"):
        Home(tmp_path / "file" / "home", role="the tests")


def test_folder_that_is_let_go_in_a_moment_is_waited_for(tmp_path):
    first = Home(tmp_path, role="the first")
    threading.Timer(0.3, first.release).start()
    Home(tmp_path, role="the tests").release()
