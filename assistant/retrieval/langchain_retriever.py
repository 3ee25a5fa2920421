"""The search as LangChain knows one."""

from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from assistant.retrieval.hits import Hit
from assistant.retrieval.retriever import Retriever


class LibraryRetriever(BaseRetriever):
    """The same search as a LangChain retriever, for use in anybody's chain."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    retriever: Retriever
    kb: str
    k: int = 5

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        hits = self.retriever.search(query, kb=self.kb, k=self.k)
        return [Document(hit.chunk.text, metadata=_metadata(hit)) for hit in hits]


def _metadata(hit: Hit) -> dict[str, Any]:
    return {
        "source": hit.document.name,
        "page": hit.page,
        "page_label": hit.chunk.label,
        "heading": hit.chunk.heading,
        "chunk": hit.chunk.id,
        "score": hit.scores["fused"],
    }
