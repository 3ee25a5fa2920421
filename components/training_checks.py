"""Whether the examples of a set are enough and any good, in words, and what to do when not."""

from collections.abc import Callable

import streamlit as st

from assistant.training import personal_data
from assistant.training.checks import Checks, check
from assistant.training.enough import Verdict
from assistant.training.examples import question_of
from assistant.training.findings import Finding, Severity
from assistant.training.recipe import Way
from assistant.training.token_counts import counter
from components import (
    notices,
    training_bases,
    training_few_shot,
    training_open,
    training_recipe,
    training_review,
)
from components.resources import workspace
from components.wording import count, plain
from store.example_versions import turns_sha256
from store.training_records import ExampleSet, ExampleState

PLACE = "training_checks"
DONE = "training_checks_done"  # the last ones, with what they were made for
LISTED = 20
PERSONAL = "personal-data"
DROP = ("no-answer", "duplicate", "leak", "too-long")  # kinds whose examples are better left out
ICONS = {
    Severity.ERROR: ":red[:material/error:]",
    Severity.WARNING: ":orange[:material/warning:]",
    Severity.NOTE: ":gray[:material/info:]",
}


def show(examples: ExampleSet) -> None:
    """The verdict, what was found, and the way on from there."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        base = training_bases.choose("Base model", key="checks_base")
        way = st.selectbox(
            "Way",
            training_recipe.FROM_EXAMPLES,
            format_func=lambda one: one.label,
            key="checks_way",
        )
    checks = _checks(examples, base, way)
    _verdict(checks)
    notices.kept(PLACE)
    for finding in checks.findings:
        _finding(examples, finding)
    if checks.verdict is not Verdict.TOO_FEW:
        st.button(
            "Go on to a run",
            icon=":material/arrow_forward:",
            key="to_run",
            on_click=training_open.show_run,
            args=(None,),
        )
    with st.expander(
        "Try the few-shot prompt instead",
        icon=":material/quick_phrases:",
        expanded=checks.verdict is Verdict.TOO_FEW and bool(checks.different),
    ):
        st.caption(
            "A capable model that is shown a few examples with each question may do what you want "
            "without any training."
        )
        training_few_shot.show(examples)


def _checks(examples: ExampleSet, base: str, way: Way) -> Checks:
    """What was found, anew when anything it depends on has changed."""
    opened = workspace()
    ready = opened.store.examples.list(examples.id, state=ExampleState.READY)
    names = training_review.names_to_mark()
    asked = [q for batch in opened.store.comparison_batches.list() for q in batch.questions]
    made_for = (turns_sha256(ready), base, way, tuple(names), len(asked))
    known, checks = st.session_state.get(DONE, (None, None))
    if known != made_for:
        with st.spinner("Looking at the examples"):
            source = opened.models.folder(base)
            longest = training_recipe.usual(way, source).longest
            checks = check(ready, way, counter(source), longest, asked, names=names)
        st.session_state[DONE] = (made_for, checks)
    found: Checks = checks
    return found


def _verdict(checks: Checks) -> None:
    if checks.verdict is Verdict.ENOUGH:
        st.success(plain(checks.text), icon=":material/check_circle:")
    elif checks.verdict is Verdict.FEW:
        st.warning(plain(checks.text), icon=":material/warning:")
    else:
        st.error(plain(checks.text), icon=":material/block:")


def _finding(examples: ExampleSet, finding: Finding) -> None:
    with st.container(border=True, gap="small", key=f"finding_{finding.kind}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"{ICONS[finding.severity]} {plain(finding.text)}", width="stretch")
            if finding.kind in DROP:
                which = "it" if len(finding.examples) == 1 else "them"
                _button(f"Drop {which}", ":material/delete:", _drop, finding)
            elif finding.kind == PERSONAL:
                _button("Replace it", ":material/visibility_off:", _scrub, finding)
        if finding.examples:
            with st.expander(count(len(finding.examples), "example")):
                _list(examples, finding)


def _list(examples: ExampleSet, finding: Finding) -> None:
    wanted = set(finding.examples[:LISTED])
    for one in workspace().store.examples.list(examples.id):
        if one.id in wanted:
            st.markdown(f"- {plain(question_of(one)) or 'Without a question'}")
    if len(finding.examples) > LISTED:
        st.caption(f"And {len(finding.examples) - LISTED:,} more.")


def _button(label: str, icon: str, act: Callable[[Finding], None], finding: Finding) -> None:
    st.button(
        label,
        icon=icon,
        type="tertiary",
        key=f"mend_{finding.kind}",
        on_click=act,
        args=(finding,),
    )


def _scrub(finding: Finding) -> None:
    names = training_review.names_to_mark()
    kept = workspace().store.examples
    with notices.keeping(PLACE):
        for wanted in finding.examples:
            kept.change(personal_data.scrubbed(kept.get(wanted), names))


def _drop(finding: Finding) -> None:
    with notices.keeping(PLACE):
        workspace().store.examples.set_state(finding.examples, ExampleState.DROPPED)
