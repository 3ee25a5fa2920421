"""The embedding model of a knowledge base: tune it, build the index of a tuned one beside the one
in use, compare both, switch, and switch back."""

from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from assistant.errors import AssistantError
from assistant.models.embedding_models import TunedModel
from assistant.training.adoption import Index
from assistant.training.embedding_pairs import PairSource
from assistant.training.index_comparison import in_words
from assistant.training.question_set import ENDINGS, read_question_set
from assistant.training.recipe import Recipe, Way
from components import dialogs, notices, training_open, training_recipe
from components.dialogs import Dialog
from components.notices import reporting
from components.resources import workspace
from components.wording import count, moment, plain, remaining, stage
from store.errors import StoreError
from store.records import Job, JobKind, JobState
from store.spare_indexes import IndexComparison, JudgedQuestion

PLACE = "training_embedding"
NAME, KB = "embedding_name", "embedding_kb"
SUGGESTED = "passages"
INTERVAL = 1.0
BUILD, SWITCH = ":material/construction:", ":material/swap_horiz:"


def show() -> None:
    """The indexes of a knowledge base, the tuned models, and the form for tuning another."""
    kb = _knowledge_base()
    if not workspace().adoption.indexes(kb):
        st.markdown("There are no documents yet whose passages an embedding model could find.")
        return
    notices.kept(PLACE)
    busy = any(index.job for index in workspace().adoption.indexes(kb))
    st.fragment(_indexes, run_every=INTERVAL if busy else None)(kb, busy)
    for model in workspace().adoption.tuned():
        _model(kb, model)
    form = st.expander(
        "Tune the embedding model",
        icon=":material/model_training:",
        key="tune_embedding",
        on_change="rerun",
    )
    if form.open:
        with form, reporting():
            _form(kb)


def _knowledge_base() -> str:
    names = workspace().library.knowledge_bases()
    usual = workspace().settings.kb
    if len(names) == 1:
        return names[0]
    chosen = st.selectbox(
        "Knowledge base", names, index=names.index(usual), key=KB, persist_state="session"
    )
    return chosen or usual


# indexes


def _indexes(kb: str, drawn_busy: bool) -> None:
    indexes = workspace().adoption.indexes(kb)
    if any(index.job for index in indexes) != drawn_busy:
        st.rerun()
    with reporting():
        for index in indexes:
            with st.container(border=True, gap="small", key=f"index_{index.collection}"):
                _index(kb, index)


def _index(kb: str, index: Index) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{plain(index.title)}**", width="content")
        if index.active:
            st.badge("Searched in", icon=":material/check_circle:", color="green")
        else:
            st.badge("Beside it", icon=":material/inventory_2:", color="gray")
        st.space("stretch")
        if not index.active:
            _actions(kb, index)
    missing = f", {count(index.missing, 'passage')} missing" if index.missing else ""
    st.caption(f"Vectors of {index.dimension:,} numbers{missing}")
    if index.job:
        _progress(index.job)
    elif index.comparison:
        _comparison(index.comparison)


def _actions(kb: str, index: Index) -> None:
    key = index.collection
    if index.job:
        st.button(
            "Cancel",
            icon=":material/close:",
            type="tertiary",
            key=f"cancel_{key}",
            disabled=index.job.cancel_requested,
            on_click=workspace().jobs.cancel,
            args=(index.job.id,),
        )
        return
    st.button(
        "Search in this one",
        icon=SWITCH,
        type="tertiary",
        key=f"switch_{key}",
        help="The one searched in so far is kept, to switch back to.",
        on_click=_switch,
        args=(kb, index.collection),
    )
    if index.missing:
        st.button(
            "Go on building",
            icon=BUILD,
            type="tertiary",
            key=f"build_{key}",
            on_click=_build,
            args=(kb, index.embedding),
        )
    discard = Dialog("Discard the index", ":material/delete:", _discard, (kb, index))
    dialogs.button("Discard", discard, icon=discard.icon, key=f"discard_{key}", type="tertiary")


def _progress(job: Job) -> None:
    if job.state is JobState.QUEUED:
        st.caption("Waits until the files before it are read.")
        return
    words = stage(job.stage, job.done, job.total)
    if job.kind is JobKind.SWITCH and job.stage != "embed":
        words = "Switching"
    left = workspace().jobs.seconds_left(job)
    words += f" · {remaining(left)}" if left is not None else ""
    share = min(1.0, job.done / job.total) if job.total else 0.0
    st.progress(share, text="Cancelling" if job.cancel_requested else words)


def _comparison(found: IndexComparison) -> None:
    titles = [workspace().embedding_models.title(name) for name in (found.before, found.after)]
    st.caption(
        f"Compared on {count(found.questions, 'question')}, {plain(found.source)}: "
        f"{plain(titles[1])} is better for {found.better:,} and worse for {found.worse:,}. "
        f"{in_words(found)}"
    )
    st.table(
        {
            "": list(found.figures),
            **{
                plain(title): [f"{pair[place]:.3f}" for pair in found.figures.values()]
                for place, title in enumerate(titles)
            },
        },
        border="horizontal",
        alt="How well both indexes find what answers the questions",
    )


def _switch(kb: str, collection: str) -> None:
    with notices.keeping(PLACE):
        workspace().adoption.switch(kb, collection)


def _discard(kb: str, index: Index) -> None:
    st.markdown(
        f"The index by **{plain(index.title)}** will be deleted. The model stays, and the index "
        "can be built again."
    )
    dialogs.confirm("Discard", lambda: workspace().adoption.discard(kb, index.collection))


# tuned models


def _model(kb: str, model: TunedModel) -> None:
    with st.container(border=True, gap="xsmall", key=f"tuned_{model.run}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{plain(model.name)}**", width="content")
            st.caption(f"{moment(model.made_at)} · {model.engine}", width="content")
            st.space("stretch")
            build = Dialog("Build an index", BUILD, _choose, (kb, model))
            dialogs.button(
                "Build its index", build, icon=BUILD, key=f"build_{model.run}", type="tertiary"
            )
            delete = Dialog("Delete the model", ":material/delete:", _delete, (model,))
            dialogs.button(
                "Delete", delete, icon=delete.icon, key=f"delete_{model.run}", type="tertiary"
            )


def _choose(kb: str, model: TunedModel) -> None:
    st.markdown(
        f"All passages of **{plain(kb)}** are embedded by {plain(model.name)}, beside the index "
        "that is searched in meanwhile. Then both are compared."
    )
    dimension = model.dimension
    if model.shorter:
        dimension = st.selectbox(
            "Numbers in a vector",
            (model.dimension, *model.shorter),
            key="index_dimension",
            help="Fewer make a smaller and faster index that finds a little less.",
        )
    file = st.file_uploader(
        "Questions to compare on",
        type=list(ENDINGS),
        key="index_questions",
        help="JSON lines or CSV with question, document (the name of the file), page and answer. "
        "Without a file: the questions held back from training.",
    )
    if st.button("Build", type="primary", key="build_index"):
        with reporting():
            questions = read_question_set(file.name, file.getvalue()) if file else ()
            _queue(kb, model.embedding(dimension), questions, file.name if file else "")
            dialogs.close()
            st.rerun()


def _queue(
    kb: str, embedding: str, questions: tuple[JudgedQuestion, ...] = (), source: str = ""
) -> None:
    workspace().adoption.build(kb, embedding, questions, source)


def _build(kb: str, embedding: str) -> None:
    with notices.keeping(PLACE):
        _queue(kb, embedding)


def _delete(model: TunedModel) -> None:
    st.markdown(f"**{plain(model.name)}** will be deleted. This cannot be undone.")
    dialogs.confirm("Delete", lambda: workspace().adoption.remove(model.run))


# a new run


def _form(kb: str) -> None:
    st.caption(
        "It learns from answers with a thumb up, from sentences that their sources support, from "
        "reviewed examples, and from questions made of passages that nobody asked about."
    )
    base = workspace().adoption.base(kb)
    recipe = training_recipe.form(Way.EMBEDDING, Path(base.source))
    found = _pairs(kb, workspace().library.version(kb), recipe.made_up, recipe.seed)
    parts = [f"{many:,} from {source.label}" for source, many in found.items() if many]
    st.caption(
        f"{count(sum(found.values()), 'question')} with their passages"
        + (f": {', '.join(parts)}." if parts else ".")
    )
    st.text_input("Name of the result", key=NAME, max_chars=40, placeholder=SUGGESTED)
    st.button(
        f"Tune {base.title}",
        type="primary",
        icon=":material/play_arrow:",
        key="start_embedding",
        on_click=_start,
        args=(kb, recipe),
    )


@st.cache_data(ttl=60, max_entries=20, show_spinner="Counting what there is to learn from")
def _pairs(kb: str, version: int, made_up: int, seed: int) -> Mapping[PairSource, int]:
    return workspace().adoption.pairs(kb, Recipe(way=Way.EMBEDDING, made_up=made_up, seed=seed))


def _start(kb: str, recipe: Recipe) -> None:
    name = (st.session_state[NAME] or "").strip() or SUGGESTED
    try:
        run = workspace().adoption.begin(name, kb, recipe)
    except (AssistantError, StoreError) as error:
        notices.keep(PLACE, [str(error)])
    else:
        notices.keep(PLACE, [])
        training_open.show_run(run.id)
