"""Manners of painting with a brush: strokes, dots, and facets.

Each takes a canvas on which a scene is painted, and paints it again. Sizes of marks are in picture
units, so a painting is the same at all sizes.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from data.drawing.canvas import Canvas
from data.drawing.dice import Dice
from data.drawing.marks import Marks
from data.drawing.noise import clouds
from data.drawing.resampling import at_places, blurred, brightness, sampled, slopes
from data.drawing.values import mix, ramp, tone

# From the widest to the finest: cells along a side, how many of them a stroke may measure, and half
# of its length and width, in picture units.
_BRUSHES = ((13, 3, 0.125, 0.06), (25, 4, 0.088, 0.028), (40, 3, 0.04, 0.016))


def strokes(c: Canvas, dice: Dice) -> None:
    """Brush strokes along the forms, thick enough to catch the light."""
    source, directions = blurred(c.planes, 0.012), _directions(c, dice)
    # How much there is to be drawn at a place: fine strokes go where it is most.
    detail = blurred(np.abs(brightness(c.planes) - brightness(blurred(c.planes, 0.06))), 0.03)
    detail = ramp(detail / (detail.mean((1, 2), keepdims=True) + np.float32(0.005)), 0.9, 2.2)
    height = np.zeros_like(c.planes[0])
    for cells, reach, length, width in _BRUSHES:
        marks = Marks(c, dice, cells, reach, 0.42)
        x, y = marks.x, marks.y
        colour = at_places(source, x, y)
        # Some paint is lighter, some darker, and some of another hue.
        lift, warm = 0.22 * (marks.field(dice) - 0.5), 0.11 * (marks.field(dice) - 0.5)
        colour = colour * (1 + lift) + 0.25 * lift
        colour[0] += warm
        colour[2] -= warm
        cos, sin = at_places(directions, x, y)
        swerve = 0.5 * (marks.field(dice) - 0.5)
        cos, sin = cos - swerve * sin, sin + swerve * cos
        size = np.sqrt(cos * cos + sin * sin) + np.float32(1e-6)
        cos, sin = cos / size, sin / size
        long = length * (0.75 + 0.5 * marks.field(dice))
        phase = 6.28 * marks.field(dice)
        if width == _BRUSHES[-1][-1]:
            # The others are no longer than nothing.
            needed = at_places(detail[None], x, y)[0] > marks.field(dice)
            long = long * np.where(needed, np.float32(1), np.float32(1e-3))
        values = [cos / long, sin / long, (cos * x + sin * y) / long]
        values += [-sin / width, cos / width, (cos * y - sin * x) / width, phase, *colour]
        for to_u_x, to_u_y, u0, to_v_x, to_v_y, v0, start, *paint in marks.sets(values):
            u, v = to_u_x * c.x + to_u_y * c.y - u0, to_v_x * c.x + to_v_y * c.y - v0
            _lay(c, height, (u, v), width, start, paint)
    # The light falls from above on the left.
    across, up = slopes(height, float(c.pixel))
    shine = np.clip((up - across) * np.float32(0.34), -0.28, 0.34)
    c.planes *= 1 + np.minimum(shine, 0)
    c.planes += np.maximum(shine, 0) * (0.35 + 0.4 * c.planes)


def _lay(c: Canvas, height: np.ndarray, place, width: float, start, paint) -> None:
    """Lay strokes over the canvas, and over the height of the paint on it.

    Args:
        place: Along and across a stroke, -1 to 1 from one end or edge of it to the other.
        width: Half of its width, in picture units.
        start: Where the pattern of its bristles begins.
    """
    u, v = place
    bristle = np.sin(np.float32(7) * v + start)
    bristle *= min(1.0, width / (3.0 * float(c.pixel)))
    u *= u
    v *= v
    # Bristles leave the canvas one after another, so the ends are ragged.
    inside = 1 - v - u * u * (1.35 + 0.5 * bristle)
    inside *= np.float32(0.5 * width / c.pixel)
    coverage = np.clip(inside + np.float32(0.5), 0, np.float32(0.96))
    # Thickest where the stroke ends.
    height += (width * (0.6 + 0.16 * bristle + 0.5 * u - 0.3 * v) - height) * coverage
    for plane, colour in zip(c.planes, paint, strict=True):
        plane += (colour - plane) * coverage


def _directions(c: Canvas, dice: Dice) -> np.ndarray:
    """Unit vectors along the forms, and in a slow swirl where there are none: (2, n, 32, 32)."""
    cells = 32
    plane = sampled(brightness(c.planes), cells)
    across, up = slopes(plane, 2 / cells)
    # Doubled angles, so that a direction and its opposite agree.
    real, imaginary = across * across - up * up, 2 * across * up
    real, imaginary = blurred(real, 0.08), blurred(imaginary, 0.08)
    field = Canvas(len(plane), cells)
    swirl = 3.0 * clouds(field, dice, 2, 2) + 0.8 * (2 * dice.uniform() - 1)
    # At right angles to the slope, and level where nothing is told.
    real, imaginary = np.cos(swirl) * 0.05 - real, np.sin(swirl) * 0.05 - imaginary
    angle = 0.5 * np.arctan2(imaginary, real)
    return np.stack([np.cos(angle), np.sin(angle)])


def dots(c: Canvas, dice: Dice) -> None:
    """Small dots of unmixed colours beside their opposites, mixed by the eye."""
    source = blurred(c.planes, 0.012)
    ground = dice.near(np.broadcast_to(tone(0.90, 0.86, 0.76), (3, *dice.uniform().shape)), 0.05)
    c.planes[...] = mix(np.broadcast_to(ground, source.shape), source, np.float32(0.4))
    for cells, size, vivid in ((24, 0.050, 0.75), (30, 0.036, 0.9), (36, 0.029, 1.0)):
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
    turn = np.where(chance < 0.36, np.float32(0.6), np.where(chance < 0.72, -0.6, 0.1))
    turn = np.where(chance > 0.86, np.float32(2.9), turn).astype(np.float32)
    cos, sin = np.cos(turn), np.sin(turn)
    gain = np.where(chance > 0.86, np.float32(0.55), np.float32(1.25)) * np.float32(vivid)
    # Even greys have some colour: violet in the shade, orange in the light.
    first = first + 0.10 * vivid * (luma - 0.45)
    second = second - 0.13 * vivid * (luma - 0.55)
    red, blue = gain * (cos * first - sin * second), gain * (sin * first + cos * second)
    luma = luma + (lift - 0.5) * np.float32(0.22)
    green = (-0.299 * red - 0.114 * blue) / np.float32(0.587)
    return np.clip(np.stack([luma + red, luma + green, luma + blue]), 0.02, 1)


def facets(c: Canvas, dice: Dice) -> None:
    """Planes with straight edges, each of one slope of colour, their rims lit or shaded."""
    own, rim, seeds = _divide(c, dice, blurred(c.planes, 0.03))
    planes = _fitted(c.planes, own, c, seeds.x.size)
    luma = brightness(planes)
    planes = np.clip(luma + 1.3 * (planes - luma), 0, 1)
    # Each plane leans its own way.
    lean = 6.28 * seeds.lean
    x, y = seeds.x.ravel().take(own), seeds.y.ravel().take(own)
    slope = (c.x - x) * np.cos(lean).ravel().take(own) + (c.y - y) * np.sin(lean).ravel().take(own)
    shade = 0.26 * np.clip(slope * np.float32(7), -1, 1)
    # A rim that faces the light, above on the left, is bright, and the opposite one is dark.
    shade += 0.36 * rim.facing * np.exp(rim.depth * np.float32(-16))
    shade = shade.astype(np.float32, copy=False)
    c.planes[...] = planes * (1 + np.minimum(shade, 0)) + np.maximum(shade, 0) * (1 - planes) * 0.8
    line = np.clip((np.float32(0.007) - rim.depth) / c.pixel + np.float32(0.5), 0, 1)
    line *= min(1.0, 0.25 + 0.02 / float(c.pixel))
    c.darken(line, np.float32(0.72))


def _divide(c: Canvas, dice: Dice, source: np.ndarray):
    """Share a picture out among seeds: a power diagram that keeps to the outlines of the forms.

    Returns:
        The number of each pixel's seed, int32 (n, h, w); its `depth` behind the nearest rim, in
        picture units, and how that rim is `facing` the light, -1 to 1; and the seeds with their
        places and a random `lean`, each (n, rows, rows).
    """
    cells, reach = 17, 2
    n, (height, width) = c.planes.shape[1], c.shape
    rows = cells + 2 * reach
    middles = ((np.arange(rows) - reach + 0.5) * (2 / cells) - 1).astype(np.float32)
    far = np.float32(0.9 / cells)
    seed_x = middles + far * (2 * dice.field(rows, rows) - 1)
    seed_y = middles[:, None] + far * (2 * dice.field(rows, rows) - 1)
    # Some seeds are strong, and leave their neighbours nothing.
    strength = np.float32((1.5 / cells) ** 2) * dice.field(rows, rows) ** 2
    seeds = SimpleNamespace(x=seed_x, y=seed_y, lean=dice.field(rows, rows))
    # A place belongs rather to a seed of its own colour.
    colour = at_places(source, seed_x, seed_y)
    tilt, squeeze = dice.uniform(0, 3.14), np.float32(1.6)
    cos, sin = np.cos(tilt), np.sin(tilt)

    def own_cell(axis):
        place = np.floor((axis + 1) * np.float32(cells / 2)).astype(np.int32)
        return np.clip(place, 0, cells - 1) + reach

    row, column = own_cell(c.y[0, :, 0]), own_cell(c.x[0, 0])
    first = np.full((n, height, width), 9, np.float32)
    second = first.copy()
    owner, rival = np.zeros((2, *first.shape), np.int32)
    for down in range(-reach, reach + 1):
        for right in range(-reach, reach + 1):
            r, k = row + down, column + right
            name = r[:, None] * rows + k

            def each(values, r=r, k=k):
                return values.take(k, axis=2, mode="clip").take(r, axis=1, mode="clip")

            dx = c.x - each(seed_x)
            dy = c.y - each(seed_y)
            u, v = cos * dx + sin * dy, (cos * dy - sin * dx) * squeeze
            away = u * u + v * v - each(strength)
            for plane, own in zip(source, colour, strict=True):
                unlike = plane - each(own)
                away += np.float32(0.08) * unlike * unlike
            nearer, near = away < first, away < second
            np.copyto(rival, name, where=near)
            np.copyto(rival, owner, where=nearer)
            np.copyto(owner, name, where=nearer)
            second = np.where(nearer, first, np.minimum(second, away))
            np.minimum(first, away, out=first)
    start = np.arange(n, dtype=np.int32)[:, None, None] * rows**2
    owner += start
    rival += start
    dx, dy = (a.ravel().take(rival) - a.ravel().take(owner) for a in (seed_x, seed_y))
    u, v = cos * dx + sin * dy, (cos * dy - sin * dx) * squeeze
    depth = (second - first) / (2 * np.sqrt(u * u + v * v) + np.float32(1e-4))
    # At right angles to the rim.
    nx, ny = cos * u - sin * v * squeeze, sin * u + cos * v * squeeze
    facing = (ny - nx) / (np.sqrt(2 * (nx * nx + ny * ny)) + np.float32(1e-4))
    return owner, SimpleNamespace(depth=depth, facing=facing), seeds


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
