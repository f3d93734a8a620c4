"""Small cells: which counts of a table may be shown, so that the others cannot be worked out.

A count of 1 to threshold - 1 is small. It is shown as SMALL ("<5"): everybody may know that it is
one of 1 … 4, and nobody may learn which. Where the totals would give it away, further counts are
KEPT: withheld, though they are not small. What a reader can work out from everything that is shown
is then exactly: the counts shown, and for each small one all of 1 … threshold - 1.

Totals of rows and of columns are taken as known to the reader, and none of them is small: rows
that are small go to one common row (`line` sees to it that their sum is not), small columns are
put together beforehand (`together`). Whether a reader can narrow a small count is decided exactly:
integer tables with given totals and bounds are flows, and a count can change by what flows around
it (Ahuja, Magnanti, Orlin, Network Flows, ch. 9; Cox 1995 for tables).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from enum import Enum
from heapq import nsmallest

from attrs import define, field


class Mark(Enum):
    """How a count is shown: as it is, as below the threshold, or not at all."""

    OPEN = "open"
    SMALL = "small"
    KEPT = "kept"


OPEN, SMALL, KEPT = Mark.OPEN, Mark.SMALL, Mark.KEPT
WITHOUT_END = 2**62
OFFERS = 16  # rectangles that are tried for one count
PATIENCE = 5_000  # looks at single counts; a larger table keeps a few more withheld than it must


def small(count: int, threshold: int) -> bool:
    return 0 < count < threshold


def together(counts: Sequence[int], threshold: int) -> list[list[int]]:
    """Places of the counts, those that are small put together with the next smallest until no
    group is small; groups in the order of their first place. A zero stays alone.

    >>> together([120, 3, 0, 40, 2], 5)
    [[0], [1, 4], [2], [3]]
    """
    groups = [[place] for place in range(len(counts))]

    def size(group: list[int]) -> int:
        return sum(counts[place] for place in group)

    while any(small(size(group), threshold) for group in groups):
        some = sorted((group for group in groups if size(group)), key=lambda g: (size(g), g))
        if len(some) == 1:
            break
        groups = [group for group in groups if group not in some[:2]] + [sorted(some[0] + some[1])]
    return sorted(groups)


def line(counts: Sequence[int], threshold: int) -> list[Mark] | None:
    """Marks of counts whose sum is known; None where only nothing at all can be shown.

    With S the sum of the withheld counts, k of them small and a kept (each at least the
    threshold), a small one can be any of 1 … threshold - 1 if the others can make up the rest:
    S - (threshold - 1) >= k - 1 + a * threshold and, without kept ones,
    S - 1 <= (k - 1) * (threshold - 1).
    """
    most = threshold - 1
    few = [place for place, count in enumerate(counts) if small(count, threshold)]
    if not few:
        return [OPEN] * len(counts)
    marks = [SMALL if place in few else OPEN for place in range(len(counts))]
    spare = sum(counts[place] for place in few) - len(few)  # above one each
    if most - 1 <= spare <= (len(few) - 1) * (most - 1):
        return marks
    large = sorted((count, place) for place, count in enumerate(counts) if count >= threshold)
    enough = [item for item in large if spare + item[0] - threshold >= most - 1]
    for count, place in enough[:1] or large:
        marks[place] = KEPT
        spare += count - threshold
        if spare >= most - 1:
            return marks
    return None


Place = tuple[int, int]  # row, column
Node = tuple[str, int]  # "row" or "column", its number


@define
class Edge:
    """A withheld count of a table between its bounds, as a reader knows them."""

    count: int
    least: int
    most: int


@define
class Flow:
    """Withheld counts as a network between rows and columns: raising a count is a flow from its row
    to its column, lowering it one back."""

    edges: dict[Place, Edge] = field(factory=dict)
    near: dict[Node, dict[Node, None]] = field(factory=dict)

    def put(self, row: int, column: int, edge: Edge) -> None:
        self.edges[row, column] = edge
        self.near.setdefault(("row", row), {})["column", column] = None
        self.near.setdefault(("column", column), {})["row", row] = None

    def drop(self, row: int, column: int) -> Edge:
        del self.near["row", row]["column", column], self.near["column", column]["row", row]
        return self.edges.pop((row, column))

    def movable(self, row: int, column: int, up: bool, wanted: int) -> int:
        """By how much (`wanted` at most) a withheld count can grow (`up`) or fall while every total
        and every bound stays: what can flow back from its column to its row, or the other way,
        through the other withheld counts."""
        mine = self.drop(row, column)
        ends = [("column", column), ("row", row)]
        start, end = ends if up else ends[::-1]
        moved, steps = 0, []
        while moved < wanted and (path := self.way(start, end)):
            step = min(wanted - moved, *(self.room(*pair) for pair in path))
            for here, there in path:
                edge, sign = self.between(here, there)
                edge.count += sign * step
                steps.append((edge, sign * step))
            moved += step
        for edge, change in steps:
            edge.count -= change
        self.put(row, column, mine)
        return moved

    def between(self, here: Node, there: Node) -> tuple[Edge, int]:
        """The count between two nodes; from row to column it grows, from column to row it falls."""
        if here[0] == "row":
            return self.edges[here[1], there[1]], 1
        return self.edges[there[1], here[1]], -1

    def room(self, here: Node, there: Node) -> int:
        edge, sign = self.between(here, there)
        return edge.most - edge.count if sign > 0 else edge.count - edge.least

    def way(self, start: Node, end: Node) -> list[tuple[Node, Node]]:
        """The shortest way along which something can still move; empty if there is none."""
        came: dict[Node, Node] = {start: start}
        queue = deque([start])
        while queue and end not in came:
            here = queue.popleft()
            for there in self.near.get(here, ()):
                if there not in came and self.room(here, there) > 0:
                    came[there] = here
                    queue.append(there)
        path: list[tuple[Node, Node]] = []
        node = end if end in came else start
        while node != start:
            path.append((came[node], node))
            node = came[node]
        return path


@define
class Grid:
    """Counts by row and column, marks in the same shape, rows that are dark: of these the total
    alone is shown.

    open_columns  columns whose total is known to the reader; the rest are bound by the rows alone
    weights       how dear a count of each column is to whoever reads the table
    """

    counts: list[list[int]]
    marks: list[list[Mark]]
    dark: set[int]
    open_columns: frozenset[int]
    threshold: int
    weights: tuple[int, ...] = ()
    flow: Flow = field(init=False, factory=Flow)

    def __attrs_post_init__(self) -> None:
        for row, marks in enumerate(self.marks):
            for column, mark in enumerate(marks):
                self.mark(row, column, mark)
        for row in self.dark:
            self.darken(row)
        # a row for all that the reader does not see takes up what moves between other columns
        for column in set(range(self.width)) - self.open_columns:
            self.flow.put(len(self.counts), column, Edge(WITHOUT_END // 2, 0, WITHOUT_END))

    def mark(self, row: int, column: int, mark: Mark) -> None:
        self.marks[row][column] = mark
        if (row, column) in self.flow.edges:
            self.flow.drop(row, column)
        if mark is not OPEN:
            least, most = (
                (1, self.threshold - 1) if mark is SMALL else (self.threshold, WITHOUT_END)
            )
            self.flow.put(row, column, Edge(self.counts[row][column], least, most))

    def darken(self, row: int) -> None:
        self.dark.add(row)
        for column, count in enumerate(self.counts[row]):
            self.flow.put(row, column, Edge(count, 0, WITHOUT_END))

    @property
    def width(self) -> int:
        return len(self.counts[0]) if self.counts else 0

    def withheld(self, row: int, column: int) -> bool:
        return row in self.dark or self.marks[row][column] is not OPEN

    def small_cells(self) -> Iterator[Place]:
        for row, counts in enumerate(self.counts):
            for column, count in enumerate(counts):
                if small(count, self.threshold):
                    yield row, column

    def safe(self, row: int, column: int) -> bool:
        """Whether the count may be any of 1 … threshold - 1 for all that is shown."""
        if not self.withheld(row, column):
            return False
        count = self.counts[row][column]
        return all(
            not wanted or self.flow.movable(row, column, up, wanted) >= wanted
            for up, wanted in ((True, self.threshold - 1 - count), (False, count - 1))
        )


def protect(
    counts: Sequence[Sequence[int]],
    threshold: int,
    dark: Sequence[int] = (),
    open_columns: frozenset[int] | None = None,
    weights: Sequence[int] = (),
) -> Grid:
    """Marks for a table whose totals by row and column are known and not small.

    dark          rows of which the total alone is shown, from the start
    open_columns  those whose totals are known; all of them unless given
    weights       what is withheld besides is the least of count times weight of its column
    First every small count is SMALL; where that is not enough, the counts of least weight that
    close a rectangle with it are KEPT; where no such rectangle is enough, its row goes dark, and
    with it the smallest other row. If all rows go dark, a small count can still be at least two
    numbers: its row and its column both hold something else, which can make room.
    """
    rows = [list(row) for row in counts]
    columns = frozenset(range(len(rows[0]))) if rows else frozenset()
    grid = Grid(
        rows,
        [[SMALL if small(count, threshold) else OPEN for count in row] for row in rows],
        set(dark),
        columns if open_columns is None else open_columns,
        threshold,
        tuple(weights) or (1,) * len(columns),
    )
    for row, column in list(grid.small_cells()):  # what is withheld for one helps every other
        while not grid.safe(row, column):
            if row not in grid.dark and close(grid, row, column):
                break
            if not darken(grid, row):
                break
    release(grid)
    return grid


def release(grid: Grid) -> None:
    """Show again what the last steps made superfluous, the largest first."""
    watched = [cell for cell in grid.small_cells() if grid.safe(*cell)]
    kept = [
        (-grid.counts[row][column] * grid.weights[column], row, column)
        for row, marks in enumerate(grid.marks)
        for column, mark in enumerate(marks)
        if mark is KEPT and row not in grid.dark
    ]
    if len(kept) * len(watched) > PATIENCE:
        return
    for _, row, column in sorted(kept):
        grid.mark(row, column, OPEN)
        if not all(grid.safe(*cell) for cell in watched):
            grid.mark(row, column, KEPT)


def close(grid: Grid, row: int, column: int) -> bool:
    """Keep the cheapest rectangle that makes a small count safe; False if there is none."""

    def cost(a: int, b: int) -> int | None:
        """Nothing where withheld already; None where a zero or a shown small count stands."""
        if grid.withheld(a, b):
            return 0
        count = grid.counts[a][b]
        return count * grid.weights[b] if count >= grid.threshold else None

    offers = []
    for a in range(len(grid.counts)):
        for b in range(grid.width):
            cells = [(row, b), (a, column), (a, b)]
            costs = [cost(*cell) for cell in cells]
            if a != row and b != column and None not in costs and any(costs):
                offers.append((sum(c or 0 for c in costs), cells))
    for b in range(grid.width):  # columns whose totals nobody sees need no second row
        alone = cost(row, b)
        if b != column and alone and not {b, column} & grid.open_columns:
            offers.append((alone, [(row, b)]))
    for _, cells in nsmallest(OFFERS, offers):
        fresh = [place for place in cells if not grid.withheld(*place)]
        for place in fresh:
            grid.mark(*place, KEPT)
        if grid.safe(row, column):
            return True
        for place in fresh:
            grid.mark(*place, OPEN)
    return False


def darken(grid: Grid, row: int) -> bool:
    """One more row shows its total alone, this one first, then the smallest; False if all do."""
    lit = [a for a in range(len(grid.counts)) if a not in grid.dark]
    if not lit:
        return False
    grid.darken(row if row in lit else min(lit, key=lambda a: (sum(grid.counts[a]), a)))
    return True
