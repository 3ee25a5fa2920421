"""A library as it would be without title and heading in front of its chunks, to compare with."""

from dataclasses import replace
from pathlib import Path

from assistant.settings import Settings
from assistant.workspace import Workspace, open_workspace
from store.records import Chunk, Document, embedded_sha256


def without_prefix(workspace: Workspace, home: Path) -> Workspace:
    """A workspace at `home` with the same chunks, of which both indexes hold the bare text; made
    unless it is there."""
    settings = Settings.from_environment(home=home)
    bare = open_workspace(settings, role="a benchmark", work=False)
    kb = bare.library.base_for_writing(settings.kb)
    there = {document.id for document in bare.library.documents()}
    for document in workspace.library.documents():
        if document.id not in there:
            _copy(workspace, bare, document, kb.collection)
    return bare


def _copy(workspace: Workspace, bare: Workspace, document: Document, collection: str) -> None:
    held = workspace.store.documents
    pages = [held.page(document.id, number) for number in range(1, document.pages + 1)]
    chunks = [_bare(chunk) for chunk in held.chunks(document.id)]
    vectors = bare.embeddings.encode([chunk.text for chunk in chunks])
    keys = map(embedded_sha256, chunks)
    bare.store.embedding_cache.keep(bare.embeddings.name, dict(zip(keys, vectors, strict=True)))
    bare.store.vectors.add(collection, [chunk.id for chunk in chunks], vectors, document.id)
    bare.store.add(replace(document, title=""), pages, chunks)


def _bare(chunk: Chunk) -> Chunk:
    return replace(chunk, context="", heading="")
