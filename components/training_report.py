"""What came of a run: how it does against its base, and whether it is published."""

from collections.abc import Sequence

import streamlit as st

from assistant.training.figures import FIGURES, Figure
from components import training_open, training_publish, training_state
from components.wording import count, plain
from store.training_records import Guard, Report, Sample, TrainingRun

SAMPLES_SHOWN = 5


def show(run: TrainingRun) -> None:
    """The report of a finished run with what can be done about it."""
    st.button(
        "All results",
        icon=":material/arrow_back:",
        type="tertiary",
        key="all_results",
        on_click=training_open.show_result,
        args=(None,),
    )
    training_publish.head(run)
    if run.summary:
        st.markdown(plain(run.summary))
    st.button(
        "See how it was trained",
        icon=":material/show_chart:",
        type="tertiary",
        key="see_run",
        on_click=training_open.show_run,
        args=(run.id,),
    )
    if run.report is None:
        st.caption(f"There is no report: the run is {training_state.words(run)}.")
        return
    _guards(run.report)
    if run.kb:
        st.button(
            "Build its index and compare",
            icon=":material/construction:",
            key="to_embedding",
            on_click=training_open.show_embedding,
        )
    _figures(run.report)
    for note in run.report.notes:
        st.caption(plain(note))
    _samples(run.report.samples)


def _guards(report: Report) -> None:
    """Each check in words; those that warn come first."""
    red = [guard for guard in report.guards if guard.red]
    st.subheader("Is it in order?", anchor=False)
    if red:
        st.error(
            f"{count(len(red), 'check')} of {len(report.guards)} "
            f"{'warns' if len(red) == 1 else 'warn'} against publishing this.",
            icon=":material/gpp_maybe:",
        )
    elif report.guards:
        st.success(
            f"All {len(report.guards)} checks are in order.", icon=":material/verified_user:"
        )
    for guard in sorted(report.guards, key=lambda one: not one.red):
        _guard(guard)


def _guard(guard: Guard) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key=f"guard_{guard.name}"):
        if guard.red:
            st.badge("Warning", icon=":material/error:", color="red")
        else:
            st.badge("In order", icon=":material/check:", color="green")
        st.markdown(f"**{plain(guard.title)}**", width="content")
        st.markdown(plain(guard.text), width="stretch")


def _figures(report: Report) -> None:
    rows = {name: pair for name, pair in report.figures.items() if pair != (None, None)}
    if not rows:
        return
    st.subheader("Figures", anchor=False)
    known = [FIGURES.get(name, Figure(name, "")) for name in rows]
    st.table(
        {
            "Figure": [f"**{plain(figure.title)}**" for figure in known],
            "Base": [_written(name, before) for name, (before, _) in rows.items()],
            "Tuned": [_written(name, after) for name, (_, after) in rows.items()],
            "What it is": [_help(figure) for figure in known],
        },
        border="horizontal",
        hide_index=True,
        alt="Figures of the base and the tuned model",
    )


def _help(figure: Figure) -> str:
    return plain(f"{figure.help} In {figure.unit}." if figure.unit else figure.help)


def _written(name: str, value: float | None) -> str:
    """A figure as people read it: a share in per cent, anything else as a number."""
    if value is None:
        return "–"
    known = FIGURES.get(name)
    if known and not known.unit:
        return f"{value:.1%}"
    return f"{value:.3f}" if value < 10 else f"{value:,.0f}"


def _samples(samples: Sequence[Sample]) -> None:
    if not samples:
        return
    st.subheader("The same questions to both", anchor=False)
    pages = -(-len(samples) // SAMPLES_SHOWN)
    page = st.pagination(pages, key="samples_page") if pages > 1 else 1
    for sample in samples[SAMPLES_SHOWN * (page - 1) : SAMPLES_SHOWN * page]:
        with st.container(border=True):
            st.markdown(f"**{plain(sample.question)}**")
            said = {"Base": sample.before, "Tuned": sample.after, "Wanted": sample.wanted}
            for place, (who, text) in zip(st.columns(len(said)), said.items(), strict=True):
                with place:
                    st.caption(who)
                    st.text(text or "It wrote nothing.")
