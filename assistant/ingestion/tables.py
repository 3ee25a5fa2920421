"""Tables: zones of rows whose cells stand in columns, and the rows that head them."""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.ingestion.cells import Cell, cells_of, is_marked
from assistant.ingestion.rows import Row

Columns = list[tuple[float, float]]
Cells = list[Cell | None]
"""The cells of a row, one per column."""

_LOOSE_ROWS = 6
_FAR = 3.0


@dataclass(slots=True)
class TableRow:
    """A row of a table; `section` says that it names a part of the table, not a column."""

    cells: Cells
    top: float
    bottom: float
    size: float
    section: bool = False


@dataclass(slots=True)
class Table:
    """Rows `first` to `last` of a region; the topmost `headers` name the columns."""

    first: int
    last: int
    columns: Columns
    rows: list[TableRow]
    headers: int = 0


def find_tables(rows: Sequence[Row]) -> list[Table]:
    """The tables among the rows of one column of a page, from top to bottom."""
    if sum(1 for row in rows if len(row.pieces) > 1) < 2:
        return []
    cells = [cells_of(row) for row in rows]
    tabular = [_is_tabular(row, cells[place]) for place, row in enumerate(rows)]
    tables: list[Table] = []
    place = 0
    while place < len(rows):
        if tabular[place]:
            last = _zone_end(rows, cells, tabular, place)
            table = _table(rows, cells, tabular, place, last, tables)
            if table is not None:
                tables.append(table)
                place = table.last
        place += 1
    return tables


def _is_tabular(row: Row, cells: Sequence[Cell]) -> bool:
    if len(cells) < 2:
        return False
    if len(cells) == 2 and is_marked(cells):
        return False
    if any(cell.numeric for cell in cells[1:]):
        return True
    gap = max(b.left - a.right for a, b in zip(cells, cells[1:], strict=False))
    return gap > 1.4 * row.size


def _zone_end(
    rows: Sequence[Row], cells: Sequence[list[Cell]], tabular: Sequence[bool], first: int
) -> int:
    """The last row that belongs with the tabular row `first`."""
    last, loose, most = first, 0, 0
    inner = width = 0.0
    for place in range(first + 1, len(rows)):
        above, row = rows[place - 1], rows[place]
        if row.top - above.bottom > _FAR * max(row.size, above.size):
            break
        if tabular[place - 1] and len(cells[place - 1]) >= most:
            most, inner = len(cells[place - 1]), cells[place - 1][1].left
            width = above.right - above.left
        if tabular[place]:
            last, loose = place, 0
            continue
        loose += 1
        if loose > _LOOSE_ROWS or row.right > inner + 0.1 * width or is_marked(cells[place]):
            break
    return last


def _table(
    rows: Sequence[Row], cells: Sequence[list[Cell]], tabular: Sequence[bool],
    first: int, last: int, before: Sequence[Table],
) -> Table | None:  # fmt: skip
    inside = [cells[k] for k in range(first, last + 1) if tabular[k]]
    columns = _columns(inside)
    if len(inside) < 2 or len(columns) < 2:
        return None
    numeric = any(cell.numeric and not cell.year for row in inside for cell in row[1:])
    if not numeric and len(inside) < 3:
        return None
    floor = before[-1].last if before else -1
    first = _with_header_above(rows, cells, columns, first, floor)
    found = [_row(rows[k], cells[k], columns) for k in range(first, last + 1)]
    return Table(first, last, columns, found, _count_headers(found))


def _row(row: Row, cells: Sequence[Cell], columns: Columns) -> TableRow:
    aligned = _aligned(cells, columns)
    filled = [place for place, cell in enumerate(aligned) if cell]
    section = len(filled) == 1 and (
        filled[0] == 0 or _is_centred(row, columns[0][0], columns[-1][1])
    )
    over_all = len(columns) > 3 and _is_centred(row, columns[1][0], columns[-1][1])
    if len(filled) == 1 and filled[0] > 1 and not section and over_all:
        aligned[1], aligned[filled[0]] = aligned[filled[0]], None
    return TableRow(aligned, row.top, row.bottom, row.size, section)


def _is_centred(row: Row, left: float, right: float) -> bool:
    return abs(row.left + row.right - left - right) < 3 * row.size


def _columns(rows: Sequence[Sequence[Cell]]) -> Columns:
    """Where the columns are: the spans of cells in the rows that have the most of them."""
    most = max(len(row) for row in rows)
    full = [row for row in rows if len(row) >= 0.7 * most]
    spans = sorted((cell.left, cell.right) for row in full for cell in row)
    columns: Columns = []
    for left, right in spans:
        if columns and left < columns[-1][1] - 0.5:
            columns[-1] = (columns[-1][0], max(columns[-1][1], right))
        else:
            columns.append((left, right))
    return columns


def _aligned(cells: Sequence[Cell], columns: Columns) -> Cells:
    """One entry per column; cells that fall into the same column are put together."""
    aligned: Cells = [None] * len(columns)
    place = 0
    for cell in cells:
        place = max(place, _column(cell, columns))
        held = aligned[place]
        if held is None:
            aligned[place] = Cell(list(cell.pieces), cell.left, cell.right)
        else:
            aligned[place] = Cell(held.pieces + cell.pieces, held.left, cell.right)
    return aligned


def _column(cell: Cell, columns: Columns) -> int:
    """The first column a cell overlaps, else the nearest one."""
    for place, (left, right) in enumerate(columns):
        if min(cell.right, right) - max(cell.left, left) > 0:
            return place
    middle = (cell.left + cell.right) / 2
    return min(range(len(columns)), key=lambda k: abs((columns[k][0] + columns[k][1]) / 2 - middle))


def _with_header_above(
    rows: Sequence[Row], cells: Sequence[list[Cell]],
    columns: Columns, first: int, floor: int,
) -> int:  # fmt: skip
    """The first row when lines that stand over the columns only are counted in."""
    while first - 1 > floor:
        row = rows[first - 1]
        far = rows[first].top - row.bottom > 1.2 * max(row.size, rows[first].size)
        if far or cells[first - 1][0].left < columns[1][0] - 2.5 * row.size:
            break
        if len(cells[first - 1]) == 1 and _is_centred(row, columns[0][0], columns[-1][1]):
            break
        first -= 1
    return first


def _count_headers(rows: Sequence[TableRow]) -> int:
    """How many rows at the top name the columns rather than fill them."""
    values = [_has_values(row.cells) for row in rows]
    if any(values):
        count = values.index(True)
        while count and rows[count - 1].section:
            count -= 1
        return count if count <= 6 else 0
    first = [cell for cell in rows[0].cells if cell]
    bold = all(piece.bold for cell in first for piece in cell.pieces)
    others = [cell for row in rows[1:] for cell in row.cells if cell]
    plain = not all(piece.bold for cell in others for piece in cell.pieces)
    return 1 if bold and plain and len(first) > 1 else 0


def _has_values(cells: Cells) -> bool:
    return any(cell.numeric and not cell.year for cell in cells[1:] if cell)
