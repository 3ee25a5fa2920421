"""The command line: what scripts, operators and tests use. One JSON object with --json."""

import argparse
import io
import json
import logging
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from assistant import cli_evaluation, cli_training
from assistant import cli_results as results
from assistant.doctor import examine
from assistant.errors import AssistantError, BadInput, UnreadableFile
from assistant.library import READABLE
from assistant.settings import Settings
from assistant.workspace import Workspace, open_workspace
from store.errors import StoreError
from store.records import Job, JobState
from store.serialization import to_json

log = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code: 0 done, 1 a known error, 2 wrong usage."""
    given = _parser().parse_args(arguments, argparse.Namespace(home=None, json=False))
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    os.environ.setdefault("TQDM_DISABLE", "1")
    code: int
    try:
        code, result = given.run(given, _settings(given))
    except (AssistantError, StoreError) as error:
        code, result = 1, {"error": str(error)}
    except KeyboardInterrupt:
        code, result = 1, {"error": "Stopped; files that were not finished are taken up again."}
    except Exception:
        log.exception("the command failed")
        code, result = 1, {"error": "The command failed because of a fault in Openbook."}
    _print(result, as_json=given.json)
    return code


def _print(result: dict[str, Any], *, as_json: bool) -> None:
    if isinstance(sys.stdout, io.TextIOWrapper):  # names may hold what the terminal cannot show
        sys.stdout.reconfigure(errors="backslashreplace")
    if as_json:
        print(json.dumps(result, ensure_ascii=False))
        return
    if text := results.as_text(result):
        print(text)
    if "error" in result:
        print(result["error"], file=sys.stderr)


Outcome = tuple[int, dict[str, Any]]


def _add(given: argparse.Namespace, settings: Settings) -> Outcome:
    files = list(_files(given.paths))
    if not files:
        raise BadInput(f"{', '.join(given.paths)}: no PDF, plain text or Markdown file is in it.")
    with results.stopwatch() as watch, _workspace(settings, work=True) as workspace:
        rows, jobs = list[dict[str, Any]](), list[Job]()
        for path in files:
            try:
                jobs.append(
                    workspace.library.add(path.name, path, kb=given.kb, password=given.password)
                )
            except UnreadableFile as error:
                rows.append(results.refused(path.name, str(error)))
        done = workspace.jobs.wait([job.id for job in jobs])
        rows += [results.ingested(workspace, job) for job in done]
    result = {"documents": rows, "seconds": watch(), "stages": results.stages(done)}
    if all(row["status"] == "failed" for row in rows):
        return 1, {**result, "error": rows[0]["reason"]}
    return 0, result


def _list(given: argparse.Namespace, settings: Settings) -> Outcome:
    with _workspace(settings) as workspace:
        return 0, {"documents": [to_json(d) for d in workspace.library.documents(given.kb)]}


def _remove(given: argparse.Namespace, settings: Settings) -> Outcome:
    with _workspace(settings) as workspace:
        documents = [workspace.library.document(i) for i in dict.fromkeys(given.ids)]
        for document in documents:
            workspace.library.remove(document.id)
        workspace.store.tidy()
        return 0, {"documents": [to_json(d) for d in documents]}


def _search(given: argparse.Namespace, settings: Settings) -> Outcome:
    queries = _questions(given, given.query, given.queries)
    if not all(query["text"].strip() for query in queries):
        raise BadInput("The query is empty; say what to look for.")
    with _workspace(settings) as workspace:
        return 0, {"results": [results.search(workspace, q, given) for q in queries]}


def _ask(given: argparse.Namespace, settings: Settings) -> Outcome:
    questions = _questions(given, given.question, given.questions)
    with _workspace(settings) as workspace:
        answers = [_answer(workspace, question, given) for question in questions]
    if answers and all(answer["error"] for answer in answers):
        return 1, {"answers": answers, "error": answers[0]["error"]}
    return 0, {"answers": answers}


def _answer(
    workspace: Workspace, question: dict[str, Any], given: argparse.Namespace
) -> dict[str, Any]:
    try:
        answer = workspace.ask(
            question["text"], kb=given.kb, model=given.model, retrieval=not given.no_retrieval
        )
    except BadInput as error:
        return results.unanswered(question, str(error))
    return results.answer(question, answer.wait())


def _trace(given: argparse.Namespace, settings: Settings) -> Outcome:
    with _workspace(settings) as workspace:
        trace: dict[str, Any] = to_json(workspace.traces.get(given.id))
        return 0, trace


def _models(given: argparse.Namespace, settings: Settings) -> Outcome:
    with _workspace(settings) as workspace:
        return 0, {"models": [results.model(entry) for entry in workspace.models.values()]}


def _rebuild(given: argparse.Namespace, settings: Settings) -> Outcome:
    with _workspace(settings, work=True) as workspace:
        job = workspace.library.rebuild(given.kb)
        [done] = workspace.jobs.wait([job.id])
    result = {"knowledge_base": done.kb, "status": str(done.state), "reason": done.reason or None}
    if done.state is not JobState.READY:
        return 1, {**result, "error": done.reason}
    return 0, result


def _doctor(given: argparse.Namespace, settings: Settings) -> Outcome:
    checks = examine(settings)
    wrong = [check["found"] for check in checks if not check["ok"]]
    return (1, {"checks": checks, "error": wrong[0]}) if wrong else (0, {"checks": checks})


def _workspace(settings: Settings, *, work: bool = False) -> "results.Closing[Workspace]":
    return results.Closing(open_workspace(settings, role="the command line", work=work))


def _settings(given: argparse.Namespace) -> Settings:
    if given.home:
        return Settings.from_environment(home=Path(given.home))
    return Settings.from_environment()


def _files(paths: Sequence[str]) -> Iterator[Path]:
    """Files as given, and every readable file of the folders given."""
    for name in paths:
        path = Path(name)
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.is_file())
            yield from (p for p in inside if p.name.lower().endswith(READABLE))
        elif path.is_file():
            yield path
        else:
            raise BadInput(f"{name}: there is no such file or folder.")


def _questions(
    given: argparse.Namespace, words: list[str], file: str | None
) -> list[dict[str, Any]]:
    if bool(words) == bool(file):
        given.misused("give either a text or a file of them, one JSON object a line")
    if file is None:
        return [{"id": None, "text": " ".join(words)}]
    try:
        lines = Path(file).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{file} cannot be read ({error}).") from error
    numbered = [(number, line) for number, line in enumerate(lines, start=1) if line.strip()]
    return [_question(file, number, line) for number, line in numbered]


def _question(file: str, number: int, line: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
        text = value.get("text") or value.get("question")
        if isinstance(text, str):
            return {"id": value.get("id"), "text": text}
    except (ValueError, AttributeError):
        pass
    raise BadInput(f'{file}, line {number}: not an object with "id" and "text".')


def _parser() -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    shared.add_argument("--home", help="data directory (default: OPENBOOK_HOME or ~/.openbook)")
    shared.add_argument("--json", action="store_true", help="print one JSON object")
    parser = argparse.ArgumentParser(
        prog="python -m assistant", description=__doc__, parents=[shared]
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Any, help: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=help, parents=[shared])
        made.set_defaults(run=run, misused=made.error)
        made.add_argument("--kb", help="knowledge base (default: library)")
        return made

    add = command("add", _add, "take files or folders into the library")
    add.add_argument("paths", nargs="+", metavar="PATH")
    add.add_argument("--password", help="for encrypted PDFs")
    command("list", _list, "list the documents")
    remove = command("remove", _remove, "erase documents")
    remove.add_argument("ids", nargs="+", metavar="ID")
    search = command("search", _search, "find passages")
    search.add_argument("query", nargs="*")
    search.add_argument("--queries", metavar="FILE.jsonl", help='{"id", "text"} a line')
    search.add_argument("-k", type=_count, default=10, help="hits per query")
    ask = command("ask", _ask, "answer a question from the documents")
    ask.add_argument("question", nargs="*")
    ask.add_argument("--questions", metavar="FILE.jsonl", help='{"id", "text"} a line')
    ask.add_argument("--model", help="see the command models")
    ask.add_argument("--no-retrieval", action="store_true", help="answer without documents")
    command("trace", _trace, "show why an answer came out so").add_argument("id")
    command("models", _models, "list the models")
    train = command("train", cli_training.train, "fine-tune a model on a file of examples")
    cli_training.add_arguments(train)
    evaluate = command("evaluate", cli_evaluation.evaluate, "measure how well passages are found")
    cli_evaluation.add_arguments(evaluate)
    command("rebuild", _rebuild, "make the vectors with the embedding model now set")
    command("doctor", _doctor, "check what is installed and usable")
    return parser


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return int(text)
