"""Rows of a table as drafts: lines of one cell put together, each row with its header."""

from collections.abc import Sequence

from assistant.ingestion.cells import Cell
from assistant.ingestion.composition import Draft
from assistant.ingestion.lines import Piece
from assistant.ingestion.tables import Cells, Columns, Table, TableRow
from store.records import BlockKind


class TableMemory:
    """Turns tables into drafts, and keeps the header for a table that goes on further down."""

    def __init__(self) -> None:
        self._columns: Columns = []
        self._header = ""

    def drafts(self, table: Table) -> list[Draft]:
        """One draft per row; a table without a header takes that of the one it continues.

        None at all when the cells run on in the file across its rows: then it is text in columns.
        """
        filled = merged(table.rows[table.headers :], heads=False)
        if sum(1 for cells in filled if not _is_in_file_order(cells)) > 0.3 * len(filled):
            return []
        header = _header_text(table)
        if not header and _alike(table.columns, self._columns):
            header = self._header
        self._columns, self._header = table.columns, header
        named = merged(table.rows[: table.headers], heads=True)
        drafts = [Draft(BlockKind.TABLE_ROW, _kept(cells)) for cells in named]
        return drafts + [Draft(BlockKind.TABLE_ROW, _kept(cells), header) for cells in filled]


def _kept(cells: Cells) -> list[list[Piece]]:
    """The pieces of the cells from the first filled one to the last."""
    filled = [place for place, cell in enumerate(cells) if cell]
    return [cell.pieces if cell else [] for cell in cells[filled[0] : filled[-1] + 1]]


def _is_in_file_order(cells: Cells) -> bool:
    orders = [piece.order for cell in cells if cell for piece in cell.pieces]
    return all(a <= b <= a + 1 for a, b in zip(orders, orders[1:], strict=False))


def merged(rows: Sequence[TableRow], *, heads: bool) -> list[Cells]:
    """Rows with the lines that wrapped inside their cells put together again.

    Only where the file has the lines of a cell one after the other, so that no word moves.
    """
    done: list[Cells] = []
    before: TableRow | None = None
    for row in rows:
        close = before is not None and _is_close(before, row, heads)
        cells = _joined(done[-1], row.cells) if close else None
        if cells is not None and (heads or _continues(done[-1], row.cells)):
            done[-1] = cells
        else:
            done.append(row.cells)
        before = row
    return done


def _is_close(before: TableRow, row: TableRow, heads: bool) -> bool:
    gap, size = row.top - before.bottom, min(before.size, row.size)
    if heads:
        return gap < 1.2 * size
    return gap < 0.5 * size and abs(before.size - row.size) < 0.1 * row.size


def _joined(above: Cells, below: Cells) -> Cells | None:
    """The cells of two rows put together, None where that would part words of the file."""
    joined: Cells = []
    for a, b in zip(above, below, strict=True):
        if a and b:
            if b.pieces[0].order != a.pieces[-1].order + 1:
                return None
            joined.append(Cell(a.pieces + b.pieces, min(a.left, b.left), max(a.right, b.right)))
        else:
            joined.append(a or b)
    return joined


def _continues(above: Cells, below: Cells) -> bool:
    """Whether a row only goes on with the texts of the row above it."""
    shared = [(a, b) for a, b in zip(above, below, strict=True) if a and b]
    if not shared:
        return False
    a, b = shared[0]
    if any(cell and cell.pieces[0].order > b.pieces[-1].order for cell in above):
        return True
    alone = sum(1 for cell in above if cell) == 1 or sum(1 for cell in below if cell) == 1
    opens = b.text[:1]
    return alone and not a.text.endswith(":") and (opens.islower() or opens in "(&")


def _alike(columns: Columns, others: Columns) -> bool:
    return len(columns) == len(others) and all(
        min(a[1], b[1]) > max(a[0], b[0]) for a, b in zip(columns, others, strict=True)
    )


def _header_text(table: Table) -> str:
    named = [row.cells for row in table.rows[: table.headers] if not row.section]
    texts = [
        " ".join(cell.text for cells in named if (cell := cells[place]) is not None)
        for place in range(len(table.columns))
    ]
    return "\t".join(texts) if any(texts) else ""
