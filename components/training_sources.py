"""Where more examples come from: a file, what people thought of answers, documents."""

import streamlit as st

from assistant.training.proposals import Misleading, Proposing
from assistant.training.raft import DISTRACTORS, WITHOUT
from components import notices, training_bases, training_import, training_use
from components.notices import reporting
from components.resources import workspace
from components.wording import count
from store.records import Document
from store.training_records import ExampleSet

INTERVAL = 1.0
PLACE = "training_sources"
RULES = ""
NO_WRITERS = ("reader", "mini")  # kinds that quote and cannot write a question
MOST = 50
KINDS = PAIRS, RAFT, TEXTS = (
    "Questions with their answers",
    "RAFT: with passages that mislead beside the right one",
    "Plain text, for continued pre-training",
)


def show(examples: ExampleSet) -> None:
    """Each way with what it needs; what is proposed waits under Review."""
    with st.container(border=True):
        training_import.add_to(examples)
    with st.container(border=True):
        training_use.show(examples)
    with st.container(border=True):
        _from_documents(examples)
    notices.kept(PLACE)


def _from_documents(examples: ExampleSet) -> None:
    st.markdown("**From documents**")
    proposing = workspace().proposals.get(examples.id)
    if proposing:
        st.fragment(_under_way, run_every=INTERVAL if proposing.running else None)(
            examples.id, proposing.running
        )
        if proposing.running:
            return
    documents = workspace().library.documents()
    if not documents:
        st.markdown("The library has no documents yet.")
        return
    _form(examples, documents)


def _form(examples: ExampleSet, documents: list[Document]) -> None:
    st.caption(
        "Questions are written for passages, and each is kept only if answering would find its "
        "passage. Nothing counts before somebody has reviewed it."
    )
    kind = st.radio("Kind", KINDS, key="proposal_kind", label_visibility="collapsed")
    with st.container(horizontal=True):
        chosen = st.multiselect(
            "Documents",
            documents,
            format_func=lambda one: one.name,
            key="proposal_documents",
            placeholder="All",
        )
        most = st.number_input("At most", 1, 10_000, MOST, key="proposal_most", width=160)
    base, writer = ("", RULES) if kind == TEXTS else _makers()
    misleading = _misleading() if kind == RAFT else None
    if st.button("Propose", icon=":material/auto_awesome:", key="propose", type="primary"):
        with reporting():
            given = chosen or documents
            if kind == TEXTS:
                workspace().proposals.texts(examples.id, given, most=most)
            else:
                workspace().proposals.from_documents(
                    examples.id, given, base=base, writer=writer, most=most, misleading=misleading
                )
            st.rerun()


def _makers() -> tuple[str, str]:
    """The model that shall learn, and the one that writes the questions."""
    first, second = st.columns(2)
    with first:
        base = training_bases.choose("For which model", key="proposal_base")
    with second:
        writer = st.selectbox(
            "Questions are written by",
            [RULES, *_writers()],
            format_func=_writer_title,
            key="proposal_writer",
            help="A model writes better questions, and takes longer. Where it fails, rules step "
            "in.",
        )
    return base, writer


def _misleading() -> Misleading:
    first, second = st.columns(2)
    with first:
        distractors = st.number_input(
            "Misleading passages",
            1,
            8,
            DISTRACTORS,
            key="raft_distractors",
            help="Passages the search finds for the same question that do not answer it.",
        )
    with second:
        without = st.slider(
            "Without the right passage",
            0,
            60,
            round(100 * WITHOUT),
            format="%d%%",
            key="raft_without",
            help="In this share of the examples the right answer is to decline.",
        )
    return Misleading(distractors, without / 100)


def _writers() -> list[str]:
    return [one.name for one in workspace().models.bases() if one.kind not in NO_WRITERS]


def _writer_title(name: str) -> str:
    return workspace().models[name].title if name else "Rules, without a model"


def _under_way(set_id: str, drawn: bool) -> None:
    """How far it is; when it ended, the page is drawn anew."""
    proposing = workspace().proposals.get(set_id)
    if proposing is None or proposing.running != drawn:
        st.rerun()
    with reporting():
        if proposing.running:
            _progress(set_id, proposing)
        else:
            _outcome(set_id, proposing)


def _progress(set_id: str, proposing: Proposing) -> None:
    words = f"{proposing.found:,} of at most {proposing.most:,} proposed"
    st.progress(proposing.found / proposing.most, text=words)
    if st.button("Cancel", icon=":material/close:", type="tertiary", key="cancel_proposing"):
        workspace().proposals.cancel(set_id)


def _outcome(set_id: str, proposing: Proposing) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        if proposing.error:
            notices.problem(proposing.error)
        elif proposing.found:
            proposed = count(proposing.found, "example")
            st.markdown(
                f":green[:material/check_circle:] {proposed} proposed; look at them under *Review*."
            )
        else:
            st.markdown("Nothing new was found to propose.")
        if st.button("Dismiss", icon=":material/close:", type="tertiary", key="forget_proposing"):
            workspace().proposals.forget(set_id)
            st.rerun()
