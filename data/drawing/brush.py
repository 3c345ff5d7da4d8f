"""Manners of painting with a brush: strokes, dots, and facets.

Each takes a canvas on which a scene is painted, and paints it again. Sizes of marks are in picture
units, so a painting is the same at all sizes.
"""

from __future__ import annotations

import numpy as np

from data.drawing.canvas import Canvas
from data.drawing.dice import Dice
from data.drawing.marks import Marks
from data.drawing.noise import clouds
from data.drawing.resampling import at_places, blurred, brightness, cell_means, slopes
from data.drawing.values import mix, ramp, tone


def strokes(c: Canvas, dice: Dice) -> None:
    """Brush strokes along the forms, thick enough to catch the light."""
    source = blurred(c.planes, 0.02)
    angle_x, angle_y = _directions(c, dice)
    height = np.zeros_like(c.planes[0])
    # A ground of wide strokes, then narrower ones that find the forms again.
    for cells, length, width, opaque in ((13, 0.19, 0.058, 1.0), (26, 0.105, 0.027, 0.95)):
        marks = Marks(c, dice, cells, 4, 0.42)
        x, y = marks.x, marks.y
        colour = at_places(source, x, y)
        # Some paint is lighter, some darker, and some of another hue.
        lift = 0.16 * (marks.field(dice) - 0.5)
        warm = 0.10 * (marks.field(dice) - 0.5)
        colour = colour * (1 + lift) + lift * 0.35
        colour[0] += warm
        colour[2] -= warm
        cos, sin = at_places(np.stack([angle_x, angle_y]), x, y)
        swerve = 0.5 * (marks.field(dice) - 0.5)
        cos, sin = cos - swerve * sin, sin + swerve * cos
        size = np.sqrt(cos * cos + sin * sin) + np.float32(1e-6)
        cos, sin = cos / size, sin / size
        long = length * (0.75 + 0.5 * marks.field(dice))
        phase = 6.28 * marks.field(dice)
        values = [cos / long, sin / long, (cos * x + sin * y) / long]
        values += [-sin / width, cos / width, (cos * y - sin * x) / width, phase, *colour]
        fine = min(1.0, width / (2.5 * float(c.pixel)))
        for ux, uy, u0, vx, vy, v0, start, red, green, blue in marks.sets(values):
            u = ux * c.x + uy * c.y - u0
            v = vx * c.x + vy * c.y - v0
            bristle = np.sin(np.float32(9) * v + start)
            u *= u
            square = v * v
            # Bristles leave the canvas one after another, so the ends are ragged.
            inside = 1 - square - u * u * (1.35 + 0.55 * fine * bristle)
            inside *= np.float32(0.5 * width / c.pixel)
            coverage = np.clip(inside + np.float32(0.5), 0, np.float32(1))
            coverage *= np.float32(opaque)
            # Thickest beside the middle and where the stroke ends.
            thick = width * (0.62 + 0.35 * fine * bristle + 0.5 * u)
            height += (thick - height) * coverage
            for plane, paint in zip(c.planes, (red, green, blue), strict=True):
                plane += (paint - plane) * coverage
    # The light falls from above on the left.
    across, up = slopes(height, float(c.pixel))
    shine = np.clip((up - across) * np.float32(0.42), -0.30, 0.38)
    c.planes *= 1 + np.minimum(shine, 0)
    c.planes += np.maximum(shine, 0) * (0.35 + 0.4 * c.planes)


def _directions(c: Canvas, dice: Dice) -> tuple[np.ndarray, np.ndarray]:
    """Unit vectors along the forms, and in a slow swirl where there are none: (n, 32, 32)."""
    cells = 32
    plane = blurred(cell_means(brightness(c.planes), cells), 0.05)
    across, up = slopes(plane, 2 / cells)
    # Doubled angles, so that a direction and its opposite agree.
    real, imaginary = across * across - up * up, 2 * across * up
    real, imaginary = blurred(real, 0.10), blurred(imaginary, 0.10)
    field = Canvas(len(plane), cells)
    swirl = 3.0 * clouds(field, dice, 2, 2) + 0.8 * (2 * dice.uniform() - 1)
    # At right angles to the slope, and level where nothing is told.
    real, imaginary = np.cos(swirl) * 0.05 - real, np.sin(swirl) * 0.05 - imaginary
    angle = 0.5 * np.arctan2(imaginary, real)
    return np.cos(angle), np.sin(angle)


def dots(c: Canvas, dice: Dice) -> None:
    """Small dots of unmixed colours beside their opposites, mixed by the eye."""
    source = blurred(c.planes, 0.012)
    ground = dice.near(np.broadcast_to(tone(0.90, 0.86, 0.76), (3, *dice.uniform().shape)), 0.05)
    c.planes[...] = mix(np.broadcast_to(ground, source.shape), source, np.float32(0.45))
    for cells, size, vivid in ((24, 0.052, 0.8), (28, 0.043, 1.0), (32, 0.036, 1.25)):
        marks = Marks(c, dice, cells, 2, 0.36)
        x, y = marks.x, marks.y
        colour = _divided(at_places(source, x, y), marks.field(dice), marks.field(dice), vivid)
        radius = size * (0.72 + 0.42 * marks.field(dice))
        values = [1 / radius, x / radius, y / radius, *colour]
        for inverse, x0, y0, red, green, blue in marks.sets(values):
            u, v = inverse * c.x - x0, inverse * c.y - y0
            u *= u
            v *= v
            inside = (1 - u - v) * (np.float32(0.5 / c.pixel) / inverse)
            coverage = np.clip(inside + np.float32(0.5), 0, np.float32(0.94))
            for plane, paint in zip(c.planes, (red, green, blue), strict=True):
                plane += (paint - plane) * coverage


def _divided(colour: np.ndarray, chance: np.ndarray, lift: np.ndarray, vivid: float) -> np.ndarray:
    """Colours pulled apart: more vivid, turned to either side, and some to their opposites."""
    luma = brightness(colour)
    first, second = colour[0] - luma, colour[2] - luma
    # Three in four turn to one side or the other; the rest are the opposite colour.
    turn = np.where(chance < 0.36, np.float32(0.75), np.where(chance < 0.72, -0.75, 0.15))
    turn = np.where(chance > 0.86, np.float32(2.9), turn).astype(np.float32)
    cos, sin = np.cos(turn), np.sin(turn)
    gain = np.where(chance > 0.86, np.float32(0.9), np.float32(1.45)) * np.float32(vivid)
    # Even greys have some colour: violet in the shade, orange in the light.
    first = first + 0.10 * vivid * (luma - 0.45)
    second = second - 0.13 * vivid * (luma - 0.55)
    red, blue = gain * (cos * first - sin * second), gain * (sin * first + cos * second)
    luma = luma + (lift - 0.5) * np.float32(0.22)
    green = (-0.299 * red - 0.114 * blue) / np.float32(0.587)
    return np.clip(np.stack([luma + red, luma + green, luma + blue]), 0.02, 1)


def facets(c: Canvas, dice: Dice) -> None:
    """Planes with straight edges, each of one slope of colour, their rims lit or shaded."""
    cells, reach = 13, 1
    n, (height, width) = c.planes.shape[1], c.shape
    source = blurred(c.planes, 0.03)
    rows = cells + 2 * reach
    middles = ((np.arange(rows) - reach + 0.5) * (2 / cells) - 1).astype(np.float32)
    far = np.float32(0.84 / cells)
    seed_x = middles + far * (2 * dice.field(rows, rows) - 1)
    seed_y = middles[:, None] + far * (2 * dice.field(rows, rows) - 1)
    # The forms keep their outlines: a place belongs rather to a seed of its own colour.
    seed_colour = at_places(source, seed_x, seed_y)
    tilt = dice.uniform(-0.9, 0.9)
    cos, sin = np.cos(tilt), np.sin(tilt)

    def own_cell(axis):
        place = np.floor((axis + 1) * np.float32(cells / 2)).astype(np.int32)
        return np.clip(place, 0, cells - 1) + reach

    row, column = own_cell(c.y[0, :, 0]), own_cell(c.x[0, 0])
    first = np.full((n, height, width), 9, np.float32)
    second = first.copy()
    owner, rival = np.zeros(first.shape, np.int32), np.zeros(first.shape, np.int32)
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            r, k = row + down, column + right
            x0, y0 = seed_x[:, r].take(k, axis=2), seed_y[:, r].take(k, axis=2)
            dx, dy = c.x - x0, c.y - y0
            u, v = cos * dx + sin * dy, (cos * dy - sin * dx) * np.float32(1.5)
            far_off = u * u + v * v
            for plane, own in zip(source, seed_colour, strict=True):
                away = plane - own[:, r].take(k, axis=2)
                far_off += np.float32(0.05) * away * away
            name = (r[:, None] * rows + k)[None]
            nearer = far_off < first
            rival = np.where(nearer, owner, np.where(far_off < second, name, rival))
            second = np.where(nearer, first, np.minimum(second, far_off))
            owner = np.where(nearer, name, owner)
            first = np.where(nearer, far_off, first)
    start = np.arange(n, dtype=np.int32)[:, None, None] * rows**2
    own, other = owner + start, rival + start
    x1, y1, x2, y2 = (a.ravel().take(b) for b in (own, other) for a in (seed_x, seed_y))
    apart_x, apart_y = x2 - x1, y2 - y1
    u, v = cos * apart_x + sin * apart_y, (cos * apart_y - sin * apart_x) * np.float32(1.5)
    rim = (second - first) / (2 * np.sqrt(u * u + v * v) + np.float32(1e-4))
    planes = _fitted(source, own, c, n * rows**2)
    # Each plane leans its own way.
    lean = 6.28 * dice.field(rows, rows)
    lean_x, lean_y = np.cos(lean).ravel().take(own), np.sin(lean).ravel().take(own)
    slope = ((c.x - x1) * lean_x + (c.y - y1) * lean_y) * np.float32(cells / 2)
    shade = 0.17 * np.clip(slope, -1, 1)
    # A rim that faces the light, above on the left, is bright, and the opposite one is dark.
    length = np.sqrt(apart_x**2 + apart_y**2) + np.float32(1e-4)
    facing = (apart_y - apart_x) / (length * np.float32(1.414))
    shade += facing * 0.30 * np.exp(rim * np.float32(-26))
    c.planes[...] = planes * (1 + np.minimum(shade, 0)) + np.maximum(shade, 0) * (1 - planes) * 0.8
    line = np.clip((np.float32(0.011) - rim) / c.pixel + np.float32(0.5), 0, 1)
    line *= min(1.0, 0.3 + 0.022 / float(c.pixel))
    c.paint(0.8 * line, tone(0.10, 0.08, 0.09))


def _fitted(source: np.ndarray, own: np.ndarray, c: Canvas, most: int) -> np.ndarray:
    """The plane that fits each facet's colours best, at each of its pixels."""
    flat = own.ravel()
    x = np.broadcast_to(c.x, own.shape).ravel()
    y = np.broadcast_to(c.y, own.shape).ravel()

    def total(values):
        return np.bincount(flat, values, most)

    count = np.maximum(np.bincount(flat, minlength=most), 1)
    mx, my = total(x) / count, total(y) / count
    dx, dy = x - mx[flat], y - my[flat]
    # A ridge keeps small facets flat.
    xx, yy, xy = total(dx * dx) + 1e-3 * count, total(dy * dy) + 1e-3 * count, total(dx * dy)
    spread = xx * yy - xy * xy
    fitted = []
    for plane in source:
        values = plane.ravel()
        cx, cy = total(values * dx), total(values * dy)
        a, b = (cx * yy - cy * xy) / spread, (cy * xx - cx * xy) / spread
        mean = total(values) / count
        fitted.append((mean[flat] + a[flat] * dx + b[flat] * dy).reshape(own.shape))
    return np.clip(np.stack(fitted), 0, 1).astype(np.float32)
