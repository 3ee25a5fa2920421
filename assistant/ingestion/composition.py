"""From laid-out drafts to a `Page`: one text with blocks, and words with their boxes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from assistant.ingestion.hyphens import Vocabulary, is_break
from assistant.ingestion.lines import Piece
from store.records import Block, BlockKind, Box, Page, PageSource, Word


@dataclass(slots=True)
class Draft:
    """A block before it has its place: the pieces of its cells, one unless it is a table row."""

    kind: BlockKind
    cells: list[list[Piece]]
    header: str = ""
    level: int = 0


class _Writer:
    """Page text under construction."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.parts: list[str] = []
        self.length = 0
        self.words: list[Word] = []
        self._vocabulary = vocabulary

    def put(self, text: str) -> None:
        """Add text that is no word: what stands between words."""
        self.parts.append(text)
        self.length += len(text)

    def word(self, before: str, text: str, box: Box) -> None:
        """Add a word, what stands before it, and where it stands."""
        start = self.length + len(before)
        self.length = start + len(text)
        self.parts += (before, text)
        self.words.append(Word(start, self.length, box))

    def cell(self, pieces: Sequence[Piece]) -> None:
        """Write pieces one after the other, with words broken between them joined."""
        glue = ""
        for piece, after in zip_longest(pieces, pieces[1:]):
            last = len(piece.words) - 1
            for place, (text, box, _, _, glued) in enumerate(piece.words):
                before = glue if place == 0 else "" if glued else " "
                if place == last and after is not None:
                    glue = " "
                    if is_break(text, after.words[0].text, piece.broken):
                        glue = ""
                        if not self._vocabulary.keeps_hyphen(text, after.words[0].text):
                            text = text[:-1]
                self.word(before, text, box)


def compose(
    number: int,
    drafts: Iterable[Draft],
    vocabulary: Vocabulary,
    size: tuple[float, float],
    *,
    label: str | None = None,
    source: PageSource = PageSource.TEXT,
    confidence: float | None = None,
) -> Page:
    """The page made of these drafts, in this order."""
    writer = _Writer(vocabulary)
    blocks: list[Block] = []
    for draft in drafts:
        if blocks:
            writer.put("\n")
        start = writer.length
        for place, cell in enumerate(draft.cells):
            if place:
                writer.put("\t")
            writer.cell(cell)
        blocks.append(Block(start, writer.length, draft.kind, draft.header, draft.level))
    text = "".join(writer.parts)
    return Page(
        number, text, label, *size, source, confidence, tuple(blocks), tuple(writer.words)
    )  # fmt: skip


def words_of(pieces: Iterable[Piece]) -> Iterator[str]:
    """The text of all words."""
    return (word.text for piece in pieces for word in piece.words)
