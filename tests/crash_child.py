"""Works on a library until it is killed: `python -m tests.crash_child HOME SEED DIMENSION`.

It tells on standard output, one line each, what it was promised and what it asked for, so that
whoever killed it knows what must be there.
"""

import random
import sys
from pathlib import Path

from assistant.settings import Settings
from store.errors import NotFound
from tests.small_library import SmallLibrary, WordEmbeddings

BASES = ("library", "archive")
VOCABULARY = [f"w{n:04d}" for n in range(3000)]


def main(home: Path, seed: int, dimension: int) -> None:
    """Add, remove, read again and rebuild at random, for ever."""
    choices = random.Random(seed)
    opened = SmallLibrary(Settings(home=home), WordEmbeddings(dimension))
    say("open")
    rebuild(opened)
    while True:
        work(opened, choices)


def work(opened: SmallLibrary, choices: random.Random) -> None:
    """One thing that people do."""
    library = opened.library
    documents = library.documents()
    what = choices.random()
    if what < 0.6 or not documents:
        name, text, kb = f"{choices.getrandbits(60):015x}", written(choices), choices.choice(BASES)
        say("adding", kb, name)
        jobs = [library.add(f"{name}.md", f"# {name}\n\n{text}".encode(), kb=kb)]
        say("added", kb, name)
        if choices.random() < 0.5:
            opened.jobs.wait([job.id for job in jobs])
        return
    document = choices.choice(documents)
    stem = document.name.removesuffix(".md")
    try:
        if what < 0.8:
            say("removing", document.kb, stem)
            library.remove(document.id)
            say("removed", document.kb, stem)
        elif what < 0.95:
            opened.jobs.wait([library.reingest(document.id).id])
        else:
            opened.jobs.cancel(choices.choice(opened.jobs.list()).id)
    except NotFound:  # a job that ended just now
        pass


def rebuild(opened: SmallLibrary) -> None:
    """Every knowledge base with the embedding model of this process."""
    for kb in opened.library.knowledge_bases():
        if opened.library.mismatch(kb):
            opened.jobs.wait([opened.library.rebuild(kb).id])


def written(choices: random.Random) -> str:
    """Sentences of made-up words: mostly a page, sometimes a book."""
    sentences = choices.choice([1, 5, 20, 60, 400])
    return " ".join(
        " ".join(choices.choices(VOCABULARY, k=choices.randint(4, 20))) + "."
        for _ in range(sentences)
    )


def say(*words: str) -> None:
    print(*words, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
