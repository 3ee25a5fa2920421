"""Puts everything together: the one place where parts are made and given to each other."""

import logging
import threading
import time
from dataclasses import dataclass
from functools import partial

from assistant.answering.answer import Answer
from assistant.answering.ask import Asker
from assistant.answering.line import Line
from assistant.comparison.batches import Batches
from assistant.comparison.comparer import Comparer
from assistant.errors import AssistantError
from assistant.ingestion.jobs import Ingestion
from assistant.ingestion.pipeline import Pipeline
from assistant.ingestion.reading_ahead import ReadAhead
from assistant.library import Library
from assistant.models.catalog import ModelCatalog
from assistant.models.embedding import SentenceEmbeddings
from assistant.models.embedding_models import EmbeddingModels
from assistant.models.hub import Downloads
from assistant.models.libraries import import_libraries
from assistant.models.reranking import Reranker
from assistant.models.trials import Trials
from assistant.retrieval.retriever import Retriever
from assistant.settings import NO_RERANKER, Settings
from assistant.training.adoption import Adoption
from assistant.training.index_comparison import compare_indexes
from assistant.training.launcher import Training
from assistant.training.proposals import Proposals
from store.conversations import Conversations
from store.store import Store
from store.traces import Traces

log = logging.getLogger(__name__)

LIBRARIES_AFTER = 10.0  # seconds, within which most will have had their first answer
INTERRUPTED = "Openbook was stopped while this answer was being written; ask again."


@dataclass
class Warmth:
    """How far the embedding model is loaded; `error` is one sentence when it cannot be."""

    ready: bool = False
    seconds: float = 0.0
    error: str = ""


class Workspace:
    """An open data directory with everything the product can do."""

    def __init__(self, settings: Settings, *, role: str, work: bool = True) -> None:
        self.settings = settings
        self.warm = Warmth()
        self._warming: threading.Thread | None = None
        self._closing = threading.Event()
        self.store = Store(settings.home, role=role)
        self.store.conversations.fail_running(INTERRUPTED)
        self.store.comparisons.fail_running(INTERRUPTED)
        self.embeddings = SentenceEmbeddings(settings.embedding)
        self.embedding_models = EmbeddingModels(self.embeddings, settings)
        self.reranker = None if settings.reranker == NO_RERANKER else Reranker(settings.reranker)
        compare = partial(compare_indexes, self.store, self.embedding_models)
        self.jobs = Ingestion(
            Pipeline(
                self.store,
                self.embedding_models,
                settings,
                ReadAhead(self.store, settings),
                compare,
            )
        )
        self.library = Library(self.store, self.jobs, self.embedding_models, settings)
        self.retriever = Retriever(
            self.store, self.library, self.embedding_models, settings, self.reranker
        )
        self.models = ModelCatalog(settings, self.store)
        self.downloads = Downloads()
        self.trials = Trials(self.models)
        line = self.line = Line(self.store, self.retriever, settings)
        self._asker = Asker(self.store, line, settings)
        self.comparer = Comparer(self.store, line, self.models)
        self.batches = Batches(self.store, self.comparer, self.models, settings)
        self.training = Training(self.store, settings, self.models)
        self.adoption = Adoption(self.store, self.embedding_models, self.jobs, self.training)
        self.proposals = Proposals(line, self.models)
        if work:
            self.start_work()

    @property
    def conversations(self) -> Conversations:
        return self.store.conversations

    @property
    def traces(self) -> Traces:
        return self.store.traces

    def ask(
        self,
        question: str,
        *,
        conversation_id: str | None = None,
        kb: str | None = None,
        model: str | None = None,
        retrieval: bool = True,
    ) -> Answer:
        """Start an answer in the background. Raises BadInput, ModelUnavailable or NotFound."""
        return self._asker.ask(
            question,
            model=self.models.find(model or self.settings.model),
            kb=kb or self.settings.kb,
            conversation_id=conversation_id,
            retrieval=retrieval,
        )

    def answer_again(
        self, message_id: str, *, model: str | None = None, retrieval: bool = True
    ) -> Answer:
        """Answer the same question once more, below the answers it has; all are kept.

        Raises ModelUnavailable or NotFound.
        """
        return self._asker.answer_again(
            message_id, model=self.models.find(model or self.settings.model), retrieval=retrieval
        )

    def running_answer(self, message_id: str) -> Answer | None:
        """The answer of this message while it is being made."""
        return self._asker.running(message_id)

    def start_work(self) -> None:
        """Take up unfinished jobs, then whatever is queued."""
        self.jobs.start()
        self.batches.start()
        self.training.start()

    def warm_up(self) -> None:
        """Load the embedding models in the background, so that the first question is quick, and a
        while later the libraries of models that run here, which would hold it up."""
        self._warming = threading.Thread(target=self._load, name="warm-up", daemon=True)
        self._warming.start()

    def close(self) -> None:
        """Finish what is being written and let the data directory go."""
        self._closing.set()
        if self._warming:
            self._warming.join()  # an interpreter that ends inside an import crashes
        self._asker.close()
        self.proposals.close()
        self.training.close()
        self.batches.close()
        self.comparer.close()
        self.downloads.close()
        self.models.close()
        self.jobs.close()
        self.store.close()

    def _load(self) -> None:
        started = time.monotonic()
        try:
            self.embeddings.load()
            for base in self.store.knowledge_bases.all():
                if not self.embedding_models.mismatch(base):
                    self.embedding_models.of(base).load()  # a tuned one that it adopted
            if self.reranker:
                self.reranker.load()
            self.warm = Warmth(True, time.monotonic() - started)
        except AssistantError as error:
            self.warm = Warmth(error=str(error))
        except Exception:
            log.exception("the embedding model could not be loaded")
            self.warm = Warmth(error="The embedding model cannot be loaded; see the log.")
        if not self._closing.wait(LIBRARIES_AFTER):
            import_libraries()


def open_workspace(
    settings: Settings, *, role: str = "the Openbook app", work: bool = True
) -> Workspace:
    """Open the data directory and, with `work`, start its work.

    `role` is how other processes will name this one. Raises HomeInUse or StoreDamaged.
    """
    return Workspace(settings, role=role, work=work)
