"""What a run will take, against what this machine has."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from assistant.training.estimate import estimate, objections, this_machine
from assistant.training.recipe import Recipe
from assistant.training.token_counts import total
from components.resources import workspace
from components.wording import plain, size
from store.example_versions import turns_sha256
from store.training_records import Example, ExampleSet, ExampleState


def show(recipe: Recipe, examples: ExampleSet, source: Path) -> None:
    """Time, memory and disk in a line, and what speaks against it. Raises ModelUnavailable."""
    ready = workspace().store.examples.list(examples.id, state=ExampleState.READY)
    needed = estimate(recipe, _tokens(turns_sha256(ready), source, ready), source)
    machine = this_machine(workspace().settings.home)
    of = f" of the {machine.accelerator}" if machine.accelerator else ""
    st.markdown(
        f":material/timer: {in_words(needed.seconds)}, unless it stops early &emsp; "
        f":material/memory: {size(needed.memory)} of memory{plain(of)}, {size(machine.memory)} "
        f"free &emsp; :material/hard_drive: {size(needed.disk)} of disk, {size(machine.disk)} free"
    )
    for sentence in objections(needed, machine):
        st.warning(plain(sentence), icon=":material/warning:")


def in_words(seconds: float) -> str:
    """An estimated time, no finer than it deserves."""
    if seconds < 90:
        return f"About {max(10, round(seconds / 10) * 10)} seconds"
    if seconds < 90 * 60:
        return f"About {round(seconds / 60)} minutes"
    return f"About {round(seconds / 3600)} hours"


@st.cache_data(max_entries=50, show_spinner="Counting tokens")
def _tokens(sha256: str, source: Path, _examples: Sequence[Example]) -> int:
    """Tokens of the examples with this hash for the model in `source`."""
    return total([example.turns for example in _examples], source)
