"""The command line as a program: usage, options, lines for people, one owner of a home."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.cli import main
from tests.ingestion.small import opened

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    "arguments",
    [[], ["fly"], ["add"], ["remove"], ["trace"], ["search"], ["ask"], ["search", "a", "-k", "0"],
     ["search", "a", "--queries", "b"], ["ask", "a", "--questions", "b"], ["list", "--unknown"]],
)  # fmt: skip
def test_wrong_usage_ends_with_2_and_prints_no_result(capfd, arguments):
    with pytest.raises(SystemExit) as ended:
        main([*arguments, "--json"])
    assert ended.value.code == 2
    printed = capfd.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("usage: python -m assistant")


def test_home_and_json_are_understood_before_the_command_too(capfd, home, tmp_path):
    assert main(["--json", "--home", str(tmp_path / "other"), "list"]) == 0
    assert json.loads(capfd.readouterr().out) == {"documents": []}
    assert (tmp_path / "other" / "records.sqlite3").exists()
    assert not home.exists()


def test_people_read_lines_and_errors_go_to_standard_error(capfd, tmp_path):
    (tmp_path / "ferries.md").write_text("The ferry to Skarrow leaves the harbour at nine.\n")
    assert main(["add", str(tmp_path / "ferries.md")]) == 0
    assert "name=ferries.md  status=ready" in capfd.readouterr().out
    assert main(["ask", "When does the ferry to Skarrow leave the harbour?"]) == 0
    assert "[1] ferries.md: “" in capfd.readouterr().out
    assert main(["remove", "unknown"]) == 1
    printed = capfd.readouterr()
    assert printed.out == ""
    assert printed.err == "This document is no longer in the library.\n"


def test_people_read_a_trace_from_the_question_to_the_settings(capfd, tmp_path):
    (tmp_path / "ferries.md").write_text("The ferry to Skarrow leaves the harbour at nine.\n")
    main(["add", str(tmp_path / "ferries.md")])
    main(["ask", "When does the ferry to Skarrow leave the harbour?"])
    name = capfd.readouterr().out.rpartition("trace: ")[2].strip()
    assert main(["trace", name]) == 0
    printed = capfd.readouterr().out
    parts = {part.splitlines()[0]: part for part in printed.split("\n\n")}
    assert printed.startswith("Question: When does the ferry to Skarrow leave the harbour?\n")
    assert "keyword search: candidates 1" in parts["Stages (milliseconds)"]
    assert "kept [1]         ferries.md: dense #1 " in parts["Candidates"]
    assert "  system:\n    You answer questions" in parts["Prompt"]
    assert "supported: The ferry to Skarrow leaves the harbour at nine. [1] (" in parts["Verdicts"]
    assert "[1] ferries.md: “The ferry to Skarrow" in parts["Sources"]
    assert "refusal_threshold: 0.45" in parts["Settings"]


def test_command_beside_a_running_one_says_who_holds_the_library(settings):
    with opened(settings, work=False):
        done = subprocess.run(
            [sys.executable, "-m", "assistant", "list", "--json"],
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
    assert done.returncode == 1
    error = json.loads(done.stdout)["error"]
    assert f"in use by the tests (process {os.getpid()})" in error
    assert "Traceback" not in done.stderr
