"""The front of a town house in its street: painted, lit, and labelled.

Throughout, `c` is the canvas or a band of it, `p` the plan (measures, which the label map
shows), and `s` the style (colours and light, which it does not).
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from data.drawing.dice import Dice
from data.drawing.labelled import LabelledCanvas
from data.drawing.masonry import masonry
from data.drawing.noise import clouds
from data.drawing.values import choose, flag, mix, pick, ramp, tone

#: The labels.
SKY, NEIGHBOUR, PAVEMENT, ROOF, WALL, CORNICE, WINDOW, SHUTTER, DOOR, BALCONY, SHOP = range(11)

_WALLS = np.array(
    [
        [0.90, 0.88, 0.84],
        [0.89, 0.81, 0.64],
        [0.86, 0.64, 0.34],
        [0.86, 0.63, 0.57],
        [0.64, 0.74, 0.60],
        [0.60, 0.70, 0.80],
        [0.64, 0.30, 0.23],
        [0.46, 0.31, 0.24],
        [0.74, 0.62, 0.42],
        [0.60, 0.60, 0.59],
        [0.80, 0.66, 0.48],
        [0.84, 0.79, 0.69],
    ]
)
_ROOFS = np.array([[0.34, 0.37, 0.43], [0.62, 0.29, 0.20], [0.40, 0.60, 0.53]])
_WOOD = np.array(
    [
        [0.22, 0.32, 0.24],
        [0.38, 0.22, 0.13],
        [0.18, 0.24, 0.36],
        [0.45, 0.12, 0.12],
        [0.5, 0.5, 0.48],
    ]
)
_SIGNS = np.array(
    [
        [0.16, 0.24, 0.20],
        [0.50, 0.12, 0.12],
        [0.14, 0.18, 0.32],
        [0.80, 0.62, 0.20],
        [0.22, 0.2, 0.2],
    ]
)
_IRON = np.array([[0.10, 0.11, 0.12], [0.16, 0.24, 0.20], [0.85, 0.84, 0.80]])
_SUN = np.array([[1.04, 1.00, 0.92], [1.04, 1.00, 0.92], [0.90, 0.92, 0.95], [0.80, 0.66, 0.62]])
_SHADE = np.array([[0.58, 0.62, 0.70], [0.58, 0.62, 0.70], [0.86, 0.87, 0.90], [0.62, 0.62, 0.72]])
_ZENITH = np.array([[0.33, 0.55, 0.86], [0.33, 0.55, 0.86], [0.72, 0.75, 0.79], [0.30, 0.32, 0.54]])
_HORIZON = np.array(
    [[0.76, 0.87, 0.96], [0.76, 0.87, 0.96], [0.85, 0.86, 0.87], [0.93, 0.62, 0.47]]
)


def paint(c: LabelledCanvas, p: SimpleNamespace, dice: Dice, known: dict) -> None:
    """Paint pictures back to front.

    Args:
        p: Measures of the building, all that the label map tells.
        dice: For everything else.
        known: "wall", "light" and "roof", numbers of the rows of the tables above.
    """
    s = _style(dice, known)
    _street_behind(c, p, s, dice)
    _roof(c.band(p.eaves - 0.1, p.eaves + p.rise + 0.12), p, s, dice)
    _wall(c.band(p.ground - 0.05, p.eaves + p.rise + 0.02), p, s, dice)
    upper = c.band(p.first - 0.2, p.eaves)
    _windows(upper, p, s, dice)
    _ground_floor(c.band(p.ground, p.first + 0.05), p, s, dice)
    _balconies(upper, p, s)
    _cornice(upper, p, s)
    _pavement(c.band(np.float32(-1), p.ground + 0.02), p, s)
    _light(c, s, dice)


def _style(dice: Dice, known: dict) -> SimpleNamespace:
    """What the label map does not tell: colours and light."""
    s = SimpleNamespace(**known)
    s.base = dice.near(pick(_WALLS, known["wall"]), 0.05)
    s.tiles = dice.near(pick(_ROOFS, known["roof"]), 0.05)
    s.wood = dice.colour(_WOOD, 0.04)
    s.frame = mix(tone(0.93, 0.92, 0.89), dice.colour(_WOOD), dice.chance(0.45))
    s.iron = dice.colour(_IRON, 0.02)
    # Mouldings are of pale stone, or like the wall but lighter, or darker.
    pale = dice.near(np.broadcast_to(tone(0.87, 0.83, 0.75), s.base.shape), 0.05)
    toned = s.base * choose((1.15, 0.62, 0.5), dice.integer(0, 2))
    s.trim = mix(np.clip(toned, 0, 0.97), pale, dice.chance(0.45))
    # But never so like it that they could not be seen.
    alike = np.abs(s.trim - s.base).max(axis=0) < 0.14
    s.trim = np.where(alike, s.base * 0.6, s.trim)
    # Panes: how many beside and above each other.
    s.beside = choose((1, 2, 2, 3), dice.integer(0, 3))
    s.above = np.where(s.beside == 1, np.float32(1), choose((1, 2, 3, 4), dice.integer(0, 3)))
    s.sun, s.shade = pick(_SUN, known["light"]), pick(_SHADE, known["light"])
    s.zenith, s.horizon = pick(_ZENITH, known["light"]), pick(_HORIZON, known["light"])
    s.evening = flag(known["light"] == 3)
    s.sunny = flag(known["light"] < 2)
    # Where shadows fall to: away from the sun, and down.
    s.aside = choose((1, -1, 0, 0), known["light"]) * dice.uniform(0.3, 0.9)
    s.down = choose((0.8, 0.8, 0.35, 0.35), known["light"]) * dice.uniform(0.8, 1.2)
    # How dark a shadow is.
    s.strength = choose((0.85, 0.85, 0.4, 0.35), known["light"])
    return s


def _street_behind(c: LabelledCanvas, p, s, dice: Dice) -> None:
    """Sky, clouds and the houses to the left and right."""
    up = ramp(c.y, -0.2, 1.0)
    c.planes[...] = mix(s.horizon, s.zenith, up)
    # Further down there are houses in every picture.
    sky = c.band(np.float32(-0.15), np.float32(1))
    puffs = clouds(sky, dice, 3, 2, octaves=4) + dice.uniform(-0.7, 0.3)
    white = mix(s.horizon, tone(1.0, 0.99, 0.97), 0.65)
    sky.paint(np.clip(1.6 * puffs, 0, 0.85) * flag(s.light != 2), white)
    grain = clouds(c, dice, 8, 8, octaves=2)
    for side, top in zip((-1, 1), p.neighbours, strict=True):
        plain = dice.near(pick(_WALLS, dice.integer(0, len(_WALLS) - 1)), 0.04)
        # Further back and out of focus: greyer and darker than the front.
        grey = mix(plain, np.full_like(plain, 0.5), np.float32(0.3)) * 0.62
        house = c.between(side * c.x, side * p.centre + p.half - 0.02, 3) * c.between(c.y, -1, top)
        c.lay(house, grey * (1 + 0.08 * grain), NEIGHBOUR)
        panes = c.stripes(c.x, p.left, 0.23, 0.1) * c.stripes(c.y, top - 0.2, 0.34, 0.18)
        c.paint(house * panes * (c.y < top - 0.08), grey * 0.6)
        c.paint(house * c.between(c.y, top - 0.05, top), s.tiles * 0.7)


def _roof(c: LabelledCanvas, p, s, dice: Dice) -> None:
    """Chimneys, then the roof in rows of tiles, then its dormers."""
    x, eaves = c.x - p.centre, p.eaves
    slope = flag((p.roof == 1) | (p.roof == 2))
    for place, there in zip(p.chimneys, p.smokes, strict=True):
        stack = x - place * p.half
        body = c.box(stack, -0.05, 0.05, eaves, eaves + p.rise + 0.1) * (there * slope)
        side = 0.85 + 0.2 * np.sign(stack) * np.sign(s.aside) * -1
        c.lay(body, s.base * (0.78 * side), ROOF)
        rim = c.box(stack, -0.065, 0.065, eaves + p.rise + 0.075, eaves + p.rise + 0.11)
        c.lay(rim * (there * slope), s.trim * 0.9, ROOF)
    top = p.half * choose((1.0, 0.80, 0.90, 0.0), p.roof)
    roof = c.trapezoid(x, eaves, eaves + np.maximum(p.rise, 0.02), p.half + 0.02, top) * slope
    # Tiles: each course a little darker towards its lower edge, and no two quite alike.
    course = dice.uniform(0.03, 0.055)
    joints, each = masonry(c, dice, course, course * 1.1, course * 0.22)
    texture = 1 - 0.35 * joints + 0.2 * each
    # Copper comes in sheets, whose seams run up the roof.
    seams = 1 - 0.35 * c.stripes(x, 0, 0.07, 0.014)
    texture = np.where(s.roof == 2, seams, texture) + 0.08 * clouds(c, dice, 4, 6, octaves=2)
    lighter = 0.82 + 0.3 * ramp(c.y, eaves, eaves + p.rise + 0.05)
    c.lay(roof, s.tiles * (texture * lighter), ROOF)
    c.shade(s.strength * (roof * 0.35 * (1 - ramp(c.y, eaves, eaves + 0.08))))

    u, _ = _cell(c.x - p.left, p.bay)
    there = flag(p.roof == 2) * p.dormers * c.between(x, -p.half, p.half)
    low, high = eaves + 0.05, eaves + p.rise * 0.8
    wide = np.minimum(p.wide, 0.2)
    pointed = np.abs(u) * 0.6
    gable = c.between(u, -wide * 0.72, wide * 0.72) * there
    c.paint(gable * c.between(c.y + pointed, low, high + 0.07), s.trim)
    c.paint(gable * c.between(c.y + pointed, high + 0.03, high + 0.07), s.tiles * 0.7)
    pane = c.between(u, -wide / 2, wide / 2) * c.between(c.y, low + 0.02, high) * there
    c.lay(pane, _glass(s, ramp(c.y, low, high)), WINDOW)
    c.paint(pane * c.between(u, -0.012, 0.012), s.frame)


def _wall(c: LabelledCanvas, p, s, dice: Dice) -> None:
    """The front with its texture."""
    x = c.x - p.centre
    front = c.between(x, -p.half, p.half) * c.between(c.y, p.ground - 0.02, p.eaves)
    # A stepped gable goes up where others have a roof.
    step = np.maximum(p.rise, 0.05) / 4
    level = np.clip(np.floor((c.y - p.eaves) / step), 0, 3)
    steps = c.soft(np.abs(x) - p.half * (0.92 - 0.21 * level))
    steps *= c.between(c.y, p.eaves, p.eaves + p.rise) * flag(p.roof == 3)
    front = np.clip(front + steps, 0, 1)

    brick, stone = flag((s.wall >= 6) & (s.wall < 9)), flag(s.wall >= 9)
    plaster = 1 - brick - stone
    course = dice.uniform(0.032, 0.055) * (1 + 1.4 * stone)
    joints, each = masonry(c, dice, course, course * (2.1 + 0.3 * stone), course * 0.17)
    rough = clouds(c, dice, 6, 6, octaves=4)
    # Rain leaves streaks on plaster, and soot at the foot of every wall.
    streaks = clouds(c, dice, 2, 28, octaves=2) * ramp(c.y, p.eaves, p.ground)
    tint = 1 + (0.09 + 0.05 * stone) * rough + (0.24 * brick + 0.16 * stone) * each
    tint -= np.clip(streaks - 0.1, 0, 1) * (0.16 * plaster + 0.06)
    tint -= 0.2 * (1 - ramp(c.y, p.ground, p.ground + 0.22))
    planes = s.base * tint
    mortar = mix(s.base * 0.72, tone(0.78, 0.75, 0.69), brick * dice.chance(0.6))
    planes += (mortar - planes) * (joints * (0.75 * brick + 0.5 * stone))
    c.lay(front, planes, WALL)
    ends = c.between(np.abs(x), p.half - 0.055, p.half) * c.between(c.y, p.ground, p.eaves)
    quoins = 0.6 + 0.4 * np.sign(np.sin(c.y * 52))
    c.paint(front * ends * quoins * dice.chance(0.4), s.trim * (1 + 0.06 * rough))

    # Ledges above the ground floor, or above every floor, each with its shadow. Where they
    # are is for the plan alone to say; how far the shadow falls, for the style.
    band, drop = 0.038, 0.05 * s.down
    lowest = c.between(c.y, p.first - 2 * band, p.first + 2 * band) * flag(p.strings == 1)
    floors = c.between(c.y, p.first - 2 * band, p.eaves - 0.1) * flag(p.strings == 2)
    here = np.maximum(lowest, floors) * c.between(x, -p.half, p.half)
    c.shade(s.strength * 0.8 * here * c.stripes(c.y, p.first - (band + drop) / 2, p.floor, drop))
    ledge = here * c.stripes(c.y, p.first, p.floor, band)
    c.lay(ledge, s.trim * (0.94 + 0.1 * rough), CORNICE)


def _cell(distance: np.ndarray, period: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where in its cell a place lies, from the cell's middle, and the cell's number."""
    number = np.floor(distance / period)
    return distance - (number + 0.5) * period, number


class _Cells:
    """Values that belong to cells, spread over the cells' pixels."""

    def __init__(self, row: np.ndarray, column: np.ndarray, rows: int = 4, columns: int = 8):
        self.rows, self.columns = rows, columns
        start = np.arange(len(column), dtype=np.int32)[:, None, None] * (rows * columns)
        line = start + np.clip(row, 0, rows - 1).astype(np.int32) * columns
        self._place = line + np.clip(column, 0, columns - 1).astype(np.int32)

    def of(self, table: np.ndarray) -> np.ndarray:
        """Table (n, rows, columns) at every pixel: (n, h, w)."""
        return table.ravel().take(self._place)


def _glass(s, height: np.ndarray) -> np.ndarray:
    """The colour of a pane, `height` running from 0 at its foot to 1 at its head."""
    mirrored = mix(s.horizon, s.zenith, 0.5) * 0.5
    return mix(tone(0.09, 0.11, 0.14), mirrored, 0.25 + 0.5 * height)


def _windows(c: LabelledCanvas, p, s, dice: Dice) -> None:
    """The upper floors' windows, each with glass, curtains, bars, surround and shutters."""
    u, column = _cell(c.x - p.left, p.bay)
    v, row = _cell(c.y - p.first, p.floor)
    v = v + p.floor / 2 - p.sill
    inside = c.between(c.x - p.centre, -p.half, p.half)
    inside = inside * c.between(c.y, p.first, p.eaves)
    head = p.tall - p.arch

    def opening(more):
        """Coverage of the windows, enlarged by `more` on every side."""
        wide = p.wide / 2 + more
        shape = c.between(u, -wide, wide) * (c.between(v, -more, p.tall + more) * inside)
        rise = np.maximum(p.arch + more, 1e-3)
        up = np.maximum(v - head, 0) / rise
        bent = c.soft((np.sqrt((u / wide) ** 2 + up**2) - 1) * np.minimum(rise, wide))
        return np.where((v > head) & (p.arch > 0), shape * bent, shape)

    # A surround of stone or plaster is not in the label map: some houses have none.
    around = opening(dice.uniform(0.02, 0.035)) * dice.chance(0.7)
    c.paint(around, s.trim)
    ledge = c.between(u, -p.wide * 0.62, p.wide * 0.62) * c.between(v, -0.035, 0.0)
    c.paint(ledge * inside, s.trim * 1.04)

    leaf = p.wide * 0.46
    away = np.abs(u) - p.wide / 2
    shutters = c.between(away, 0.004, leaf) * c.between(v, -0.005, p.tall + 0.005) * inside
    shutters = shutters * p.shutters
    slats = 1 - 0.28 * c.stripes(v, 0, 0.03, 0.011)
    edges = 1 - 0.25 * c.stripes(away, leaf / 2, leaf * 0.98, leaf * 0.62)
    c.lay(shutters, s.wood * (1.25 * slats) * (0.8 + 0.2 * edges), SHUTTER)

    # What is behind each pane: how bright, whether lit, how much curtain.
    window = opening(0.0)
    each = _Cells(row, column)
    cells = [each.of(dice.field(each.rows, each.columns)) for _ in range(3)]
    height = np.clip(v / p.tall, 0, 1)
    panes = _glass(s, height) * (0.65 + 0.7 * cells[0])
    lamp = tone(1.0, 0.78, 0.42) * (0.85 + 0.3 * height)
    panes = mix(panes, lamp, flag(cells[1] < 0.55) * s.evening)
    curtain = mix(tone(0.80, 0.78, 0.74), lamp * 0.9, 0.5 * s.evening)
    # A blind of slats, let down some way, or curtains at both sides.
    let_down = np.where(cells[2] < 0.35, 1 - 2.6 * cells[2], 1.0)
    slats = 1 - 0.25 * c.stripes(v, 0, 0.05, 0.022)
    hanging = flag(height > let_down) * slats
    hanging = np.maximum(hanging, flag(np.abs(u) > p.wide * 0.24) * flag(cells[2] > 0.5))
    panes = mix(panes, curtain * (0.75 + 0.2 * height), 0.85 * hanging)
    c.lay(window, panes, WINDOW)
    bars = c.between(np.abs(u), p.wide / 2 - 0.016, p.wide)
    bars = np.maximum(bars, c.stripes(u, -p.wide / 2, p.wide / s.beside, 0.018))
    bars = np.maximum(bars, c.stripes(v, 0, p.tall / s.above, 0.018))
    c.paint(window * bars, s.frame)
    # The opening's edge shades the pane: above, and on the side of the sun.
    above = c.between(
        v + 0.045 * s.down, head + p.arch * np.sqrt(np.clip(1 - (2 * u / p.wide) ** 2, 0, 1)), 9
    )
    beside = c.between(np.sign(s.aside) * u, -9, -p.wide / 2 + 0.035 * np.abs(s.aside))
    c.shade(s.strength * (window * np.maximum(above, beside * s.sunny) * 0.8))
    jut = c.between(v, -0.035 - 0.05 * s.down, -0.035) * c.between(
        u - 0.03 * s.aside, -p.wide * 0.62, p.wide * 0.62
    )
    c.shade(s.strength * (jut * inside * 0.6))


def _ground_floor(c: LabelledCanvas, p, s, dice: Dice) -> None:
    """A door, and beside it shops or windows."""
    u, column = _cell(c.x - p.left, p.bay)
    tall = p.first - p.ground
    up = c.y - p.ground
    inside = c.between(c.x - p.centre, -p.half, p.half)
    here = flag(column == p.door) * inside
    others = (1 - flag(column == p.door)) * inside
    plinth = inside * c.between(up, 0, 0.07)
    c.paint(plinth * dice.chance(0.7), s.base * 0.66)

    # A shop: sign, panes down to a low base, and perhaps an awning.
    near = c.between(u, -p.bay * 0.45, p.bay * 0.45)
    shop = near * others * (c.between(up, 0.02, tall * 0.9) * p.shop)
    sign = dice.colour(_SIGNS, 0.04)
    c.lay(shop, sign, SHOP)
    pane = c.between(u, -p.bay * 0.39, p.bay * 0.39) * c.between(up, 0.09, tall * 0.66)
    inner = _glass(s, np.clip(up / tall, 0, 1) * 0.8)
    goods = clouds(c, dice, 24, 24) * ramp(up, tall * 0.5, 0.09)
    glow = mix(tone(0.55, 0.48, 0.38), tone(1.0, 0.84, 0.55), s.evening)
    inner = mix(inner, glow * (1 + 0.5 * goods), 0.25 + 0.6 * s.evening)
    c.paint(shop * pane, inner)
    c.paint(shop * pane * c.stripes(u, 0, p.bay * 0.39, 0.014), sign * 1.2)
    letters = c.between(u, -p.bay * 0.3, p.bay * 0.3) * c.between(up, tall * 0.74, tall * 0.82)
    wiggle = flag(np.sin(c.x * 95 + 9 * np.sin(c.x * 41)) > -0.2)
    c.paint(shop * letters * wiggle, mix(tone(0.95, 0.9, 0.78), sign, 0.15))
    cloth = near * others * (c.between(up, tall * 0.52, tall * 0.72) * (p.shop * p.awning))
    striped = c.stripes(u, 0, 0.09, 0.045)
    fold = 0.78 + 0.3 * ramp(up, tall * 0.52, tall * 0.72)
    c.paint(cloth, mix(dice.colour(_SIGNS) * 1.3, tone(0.93, 0.92, 0.88), striped) * fold)
    c.shade(
        s.strength
        * (near * others * c.between(up, tall * 0.40, tall * 0.52) * (p.shop * p.awning) * 0.7)
    )

    # Windows otherwise.
    low, high = tall * 0.36, tall * 0.84
    plain = others * (1 - p.shop)
    wide = p.wide * 1.05
    around = c.between(u, -wide / 2 - 0.025, wide / 2 + 0.025) * c.between(
        up, low - 0.03, high + 0.025
    )
    c.paint(around * plain, s.trim)
    pane = c.between(u, -wide / 2, wide / 2) * c.between(up, low, high) * plain
    each = _Cells(np.zeros_like(p.ground), column, rows=1)
    rooms = each.of(dice.field(1, each.columns))
    lit = flag(rooms < 0.5) * s.evening
    colour = mix(_glass(s, ramp(up, low, high)), tone(1.0, 0.78, 0.42), lit)
    c.lay(pane, colour * (0.75 + 0.5 * rooms), WINDOW)
    bars = np.maximum(
        c.stripes(u, -wide / 2, wide / s.beside, 0.018),
        c.stripes(up, low, (high - low) / s.above, 0.018),
    )
    c.paint(pane * bars, s.frame)

    high, half = tall * 0.82, p.door_wide / 2
    around = c.between(u, -half - 0.035, half + 0.035) * c.between(up, 0, high + 0.035)
    c.paint(around * here, s.trim)
    door = c.between(u, -half, half) * c.between(up, 0, high) * here
    panels = c.stripes(u, half / 2, half, half * 0.6) * c.stripes(up, 0.09, 0.12, 0.075)
    c.lay(door, s.wood * (1 - 0.3 * panels), DOOR)
    fan = door * c.between(up, high - 0.065, high - 0.015)
    c.paint(fan, mix(_glass(s, np.float32(0.5)), tone(1.0, 0.8, 0.45), s.evening))
    c.paint(door * c.between(u, -0.007, 0.007), s.wood * 0.55)
    c.shade(s.strength * (door * c.between(up, high - 0.05 * s.down, high) * 0.8))


def _balconies(c: LabelledCanvas, p, s) -> None:
    """None, single ones, a row of single ones, or one along the whole floor."""
    u, column = _cell(c.x - p.left, p.bay)
    # Slab and shadow hang below the floor that the balcony belongs to.
    deep = 0.17
    row = np.floor((c.y - p.first + deep) / p.floor)
    v = c.y - p.first - row * p.floor - p.sill
    single = _Cells(row, column).of(p.balcony_cells) * flag(p.balconies == 1)
    along = flag(row == p.balcony_floor)
    cells = np.maximum(single, along * flag(p.balconies >= 2))
    half = np.where(p.balconies == 3, 9, p.wide * 0.72)
    inside = c.between(c.x - p.centre, -p.half + 0.02, p.half - 0.02)
    inside = inside * c.between(c.y, p.first - deep, p.eaves)
    across = c.between(u, -half, half)
    top, foot = p.tall * 0.42, -0.07
    whole = across * c.between(v, foot, top) * inside * cells
    c.mark(whole, BALCONY)
    shadow = c.between(u - 0.06 * s.aside, -half, half) * inside * cells
    c.shade(s.strength * (shadow * c.between(v, foot - 0.12 * s.down, foot) * 0.8))
    slab = whole * c.between(v, foot, foot + 0.035)
    rails = c.stripes(u, 0, 0.044, 0.02) * c.between(v, foot + 0.035, top - 0.02)
    c.paint(whole * np.maximum(rails, c.between(v, top - 0.03, top)), s.iron)
    c.paint(slab, s.trim * 0.94)


def _cornice(c: LabelledCanvas, p, s) -> None:
    """The moulding under the roof, and its shadow on the wall."""
    x = c.x - p.centre
    foot = p.eaves - p.cornice
    flat = flag(p.roof != 3)
    shadow = c.between(x - 0.05 * s.aside, -p.half, p.half) * c.between(x, -p.half, p.half)
    c.shade(s.strength * (shadow * c.between(c.y, foot - 0.11 * s.down, foot) * flat * 0.8))
    body = c.between(x, -p.half - 0.02, p.half + 0.02) * c.between(c.y, foot, p.eaves) * flat
    blocks = c.stripes(x, 0, 0.07, 0.035) * c.between(c.y, foot, foot + p.cornice * 0.45)
    shades = 0.86 + 0.22 * ramp(c.y, foot, p.eaves) - 0.25 * blocks
    c.lay(body, s.trim * shades, CORNICE)
    c.paint(body * c.between(c.y, p.eaves - 0.018, p.eaves), s.trim * 1.08)


def _pavement(c: LabelledCanvas, p, s) -> None:
    """Flagstones, a kerb and the street."""
    floor = c.between(c.y, -2, p.ground) * np.ones_like(c.x)
    slabs = 1 - 0.15 * c.stripes(c.x, 0, 0.3, 0.014)
    c.lay(floor, np.broadcast_to(tone(0.60, 0.59, 0.57) * slabs, (3, *floor.shape)), PAVEMENT)
    c.lit += (1 - c.lit) * floor
    c.paint(c.between(c.y, p.ground - 0.075, p.ground - 0.06), tone(0.74, 0.73, 0.71))
    c.paint(c.between(c.y, -2, p.ground - 0.075), tone(0.34, 0.34, 0.36))
    c.shade(s.strength * (c.between(c.y, p.ground - 0.03, p.ground) * 0.7))


def _light(c: LabelledCanvas, s, dice: Dice) -> None:
    """Shadows, the shade of a house across the street, the hour's tint, and the camera."""
    # The edge of that shade rises or falls across the front, as roofs and gables do.
    slope = dice.uniform(-0.5, 0.5)
    edge = dice.uniform(-0.9, 0.3) + slope * c.x
    gable = np.abs(c.x - dice.uniform(-0.8, 0.8))
    edge = edge + 0.3 * np.clip(1 - 3 * gable, 0, 1) * dice.chance(0.6)
    shade = np.clip(0.5 - (c.y - edge) / 0.06, 0, 1) * (s.sunny * dice.chance(0.55))
    light = c.lit * (1 - 0.85 * shade)
    fall = 1 + s.aside * c.x * -0.07
    # A lens is brightest in the middle; a sensor has grain.
    exposure = dice.uniform(1.0, 1.18) * (1.03 - 0.1 * (c.x**2 + c.y**2))
    grain = dice.field(*c.shape)
    grain -= np.float32(0.5)
    grain *= dice.uniform(0.015, 0.05)
    sky = c.labels == SKY
    for plane, sun, dark in zip(c.planes, s.sun, s.shade, strict=True):
        shine = light * (sun - dark)
        shine += dark
        shine *= fall
        np.copyto(shine, 1, where=sky)
        shine *= exposure
        plane *= shine
        plane += grain
