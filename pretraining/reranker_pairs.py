"""Questions with a passage that answers each and hard ones that do not, to train the reranker on.

`python -m pretraining.reranker_pairs DATA --work DIR --out groups.jsonl`. One JSON object a line:
`source`, `question`, `passage` (that answers, null if none is known), `answer` (its start and end
in the passage, null if not one span) and `others` (passages that do not answer, nearest first);
`asks` is false where a heading stands for the question, `whole` is true where the passage is a
table.
SQuAD's training articles are searched as the product searches; other passages by their vectors.
"""

import argparse
import gzip
import json
import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from assistant.models.embedding import SentenceEmbeddings
from assistant.retrieval.retriever import METHODS, RERANKER
from assistant.settings import Settings
from assistant.workspace import Workspace, open_workspace
from benchmarks.answers import plain, write_articles
from pretraining.made_up_tables import Tables
from store.records import Chunk, embedded_text

OTHERS = 8  # passages kept that do not answer
NEAR = 40  # passages looked through for them
HEADINGS = 4000  # of documentation and handbooks
TABLES = 4000  # questions about made-up ones
FINDING = set(METHODS) - {RERANKER}

Group = dict[str, Any]
_DETACHED = re.compile(r" (?=[,.;:?!%)\]}]|'s\b|n't\b|'\w)|(?<=[(\[{$£€]) | (?=-)|(?<=-) ")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    settings = Settings.from_environment(home=given.work / "home")
    workspace = open_workspace(settings, role="pretraining")
    try:
        with given.out.open("w", encoding="utf-8") as out:
            for group in groups(given.data, given.work, workspace):
                print(json.dumps(group, ensure_ascii=False), file=out)
    finally:
        workspace.close()


def groups(data: Path, work: Path, workspace: Workspace) -> Iterator[Group]:
    """All groups, source after source."""
    yield from of_articles(
        _rows(data / "squad" / "train-v1.1-44articles.jsonl.gz"), work, workspace
    )
    yield from Tables(seed=0).groups(TABLES)
    instructions = data / "instructions"
    for source, rows in (
        ("squad", of_squad(_rows(data / "squad" / "train-v1.1-sample-tokenised.jsonl.gz"))),
        ("clapnq", of_clapnq(_rows(instructions / "clapnq_dev_A.jsonl"))),
        ("t0", of_t0(_rows(instructions / "t0_extractive_qa.jsonl.gz"))),
        ("pubmedqa", of_pubmedqa(_rows(instructions / "pubmedqa_dev500.jsonl.gz"))),
        ("prose", of_headings(_lines(data / "prose" / "paragraphs.jsonl.gz"))),
    ):
        found = list(rows)
        yield from with_nearest(source, found, workspace.embeddings)
        print(f"{source}: {len(found)}", flush=True)


def of_articles(
    rows: Sequence[dict[str, Any]], work: Path, workspace: Workspace
) -> Iterator[Group]:
    """SQuAD questions with the chunks that the product finds for them."""
    files = write_articles(rows, work / "articles")
    texts = {path.name: path.read_text(encoding="utf-8") for path in files}
    titles = list(dict.fromkeys(row["title"] for row in rows))
    names = dict(zip(titles, texts, strict=True))
    jobs = [workspace.library.add(path.name, path) for path in files]
    workspace.jobs.wait([job.id for job in jobs])
    kb = workspace.settings.kb
    spans: dict[str, list[tuple[int, Chunk]]] = {}
    for document in workspace.library.documents():
        text = texts[document.name]
        chunks = workspace.store.documents.chunks(document.id)
        spans[document.name] = [(text.index(chunk.text), chunk) for chunk in chunks]
    for row in rows:
        name = names[row["title"]]
        answer = row["answers"][0]
        start = texts[name].index(row["context"]) + answer["start"]
        end = start + len(answer["text"])
        holding = [
            (chunk, start - first)
            for first, chunk in spans[name]
            if first <= start and end <= first + len(chunk.text)
        ]
        hits = workspace.retriever.search(row["question"], kb=kb, k=NEAR, methods=FINDING)
        if not holding:
            continue
        places = {hit.chunk.id: place for place, hit in enumerate(hits)}
        chunk, at = min(holding, key=lambda pair: places.get(pair[0].id, NEAR))
        at += len(embedded_text(chunk)) - len(chunk.text)
        others = [embedded_text(h.chunk) for h in hits if not _says(h.chunk.text, row["answers"])]
        yield {
            "source": row["title"],
            "question": row["question"].strip(),
            "passage": embedded_text(chunk),
            "answer": [at, at + len(answer["text"])],
            "others": others[:OTHERS],
        }


def of_squad(rows: Sequence[dict[str, Any]]) -> Iterator[Group]:
    """Questions whose text was cut into tokens, put together again."""
    for row in rows:
        passage, answer = joined(row["context"]), joined(row["answers"][0]["text"])
        at = passage.find(answer)
        span = [at, at + len(answer)] if at >= 0 else None
        yield {"question": joined(row["question"]), "passage": passage, "answer": span}


def of_clapnq(rows: Sequence[dict[str, Any]]) -> Iterator[Group]:
    """Natural questions; those that their passage does not answer have it among the others."""
    for row in rows:
        passage = f"{row['title']}\n{joined(row['passage'])}"
        group: Group = {"question": row["question"], "passage": None, "answer": None}
        if row["answerable"]:
            said = [joined(sentence) for one in row["selected_sentences"] for sentence in one]
            at = passage.find(said[0]) if said else -1
            group["passage"] = passage
            group["answer"] = [at, at + len(said[0])] if at >= 0 else None
        else:
            group["others"] = [passage]
        yield group


def of_t0(rows: Sequence[dict[str, Any]]) -> Iterator[Group]:
    """Adversarial and coreference questions whose answer stands in their text."""
    for row in rows:
        if not row.get("question") or row["completion"] not in row["context"]:
            continue
        words = row["context"].split()
        at = row["context"].index(row["completion"])
        first = max(0, len(row["context"][:at].split()) - 80)
        passage = " ".join(words[first : first + 160])
        at = passage.find(row["completion"])
        if at >= 0:
            span = [at, at + len(row["completion"])]
            yield {"question": row["question"], "passage": passage, "answer": span}


def of_pubmedqa(rows: Sequence[dict[str, Any]]) -> Iterator[Group]:
    """Questions of research, answered by their abstract as a whole."""
    for row in rows:
        words = " ".join(row["contexts"]).split()
        yield {"question": row["question"], "passage": " ".join(words[:160]), "answer": None}


def of_headings(rows: Sequence[dict[str, Any]]) -> Iterator[Group]:
    """The first paragraph under a heading, of some files as a whole: people also search by what
    something is called, and paragraphs of one file are the hardest to tell apart."""
    by_file: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for row in rows:
        heading, text = row["heading"] or "", " ".join(row["text"].split()[:160])
        if len(heading.split()) > 1 and len(text.split()) >= 25:
            by_file[row["source"], row["path"]].setdefault(heading, text)
    files = list(by_file.items())
    random.Random(0).shuffle(files)
    found = [(path, *paragraph) for (_, path), under in files for paragraph in under.items()]
    for path, heading, text in found[:HEADINGS]:
        title = Path(path).stem.replace("-", " ").replace("_", " ")
        question = heading if len(heading.split()) > 2 else f"{title} {heading}"
        yield {"question": question, "passage": text, "answer": None, "asks": False}


def with_nearest(
    source: str, found: Sequence[Group], embeddings: SentenceEmbeddings
) -> Iterator[Group]:
    """The groups, each with the passages of the others that are nearest to its question."""
    passages = list(dict.fromkeys(one["passage"] for one in found if one["passage"]))
    nearness = embeddings.encode([one["question"] for one in found]) @ embeddings.encode(passages).T
    for one, row in zip(found, nearness, strict=True):
        answer = one["answer"] and one["passage"][slice(*one["answer"])]
        others = [
            passages[place]
            for place in np.argsort(-row)[:NEAR]
            if passages[place] != one["passage"]
            and not (answer and _says(passages[place], [{"text": answer}]))
        ]
        own = one.get("others", [])
        yield {"source": source, **one, "others": [*own, *others[:OTHERS]]}


def joined(text: str) -> str:
    """Tokenised text as people write it."""
    text = re.sub(r"(``|'') ?|\" ([^\"]*) \"", lambda m: f'"{m[2]}"' if m[2] else '"', text)
    return _DETACHED.sub("", text)


def _says(text: str, answers: Sequence[dict[str, Any]]) -> bool:
    return any(f" {plain(answer['text'])} " in f" {plain(text)} " for answer in answers)


def _rows(path: Path) -> list[dict[str, Any]]:
    rows = _lines(path)
    random.Random(0).shuffle(rows)
    return rows


def _lines(path: Path) -> list[dict[str, Any]]:
    opened = gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open()
    with opened as lines:
        return [json.loads(line) for line in lines]


if __name__ == "__main__":
    main()
