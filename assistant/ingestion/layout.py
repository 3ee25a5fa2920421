"""Layout of a page: from pieces in file order to drafts of blocks in reading order."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from assistant.ingestion.composition import Draft
from assistant.ingestion.lines import Piece
from assistant.ingestion.paragraphs import Style, join_across, paragraphs, with_plain_headings
from assistant.ingestion.reading_order import regions
from assistant.ingestion.rows import Row, file_rows, rows_of, without_stray_marks
from assistant.ingestion.table_rows import TableMemory
from assistant.ingestion.tables import find_tables


@dataclass
class Layout:
    """What laying out one page tells the next: body font size, last table."""

    style: Style
    tables: TableMemory = field(default_factory=TableMemory)

    def drafts(self, pieces: Sequence[Piece]) -> list[Draft]:
        """The blocks of one page in reading order."""
        by_angle: dict[int, list[Piece]] = defaultdict(list)
        for piece in without_stray_marks(pieces):
            by_angle[piece.angle].append(piece)
        drafts: list[Draft] = []
        for _, group in sorted(by_angle.items(), key=lambda item: -len(item[1])):
            if group[0].angle % 90:
                drafts += paragraphs(file_rows(group), self.style)
                continue
            for region in regions(group):
                drafts += self._region(region)
        return with_plain_headings(join_across(drafts))

    def _region(self, region: list[Piece]) -> list[Draft]:
        """One column: its tables where they stand, paragraphs around them."""
        rows = rows_of(region)
        drafts: list[Draft] = []
        done = 0
        for table in find_tables(rows):
            if found := self.tables.drafts(table):
                drafts += self._flow(rows[done : table.first]) + found
                done = table.last + 1
        return drafts + self._flow(rows[done:])

    def _flow(self, rows: Sequence[Row]) -> list[Draft]:
        pieces = sorted((p for row in rows for p in row.pieces), key=lambda p: p.order)
        return paragraphs(file_rows(_flow_order(pieces)), self.style)


def _flow_order(pieces: list[Piece]) -> list[Piece]:
    """File order, but a run that stands wholly above another comes before it."""
    runs: list[list[Piece]] = []
    for piece in pieces:
        if runs and piece.bottom > runs[-1][-1].middle:
            runs[-1].append(piece)
        else:
            runs.append([piece])
    if len(runs) < 2:
        return pieces
    placed: list[tuple[float, float, list[Piece]]] = []
    for run in runs:
        top, bottom = min(p.top for p in run), max(p.bottom for p in run)
        size = run[0].size
        place = len(placed)
        for k, (other_top, _, _) in enumerate(placed):
            if bottom <= other_top + 0.3 * size:
                place = k
                break
        placed.insert(place, (top, bottom, run))
    return [piece for _, _, run in placed for piece in run]
