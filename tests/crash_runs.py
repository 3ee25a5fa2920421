"""Kills a working library at random and looks at what is left: `python -m tests.crash_runs 100`.

After every kill the data directory is opened again. Every document must be whole or absent, with
nothing left over beside it, and the work that was accepted must be finished by the next start.
"""

import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import func, select

from assistant.settings import Settings
from store.records import JobState
from store.store import Store
from store.tables import chunks, documents, embeddings, pages
from tests.crash_child import rebuild
from tests.small_library import SmallLibrary, WordEmbeddings

ROOT = Path(__file__).parents[1]
Name = tuple[str, str]  # knowledge base, name of the file without its ending


@dataclass
class Promises:
    """What killed processes said: files taken in for good, and files erased for good."""

    present: set[Name] = field(default_factory=set)
    absent: set[Name] = field(default_factory=set)
    either: set[Name] = field(default_factory=set)

    def note(self, said: str) -> None:
        for line in said.splitlines():
            verb, *rest = line.split()
            if verb == "open":
                continue
            name = (rest[0], rest[1])
            for group in (self.present, self.absent, self.either):
                group.discard(name)
            group = {"added": self.present, "removed": self.absent}.get(verb, self.either)
            group.add(name)


def run_and_kill(home: Path, seed: int, dimension: int, seconds: float) -> str:
    """Let a process work for some seconds after it has opened the library; what it said."""
    command = [sys.executable, "-m", "tests.crash_child", str(home), str(seed), str(dimension)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        opened = child.stdout.readline()
        time.sleep(seconds)
        ended = child.poll()
        child.kill()
        said = opened + child.stdout.read()
    if ended is not None:
        raise AssertionError(f"the working process ended by itself with {ended}")
    return said


def faults(store: Store) -> Iterator[str]:
    """What is not as it should be in an open store."""
    every_chunk = set[str]()
    for document in store.documents.all():
        its_chunks = store.documents.chunks(document.id)
        every_chunk |= {chunk.id for chunk in its_chunks}
        if len(its_chunks) != document.chunks:
            yield f"{document.name}: {len(its_chunks)} of {document.chunks} chunks"
        texts = {n: store.documents.page(document.id, n).text for n in range(1, document.pages + 1)}
        if any(c.text != texts[c.page][c.start : c.end] for c in its_chunks):
            yield f"{document.name}: a chunk that its page does not hold"
        if not store.files.has(document.sha256):
            yield f"{document.name}: no file"
    with store.database.read() as connection:
        for table in (pages, chunks):
            strays = select(func.count()).where(table.c.document_id.not_in(select(documents.c.id)))
            if found := connection.scalar(strays):
                yield f"{found} stray rows in {table.name}"
    bases = store.knowledge_bases.all()
    for kb in bases:
        if store.vectors.ids(kb.collection) != store.documents.chunk_ids(kb.name):
            yield f"{kb.name}: vectors are not those of its chunks"
    indexes = [index for kb in bases for index in store.indexes(kb)]
    for index in indexes:
        if store.vectors.ids(index.collection) - store.documents.chunk_ids(index.name):
            yield f"{index.name}: a spare index has vectors of no chunk"
    if store.vectors.collections() - {index.collection for index in indexes}:
        yield "a stray collection"
    home = store.files.folder.parent
    if len([p for p in (home / "vectors").iterdir() if p.is_dir()]) > len(indexes):
        yield "a stray index of vectors"
    if store.keywords.ids() != every_chunk or store.keywords.size() != len(every_chunk):
        yield "the keyword index does not hold the chunks"
    kept = {path.name for path in store.files.folder.glob("??/*")}
    if kept != store.documents.sha256s() | store.jobs.sha256s():
        yield "the files are not those of documents and jobs"
    if any(store.files.incoming.iterdir()):
        yield "a file left in incoming"


def unkept(opened: SmallLibrary, promises: Promises) -> Iterator[str]:
    """Promises that were broken, in a library whose work is done and tidied up."""
    there = {(d.kb, d.name.removesuffix(".md")) for d in opened.library.documents()}
    cancelled = {
        (j.kb, j.name.removesuffix(".md"))
        for j in opened.jobs.list()
        if j.state is JobState.CANCELLED
    }
    for missing in promises.present - there - cancelled:
        yield f"{missing} was accepted and is not there"
    for kept in promises.absent & there:
        yield f"{kept} was removed and is there"
    store = opened.store
    with store.database.read() as connection:
        cached = select(func.count(embeddings.c.sha256.distinct()))
        needed = select(func.count(chunks.c.embedded_sha256.distinct()))
        if connection.scalar(cached) != connection.scalar(needed):
            yield "the embedding cache does not hold the chunks' vectors"
    for kb, name in promises.absent:
        if (kb, name) not in there and (other(kb), name) not in there:
            yield from (f"{name} was removed and stands in {p}" for p in holding(opened, name))


def other(kb: str) -> str:
    return "archive" if kb == "library" else "library"


def holding(opened: SmallLibrary, word: str) -> list[Path]:
    """The files of the data directory that contain a word."""
    home = opened.store.files.folder.parent
    sought = word.encode()
    return [p for p in home.rglob("*") if p.is_file() and sought in p.read_bytes()]


def finish(opened: SmallLibrary) -> None:
    """Wait until all work is done, what failed for being killed too often tried again."""
    rebuild(opened)
    while unfinished := opened.jobs.list(unfinished_only=True):
        opened.jobs.wait([job.id for job in unfinished])
    failed = [job.id for job in opened.jobs.list() if job.state is JobState.FAILED]
    opened.jobs.wait([opened.jobs.retry(job_id).id for job_id in failed])
    opened.store.tidy()


def crash(home: Path, seed: int, promises: Promises, *, longest: float = 3) -> list[str]:
    """One kill after `longest` seconds at most, and all that must hold after it; returns what does
    not."""
    choices = random.Random(seed)
    dimension = 64 if choices.random() < 0.85 else 48
    promises.note(run_and_kill(home, seed, dimension, choices.uniform(0, longest)))
    settings = Settings(home=home)
    embeddings = WordEmbeddings(dimension if choices.random() < 0.8 else 64)
    opened = SmallLibrary(settings, embeddings, work=False)
    found = [f"after the kill: {fault}" for fault in faults(opened.store)]
    if choices.random() < 0.7:
        opened.jobs.start()
        finish(opened)
        found += [f"after the next start: {fault}" for fault in faults(opened.store)]
        found += unkept(opened, promises)
    opened.close()
    return found


def main(kills: int, seed: int) -> int:
    """Kill so many times; 0 when everything held every time."""
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        promises = Promises()
        for number in range(kills):
            if found := crash(Path(folder) / "home", seed + number, promises):
                bad += 1
                print(f"kill {number + 1} (seed {seed + number}):", *found, sep="\n  ")
            elif (number + 1) % 10 == 0:
                print(f"{number + 1} kills, {len(promises.present)} documents promised", flush=True)
    print(f"{kills - bad} of {kills} kills left everything whole")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1))
