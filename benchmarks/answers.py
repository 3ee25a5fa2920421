"""How good the answers are: right pages, true quotes, gold answers, refusals.

Takes real documents into fresh homes and asks real questions through the workspace, as a person
would. `DATA` is a folder with `pdfs/northwind` and `squad`; figures go to standard output.
"""

import argparse
import gzip
import json
import random
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
from pypdf import PdfReader

from assistant.settings import Settings
from assistant.workspace import Workspace, open_workspace
from store.answer_records import Message

QUESTIONS = 500


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--work", type=Path, required=True, help="a folder to work in")
    parser.add_argument("--limit", type=int, default=QUESTIONS, help="SQuAD questions asked")
    parser.add_argument("--model", help="who answers; the default model when not given")
    given = parser.parse_args()
    answerable = squad(given.data / "squad" / "dev-v2.0-A.jsonl.gz")
    articles = write_articles(answerable, given.work / "articles")
    asked = random.Random(0).sample(
        [row for row in answerable if not row["is_impossible"]], given.limit
    )
    northwind_files = given.data / "pdfs" / "northwind"
    figures = northwind(northwind_files, given.work / "northwind", asked, given.model)
    figures |= articles_answered(articles, given.work / "squad", asked, given.model)
    for name, (share, many) in figures.items():
        print(f"{name}: {share:.1%} of {many}")


def northwind(
    folder: Path, home: Path, off_topic: Sequence[dict[str, Any]], model: str | None
) -> dict[str, tuple[float, int]]:
    """Right pages, verbatim quotes, wrong refusals; and off-topic questions refused."""
    lines = (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line) for line in lines]
    pages = PageTexts(folder / "docs")
    right: list[bool] = []
    verbatim: list[bool] = []
    refused: list[bool] = []
    with Open(home, sorted((folder / "docs").glob("*.pdf"))) as workspace:
        for question in questions:
            message = workspace.ask(question["question"], model=model).wait()
            refused.append(message.refused)
            verbatim += [pages.holds(c.document, c.page, c.quote) for c in message.citations]
            if len(question["citations"]) == 1:
                wanted = question["citations"][0]
                right.append(cites(message, wanted["doc"], wanted["page_1based"]))
                if not right[-1]:
                    print("wrong page:", question["question"], wanted, shown(message))
        away = [workspace.ask(row["question"], model=model).wait().refused for row in off_topic]
    return {
        "northwind, one-page questions: right page cited": mean(right),
        "northwind: quotes verbatim on their page": mean(verbatim),
        "northwind: wrongly refused": mean(refused),
        "SQuAD questions on northwind: refused": mean(away),
    }


def articles_answered(
    articles: Sequence[Path], home: Path, asked: Sequence[dict[str, Any]], model: str | None
) -> dict[str, tuple[float, int]]:
    """Answers that contain a gold answer, sentences per answer, wrong refusals."""
    gold: list[bool] = []
    refused: list[bool] = []
    sentences = 0
    with Open(home, articles) as workspace:
        for row in asked:
            message = workspace.ask(row["question"], model=model).wait()
            refused.append(message.refused)
            sentences += len(message.sentences)
            gold.append(any(plain(a["text"]) in plain(message.text) for a in row["answers"]))
    print(f"SQuAD: {sentences / len(asked):.2f} sentences an answer")
    return {"SQuAD: contains a gold answer": mean(gold), "SQuAD: wrongly refused": mean(refused)}


class Open:
    """A workspace that holds these files, taken in unless the home has them."""

    def __init__(self, home: Path, files: Sequence[Path]) -> None:
        self._workspace = open_workspace(Settings.from_environment(home=home), role="a benchmark")
        jobs = [self._workspace.library.add(path.name, path) for path in files]
        self._workspace.jobs.wait([job.id for job in jobs])

    def __enter__(self) -> Workspace:
        return self._workspace

    def __exit__(self, *_: object) -> None:
        self._workspace.close()


class PageTexts:
    """The text of PDF pages as pdfium and pypdf give it, to check quotes against."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._texts: dict[tuple[str, int], list[str]] = {}

    def holds(self, document: str, page: int | None, quote: str) -> bool:
        """Whether the quote stands on the page, spaces aside, by either library."""
        if page is None:
            return False
        key = (document, page)
        if key not in self._texts:
            path = self._folder / document
            opened = pdfium.PdfDocument(path)
            by_pdfium = opened[page - 1].get_textpage().get_text_range()
            by_pypdf = PdfReader(path).pages[page - 1].extract_text()
            self._texts[key] = [squeezed(by_pdfium), squeezed(by_pypdf)]
        return any(squeezed(quote) in text for text in self._texts[key])


def squad(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def write_articles(rows: Sequence[dict[str, Any]], folder: Path) -> list[Path]:
    """One text file per article, its paragraphs in order."""
    folder.mkdir(parents=True, exist_ok=True)
    articles: dict[str, dict[str, str]] = {}
    for row in rows:
        articles.setdefault(row["title"], {})[row["context_id"]] = row["context"]
    paths = []
    for title, paragraphs in articles.items():
        paths.append(folder / f"{re.sub('[^A-Za-z0-9]+', '_', title)}.txt")
        paths[-1].write_text("\n\n".join(paragraphs.values()), encoding="utf-8")
    return paths


def cites(message: Message, document: str, page: int) -> bool:
    return any(c.document == document and c.page == page for c in message.citations)


def shown(message: Message) -> str:
    pages = [(c.document, c.page) for c in message.citations]
    return f"refused={message.refused} {pages}"


def plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def squeezed(text: str) -> str:
    return re.sub(r"[\s\u00ad\u0002\ufffe]+", "", text)


def mean(values: Sequence[bool]) -> tuple[float, int]:
    return sum(values) / max(1, len(values)), len(values)


if __name__ == "__main__":
    main()
