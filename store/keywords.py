"""Keyword search in Tantivy: English stemming, BM25, no text stored.

What a search is limited to is looked at in the hits, of which more are fetched than asked for. Only
where that leaves too few the index sorts them out itself, for which it reads the chunks of every
document that is allowed.

The index keeps the number of the last change it holds, in the same commit as that change, so it
can tell after a crash what it still has to take in, and can be thrown away and made again.
"""

import logging
import math
import re
import shutil
from collections.abc import Collection, Iterable
from pathlib import Path

import tantivy

from store.records import Chunk

log = logging.getLogger(__name__)

Entry = tuple[str, str, Chunk]  # knowledge base, title of the document, chunk
HEAP = 32_000_000
BOOSTS = {"text": 1.0, "heading": 0.6, "title": 0.4}
COMMON, SMALL = 0.5, 100  # share of the chunks that hold a common word, which are more than that
BM25_K1 = 1.2  # how soon a word that occurs more often counts no more, as Tantivy has it
AHEAD = 4  # hits fetched for one wanted, to be sorted out


class Keywords:
    """The keyword index of all knowledge bases; one writer, readers at any time."""

    def __init__(self, folder: Path) -> None:
        """Open or create; what is damaged or of another schema is thrown away."""
        try:
            self._index = _open(folder)
            _try_out(self._index)
        except BaseException as error:  # damage makes tantivy panic, which is no Exception
            if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
                raise
            log.warning("the keyword index is made again: %s", error)
            shutil.rmtree(folder)
            self._index = _open(folder)
        self._writer = self._index.writer(HEAP, 1)

    def close(self) -> None:
        self._writer.wait_merging_threads()

    @property
    def change(self) -> int:
        """The number of the last change taken in; 0 for a new index."""
        self._index.reload()
        searcher = self._index.searcher()
        marker = tantivy.Query.term_query(self._index.schema, "kind", "marker")
        hits = searcher.search(marker, 1).hits
        return int(searcher.doc(hits[0][1])["number"][0]) if hits else 0

    def apply(
        self, change: int, *, removed: Iterable[str] = (), added: Iterable[Entry] = ()
    ) -> None:
        """Take in all up to a change in one commit: documents that went, chunks that came."""
        for document_id in removed:
            self._writer.delete_documents_by_term("document", document_id)
        self._commit(change, added)

    def rewrite(self, change: int, entries: Iterable[Entry]) -> None:
        """Make the whole index again in one commit. A removed document's words stay in the files
        of an index until then."""
        self._writer.delete_all_documents()
        self._commit(change, entries)
        self._writer.garbage_collect_files()

    def _commit(self, change: int, added: Iterable[Entry]) -> None:
        try:
            for kb, title, chunk in added:
                self._writer.add_document(_document(kb, title, chunk))
            self._writer.delete_documents_by_term("kind", "marker")
            self._writer.add_document(tantivy.Document(kind="marker", number=change))
            self._writer.commit()
        except BaseException:
            self._writer.rollback()
            raise
        self._index.reload()

    def search(
        self, kb: str, query: str, k: int, *, documents: Collection[str] | None = None
    ) -> list[tuple[str, float]]:
        """The `k` best chunk ids with their BM25 scores, best first; [] when no word is left.

        A score is a share of what a text would have that holds every word often, so that it tells
        how much of a query was found. `documents` limits the search to some documents' chunks.
        """
        words = self._asked(query)
        if not words or k < 1 or (documents is not None and not documents):
            return []
        asked = self._any_of(words)
        limit = None if documents is None else frozenset(documents)
        searcher = self._index.searcher()
        found = searcher.search(asked, AHEAD * k, count=False).hits
        hits = _within(searcher, found, kb, limit)
        if len(hits) < k and len(found) == AHEAD * k:
            limited = self._limited(asked, kb, limit)
            hits = _within(searcher, searcher.search(limited, k, count=False).hits, kb, limit)
        # words that only titles and headings have say nothing of how much there can be
        most = self._most(words) or max((score for _, score in hits), default=0.0)
        return [(chunk_id, score / most) for chunk_id, score in hits[:k]]

    def _asked(self, query: str) -> list[str]:
        """The stems to search for. Words that most chunks hold take most of the time and find
        nothing; in a small index they are few and may be what it is about."""
        words = dict.fromkeys(re.findall(r"\w+", query.lower()))
        asked = [stem for word in words for stem in stems(word)]
        most = max(COMMON * self.size(), SMALL)
        return [stem for stem in asked if self.frequency(stem) <= most] or asked

    def _any_of(self, asked: Iterable[str]) -> tantivy.Query:
        """The query for chunks with any of the stems: one flat list of terms, which Tantivy goes
        through in a third of the time that it takes for what its parser makes."""
        schema = self._index.schema
        terms = [
            (tantivy.Occur.Should, tantivy.Query.boost_query(one, boost))
            for stem in asked
            for field, boost in BOOSTS.items()
            for one in [tantivy.Query.term_query(schema, field, stem, "freq")]
        ]
        return tantivy.Query.boolean_query(terms)

    def _most(self, asked: Iterable[str]) -> float:
        """The BM25 score of a text that holds every stem often which some text has."""
        size, frequencies = self.size(), map(self.frequency, asked)
        return (BM25_K1 + 1) * sum(idf(size, many) for many in frequencies if many)

    def _limited(
        self, asked: tantivy.Query, kb: str, documents: Collection[str] | None
    ) -> tantivy.Query:
        schema = self._index.schema
        parts = [
            (tantivy.Occur.Must, asked),
            (tantivy.Occur.Must, _unscored(tantivy.Query.term_query(schema, "kb", kb))),
        ]
        if documents is not None:
            allowed = tantivy.Query.term_set_query(schema, "document", list(documents))
            parts.append((tantivy.Occur.Must, _unscored(allowed)))
        return tantivy.Query.boolean_query(parts)

    def size(self) -> int:
        """How many chunks the index holds."""
        return max(0, self._index.searcher().num_docs - 1)

    def frequency(self, stem: str) -> int:
        """In how many chunks a stem occurs."""
        return self._index.searcher().doc_freq("text", stem)

    def terms(self, prefix: str) -> list[str]:
        """The stems of the index that begin so, most frequent first."""
        return [term for term, _ in self._index.searcher().terms_with_prefix("text", prefix)]

    def ids(self) -> set[str]:
        """Every chunk id in the index."""
        self._index.reload()
        searcher = self._index.searcher()
        chunks = tantivy.Query.term_query(self._index.schema, "kind", "chunk")
        hits = searcher.search(chunks, max(1, searcher.num_docs)).hits
        return {searcher.doc(address)["id"][0] for _, address in hits}


def idf(size: int, frequency: int) -> float:
    """What a word weighs that stands in `frequency` of `size` texts (Robertson and Spärck Jones;
    the 1 keeps it positive for words in most of them)."""
    frequency = min(frequency, size)
    return math.log(1 + (size - frequency + 0.5) / (frequency + 0.5))


def stems(text: str) -> list[str]:
    """The stems of a text's words, as the index holds them."""
    return _ANALYZER.analyze(text)


_ANALYZER = (
    tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    .filter(tantivy.Filter.remove_long(40))
    .filter(tantivy.Filter.lowercase())
    .filter(tantivy.Filter.stemmer("english"))
    .build()
)


def _open(folder: Path) -> tantivy.Index:
    folder.mkdir(parents=True, exist_ok=True)
    index = tantivy.Index(_schema(), path=str(folder))
    # its own watch over the folder would still write there when all is closed
    index.config_reader(reload_policy="manual")
    return index


def _try_out(index: tantivy.Index) -> None:
    """Read a little of every segment, as a search would."""
    searcher = index.searcher()
    parsed, _ = index.parse_query_lenient("a", list(BOOSTS))
    for query in (tantivy.Query.term_query(index.schema, "kind", "marker"), parsed):
        for _, address in searcher.search(query, 3).hits:
            searcher.doc(address)


def _document(kb: str, title: str, chunk: Chunk) -> tantivy.Document:
    return tantivy.Document(
        kind="chunk",
        kb=kb,
        document=chunk.document_id,
        id=chunk.id,
        title=title,
        heading=chunk.heading,
        text=chunk.text,
    )


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("kind", tokenizer_name="raw", index_option="basic")
    for name in ("kb", "document", "id"):
        builder.add_text_field(name, stored=True, tokenizer_name="raw", index_option="basic")
    for name in BOOSTS:
        builder.add_text_field(name, tokenizer_name="en_stem")
    builder.add_integer_field("number", stored=True)
    return builder.build()


def _within(
    searcher: tantivy.Searcher,
    found: Iterable[tuple[float, tantivy.DocAddress]],
    kb: str,
    documents: Collection[str] | None,
) -> list[tuple[str, float]]:
    """The ids and scores of those hits that a search is limited to."""
    hits = ((searcher.doc(address), float(score)) for score, address in found)
    return [
        (hit["id"][0], score)
        for hit, score in hits
        if hit["kb"][0] == kb and (documents is None or hit["document"][0] in documents)
    ]


def _unscored(query: tantivy.Query) -> tantivy.Query:
    return tantivy.Query.const_score_query(query, 0.0)
