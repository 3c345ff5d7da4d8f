"""Windows: a rectangle of each of some pictures, all of one size, each at a place of its own.

What is small and lies elsewhere in every picture, such as an eye, is drawn in windows: they hold
far fewer pixels than the rectangle that reaches it in all pictures.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from data.drawing.canvas import Canvas


class Windows(Canvas):
    """A canvas of windows; `x` (n, 1, w) and `y` (n, h, 1) differ from picture to picture.

    What is painted on it is on the whole canvas once it is laid back. What is drawn must be
    nothing at a window's edge: how large it is depends on what other pictures need.

    Args:
        whole: Whole pictures.
        low, high, left, right: What the windows must hold, (n, 1, 1) each.
        picture: Which of the pictures, (n,); None: all of them.
        within: Windows of all pictures; what lies outside of them is left out.
    """

    def __init__(
        self,
        whole: Canvas,
        low: np.ndarray,
        high: np.ndarray,
        left: np.ndarray,
        right: np.ndarray,
        picture: np.ndarray | None = None,
        within: Windows | None = None,
    ):
        self.pixel = whole.pixel
        self._whole, (self._height, self._width) = whole, whole.shape
        count = whole.planes.shape[1]
        self.picture = np.arange(count, dtype=np.int32) if picture is None else picture
        rows, columns = (0, self._height), (0, self._width)
        if within is not None:
            rows = (within.first_row[self.picture], within.y.shape[1])
            columns = (within.first_column[self.picture], within.x.shape[2])
        self.first_row, rows = self._found(-high, -low, self._height, *rows)
        self.first_column, columns = self._found(left, right, self._width, *columns)
        self.x = whole.x[0, 0][self.first_column[:, None] + columns][:, None, :]
        self.y = whole.y[0, :, 0][self.first_row[:, None] + rows][:, :, None]

    def _found(self, first, last, count: int, start, room: int) -> tuple[np.ndarray, np.ndarray]:
        """The first of a row's pixels that is seen, (n,), and the numbers of those from there on.

        Args:
            first, last: Where what must be seen begins and ends.
            count: Pixels of the whole row.
            start, room: The first that there is, and how many there are.
        """
        scale, middle, end = 1 / self.pixel, np.float32(count / 2 - 0.5), start + room
        first = np.ceil(first[:, 0, 0] * scale + (middle - 1)).clip(start, end - 1)
        last = np.floor(last[:, 0, 0] * scale + (middle + 1)).clip(start, end - 1)
        many = max(int((last - first).max()) + 1, 1)
        first = np.minimum(first, end - many).astype(np.int32)
        return first, np.arange(many, dtype=np.int32)

    @cached_property
    def planes(self) -> np.ndarray:
        """What is seen of the pictures, (c, n, h, w)."""
        # A plane at a time is what is painted: let each lie together.
        return np.ascontiguousarray(self._seen(self._whole.planes)[:, *self._places(None)])

    def lay_back(self) -> None:
        """Lay what was painted back on the whole canvas."""
        self._seen(self._whole.planes)[:, *self._places(None)] = self.planes

    def of(self, values: np.ndarray, whole: Canvas | None = None) -> np.ndarray:
        """A copy of what is seen of values (pictures, h, w) on the whole canvas, or on `whole`.

        Args:
            whole: Windows of all the pictures that hold these ones.
        """
        return self._seen(values)[self._places(whole)]

    def put(self, values: np.ndarray, own: np.ndarray, whole: Canvas | None = None) -> None:
        """Put what `of` gave back."""
        self._seen(values)[self._places(whole)] = own

    def _places(self, whole: Canvas | None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        if whole is None:
            return self.picture, self.first_row, self.first_column
        row = self.first_row - whole.first_row[self.picture]
        column = self.first_column - whole.first_column[self.picture]
        return self.picture, row, column

    def _seen(self, values: np.ndarray) -> np.ndarray:
        """All windows of this size that there are in values (…, h, w), by their first pixel."""
        rows, columns = self.y.shape[1], self.x.shape[2]
        *many, height, width = values.shape
        shape = (*many, height - rows + 1, width - columns + 1, rows, columns)
        # As `sliding_window_view`, which takes longer than what is done with its views.
        strides = (*values.strides, *values.strides[-2:])
        return np.ndarray(shape, values.dtype, values, 0, strides)

    @cached_property
    def places(self) -> np.ndarray:
        """Each pixel's place in a flat plane of the whole canvas, int32 (n, h, w)."""
        start = (self.picture * self._height + self.first_row) * self._width + self.first_column
        rows, columns = (np.arange(k, dtype=np.int32) for k in (self.y.shape[1], self.x.shape[2]))
        return start.astype(np.int32)[:, None, None] + rows[:, None] * self._width + columns
