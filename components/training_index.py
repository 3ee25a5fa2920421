"""The search index of a tuned embedding model: built beside the one in use, compared with it,
switched to in one step, and back."""

import streamlit as st

from assistant.models.embedding_models import TunedModel
from assistant.training.adoption import Index
from components import notices
from components.notices import reporting
from components.resources import workspace
from components.wording import count, plain, stage
from store.spare_indexes import IndexComparison
from store.training_records import TrainingRun

INTERVAL = 1.0
PLACE = "training_index"


def show(run: TrainingRun) -> None:
    """The indexes there are, and building that of the model which this run made."""
    st.subheader("Search with it", anchor=False)
    tuned = next((one for one in workspace().adoption.tuned() if one.run == run.id), None)
    if tuned is None:
        st.caption("The model that this run made was deleted.")
        return
    _build(run.kb, tuned)
    notices.kept(PLACE)
    busy = _busy(run.kb)
    st.fragment(_list, run_every=INTERVAL if busy else None)(run.kb, busy)


def _build(kb: str, tuned: TunedModel) -> None:
    sizes = [tuned.dimension, *tuned.shorter]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        size = tuned.dimension
        if tuned.shorter:
            size = st.selectbox(
                "Numbers in a vector",
                sizes,
                key="index_size",
                width=190,
                help="Shorter vectors make a smaller and quicker index that finds a little less.",
            )
        embedding = tuned.embedding(size)
        there = {index.embedding for index in workspace().adoption.indexes(kb)}
        st.button(
            "Build its index and compare",
            icon=":material/construction:",
            key="build_index",
            disabled=embedding in there,
            on_click=_do,
            args=("build", kb, embedding),
            help="Beside the index in use, which is searched in meanwhile.",
        )


def _busy(kb: str) -> bool:
    return any(index.job for index in workspace().adoption.indexes(kb))


def _list(kb: str, drawn_busy: bool) -> None:
    if _busy(kb) != drawn_busy:
        st.rerun()
    with reporting():
        for index in workspace().adoption.indexes(kb):
            with st.container(border=True, gap="small", key=f"index_{index.collection}"):
                _card(kb, index)


def _card(kb: str, index: Index) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{plain(index.title)}**", width="content")
        if index.active:
            st.badge("Searched in", icon=":material/check:", color="green")
        st.caption(f"{index.dimension:,} numbers in a vector", width="content")
        st.space("stretch")
        if not index.active:
            _action("Switch to it", ":material/swap_horiz:", "switch", kb, index, bool(index.job))
            _action("Discard", ":material/delete:", "discard", kb, index)
    if index.job:
        job = index.job
        share = min(1.0, job.done / job.total) if job.total else 0.0
        st.progress(share, text=stage(job.stage, job.done, job.total))
    elif index.missing:
        st.caption(f"It lacks {count(index.missing, 'passage')}.")
        if not index.active:
            _button("Complete it", ":material/construction:", "build", index, kb, index.embedding)
    if index.comparison:
        _comparison(index.comparison)


def _comparison(found: IndexComparison) -> None:
    names = list(found.figures)
    st.table(
        {
            "Figure": [plain(name) for name in names],
            "In use then": [f"{found.figures[name][0]:.3f}" for name in names],
            "This one": [f"{found.figures[name][1]:.3f}" for name in names],
        },
        border="horizontal",
        hide_index=True,
        alt="How well both indexes find what answers questions",
    )
    st.caption(
        f"{count(found.questions, 'question')} ({plain(found.source)}): {found.better:,} answered "
        f"better, {found.worse:,} worse."
    )


def _action(label: str, icon: str, act: str, kb: str, index: Index, disabled: bool = False) -> None:
    _button(label, icon, act, index, kb, index.collection, disabled=disabled)


def _button(
    label: str, icon: str, act: str, index: Index, *given: str, disabled: bool = False
) -> None:
    st.button(
        label,
        icon=icon,
        type="tertiary",
        key=f"{act}_{index.collection}",
        disabled=disabled,
        on_click=_do,
        args=(act, *given),
    )


def _do(act: str, *given: str) -> None:
    with notices.keeping(PLACE):
        getattr(workspace().adoption, act)(*given)
