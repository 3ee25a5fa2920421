"""The documentation is complete and true: settings, commands, the tree, links, the upload limit."""

import re
import subprocess
import sys
import tomllib
from dataclasses import fields
from fnmatch import fnmatch
from pathlib import Path

import pytest

from assistant.settings import PREFIX, Settings

ROOT = Path(__file__).parents[1]
TREE_LINE = re.compile(r"(?P<indent> *)(?P<path>\S+)(?: {2,}\S.*)?")
LINK = re.compile(r"\]\((?!https?://|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)")


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def tree_paths(text: str) -> list[str]:
    """The paths of the first code block, one a line; a deeper indent means inside the folder."""
    block = re.search(r"^```\w*\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    assert block, "no code block"
    paths: list[str] = []
    folders: list[tuple[int, str]] = []
    for line in filter(str.strip, block[1].splitlines()):
        match = TREE_LINE.fullmatch(line)
        assert match, f"not `path  description`: {line!r}"
        indent = len(match["indent"])
        folders = [folder for folder in folders if folder[0] < indent]
        path = "".join(name for _, name in folders) + match["path"]
        paths.append(path)
        if path.endswith("/"):
            folders.append((indent, match["path"]))
    return paths


def top_folders() -> set[str]:
    """Folders at the root that belong to the project: all that .gitignore does not name."""
    ignored = [line.strip("/") for line in read(".gitignore").splitlines()] + [".git"]
    return {
        f"{folder.name}/"
        for folder in ROOT.iterdir()
        if folder.is_dir() and not any(fnmatch(folder.name, pattern) for pattern in ignored)
    }


def commands() -> set[str]:
    """The commands of the command line, as its own help lists them."""
    shown = subprocess.run(
        [sys.executable, "-m", "assistant", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout
    listed = re.findall(r"^ {4}([a-z][a-z-]*)\b", shown, re.MULTILINE)
    assert listed, shown
    return set(listed)


def test_tree_reads_nested_and_full_paths():
    text = "x\n```\na.py  one\npages/  two\n  ask/  three\n    chat.py  four\nb/c.py  five\n```\n"
    assert tree_paths(text) == ["a.py", "pages/", "pages/ask/", "pages/ask/chat.py", "b/c.py"]


def test_architecture_lists_only_what_exists():
    missing = [path for path in tree_paths(read("ARCHITECTURE.md")) if not (ROOT / path).exists()]
    assert missing == []


def test_architecture_lists_every_top_level_folder():
    listed = {path.split("/")[0] + "/" for path in tree_paths(read("ARCHITECTURE.md"))}
    assert top_folders() - listed == set()


def test_every_setting_is_documented_and_no_other():
    documented = set(re.findall(rf"\b{PREFIX}[A-Z_]+\b", read("docs/settings.md")))
    assert documented == {PREFIX + entry.name.upper() for entry in fields(Settings)}


@pytest.mark.parametrize("entry", fields(Settings), ids=lambda entry: entry.name)
def test_setting_stands_in_a_row_with_its_default(entry):
    row = next(
        line
        for line in read("docs/settings.md").splitlines()
        if f"`{PREFIX}{entry.name.upper()}`" in line
    )
    default = str(entry.default).lower() if entry.type is bool else str(entry.default)
    assert f"`{default}`" in row or not default, f"{entry.name}: `{default}` is not in {row!r}"


def test_every_command_is_documented_and_no_other():
    text = read("docs/command-line.md")
    assert set(re.findall(r"python -m assistant ([a-z][a-z-]*)", text)) == commands()


def test_upload_limit_is_the_same_in_the_browser_and_behind_it():
    config = tomllib.loads(read(".streamlit/config.toml"))
    assert config["server"]["maxUploadSize"] == Settings().upload_megabytes


@pytest.mark.parametrize(
    "name",
    sorted(
        file.relative_to(ROOT).as_posix() for file in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]
    ),
)
def test_links_lead_to_files_that_exist(name: str):
    broken = [
        link for link in LINK.findall(read(name)) if not ((ROOT / name).parent / link).exists()
    ]
    assert broken == []
