"""`houses`: drawings of buildings in a landscape, with what they show written beside them.

Known (returned as factors): the walls' colour, the roof's type, the storeys, whether there
is a tower, the time of day, the season, and the viewpoint's shift to the side. Hidden: the
exact tints and the other colours, widths, windows, door, chimney, trees, clouds, hills. The
factors are drawn independently of each other. Some of what is hidden follows them, as it
does in the world: flat roofs have no chimney, higher houses lower storeys, and the sun
stands where the hour wants it. `shift` says how much of a side is seen, from 1 (all of the
right side) to -1 (all of the left); at 0 the drawing changes over to its mirror image, so it
is no smooth movement of a camera. What could be exploited is colour: night is dark and
winter is white, so a mean colour tells time and season apart without seeing a house.
"""

from __future__ import annotations

import numpy as np

from data.drawing.canvas import Canvas
from data.drawing.dice import Dice
from data.drawing.values import choose, flag, pick
from data.samples import SampleSet
from data.worlds.world import World

COLOURS = ("white", "cream", "red", "blue", "ochre", "grey", "pink")
ROOFS = ("gable", "hip", "flat", "mansard")
TIMES = ("dawn", "day", "dusk", "night")
SEASONS = ("spring", "summer", "autumn", "winter")

_WALLS = np.array(
    [
        [0.95, 0.93, 0.88],
        [0.93, 0.83, 0.62],
        [0.70, 0.34, 0.26],
        [0.60, 0.72, 0.80],
        [0.87, 0.64, 0.33],
        [0.66, 0.63, 0.59],
        [0.88, 0.62, 0.57],
    ]
)
_ROOF_TILES = np.array(
    [[0.68, 0.28, 0.19], [0.29, 0.32, 0.40], [0.40, 0.26, 0.19], [0.52, 0.17, 0.17]]
)
_DOORS = np.array([[0.45, 0.24, 0.12], [0.16, 0.33, 0.25], [0.56, 0.13, 0.12], [0.17, 0.24, 0.42]])
_ZENITH = np.array([[0.47, 0.58, 0.84], [0.25, 0.53, 0.88], [0.27, 0.22, 0.47], [0.05, 0.08, 0.22]])
_HORIZON = np.array([[1.0, 0.80, 0.67], [0.78, 0.91, 0.99], [0.99, 0.56, 0.33], [0.20, 0.26, 0.47]])
# What the light of the hour leaves of a colour.
_LIGHT = np.array([[1.0, 0.90, 0.86], [1.0, 1.0, 1.0], [0.88, 0.68, 0.62], [0.40, 0.44, 0.62]])
_GLASS = np.array([[0.45, 0.55, 0.66], [0.36, 0.50, 0.64], [0.98, 0.80, 0.45], [1.0, 0.84, 0.42]])
_GRASS = np.array([[0.55, 0.75, 0.34], [0.36, 0.60, 0.24], [0.72, 0.58, 0.30], [0.93, 0.95, 0.98]])
_LEAVES = np.array([[0.95, 0.72, 0.79], [0.19, 0.45, 0.18], [0.86, 0.45, 0.12], [0.74, 0.77, 0.82]])
_HILLS = np.array([[0.47, 0.62, 0.50], [0.34, 0.52, 0.40], [0.62, 0.50, 0.36], [0.80, 0.85, 0.92]])
_SNOW = np.array([[0.96], [0.97], [1.0]], np.float32)[:, :, None, None]
_BARK = np.array([[0.33], [0.22], [0.15]], np.float32)[:, :, None, None]
_PATH = np.array([[0.78], [0.70], [0.58]], np.float32)[:, :, None, None]


class Houses(World):
    """Buildings with known colour, roof, storeys, tower, time, season and viewpoint."""

    name = "houses"
    version = 2
    channels = 3
    smallest_size = 8
    largest_size = 256
    factors = {
        "colour": COLOURS,
        "roof": ROOFS,
        "storeys": ("one storey", "two storeys", "three storeys"),
        "tower": ("no tower", "tower"),
        "time": TIMES,
        "season": SEASONS,
        "shift": None,
    }

    def draw_chunk(self, indices, size, seed):
        """Draw a few houses; `shift` runs from -1 (seen from the left) to 1 (the right)."""
        dice = Dice(seed, indices)
        known = {
            "colour": dice.integer(0, len(COLOURS) - 1),
            "roof": dice.integer(0, 3),
            "storeys": dice.integer(0, 2),
            "tower": dice.integer(0, 1),
            "time": dice.integer(0, 3),
            "season": dice.integer(0, 3),
            "shift": dice.uniform(-1, 1),
        }
        canvas = Canvas(len(indices), size)
        light = pick(_LIGHT, known["time"])
        sun = _draw_sky(canvas, dice, known)
        ground = _draw_land(canvas, dice, known, light)
        _draw_house(canvas, dice, known, light, ground, sun)
        return SampleSet(canvas.finish(), {name: v[:, 0, 0] for name, v in known.items()})


def _draw_sky(canvas: Canvas, dice: Dice, known: dict) -> np.ndarray:
    """Sky, sun or moon, and clouds; returns the side of the light, -1 left or 1 right."""
    height = np.clip((canvas.y + 0.3) / 1.3, 0, 1)
    zenith, horizon = pick(_ZENITH, known["time"]), pick(_HORIZON, known["time"])
    canvas.planes[...] = horizon + (zenith - horizon) * height

    # Low at dawn (left) and dusk (right), high at day; a small moon at night.
    time = known["time"]
    across = choose((-0.7, 0.0, 0.7, 0.0), time) + dice.uniform(-0.25, 0.25)
    across += choose((0, 1, 0, 1), time) * (1.1 * dice.chance(0.5) - 0.55)
    up = choose((0.35, 0.78, 0.30, 0.75), time) + dice.uniform(-0.08, 0.08)
    radius = choose((0.13, 0.11, 0.14, 0.09), time)
    disc = np.array([[1, 0.93, 0.72], [1, 0.97, 0.80], [1, 0.82, 0.45], [0.93, 0.94, 0.98]])
    canvas.paint(canvas.ellipse(canvas.x - across, canvas.y - up, radius, radius), pick(disc, time))

    white = np.clip(horizon * 0.4 + 0.58 * pick(_LIGHT, time), 0, 1)
    for _ in range(2):
        there = 0.85 * dice.chance(0.6)
        x, y = canvas.x - dice.uniform(-1, 1), canvas.y - dice.uniform(0.45, 0.9)
        length = dice.uniform(0.2, 0.38)
        cloud = None
        for shift, rise, part in ((0.0, 0.0, 1.0), (0.35, 0.05, 0.6)):
            puff = canvas.ellipse(
                x - shift * length, y - rise, part * length, np.float32(0.085 * (0.6 + 0.4 * part))
            )
            cloud = puff if cloud is None else np.maximum(cloud, puff)
        canvas.paint(cloud * there, white)
    return np.where(across < 0, np.float32(-1), np.float32(1))


def _draw_land(canvas: Canvas, dice: Dice, known: dict, light: np.ndarray) -> np.ndarray:
    """Hills and ground; returns the height of the ground that the house stands on."""
    shift = known["shift"]
    ground = dice.uniform(-0.68, -0.56)
    # The further away, the less it moves against the viewpoint, and the paler it is.
    for distance, height in ((0.7, 0.34), (0.35, 0.16)):
        wave = 2.2 + 2 * (1 - distance)
        phase = dice.uniform(0, 6.28) + 0.5 * (1 - distance) * shift
        ridge = np.sin(wave * canvas.x + phase) + 0.45 * np.sin(2.3 * wave * canvas.x + 2 * phase)
        colour = pick(_HILLS, known["season"]) * light
        haze = pick(_HORIZON, known["time"])
        crest = ground + height + dice.uniform(0.04, 0.14) * ridge
        canvas.paint(canvas.below(crest), colour + (haze - colour) * (0.6 * distance))

    nearness = np.clip((ground - canvas.y) / 0.5, 0, 1)
    grass = pick(_GRASS, known["season"]) * light
    canvas.paint(canvas.below(ground + 0.02), grass * (1.02 - 0.22 * nearness))
    return ground


def _draw_house(canvas, dice: Dice, known: dict, light: np.ndarray, ground, sun) -> None:
    """The building with its side, roof, tower, chimney, windows, door, path and trees.

    Everything is laid out in mirrored coordinates, so that the side that the viewpoint
    shows is always on the right: x is 0 in the middle of the front.
    """
    shift, season, roof = known["shift"], known["season"], known["roof"]
    is_tower = flag(known["tower"] == 1)
    mirror = np.where(shift >= 0, np.float32(1), np.float32(-1))
    # The light comes from the side that is seen (1), or from the other (-1).
    sun = sun * mirror
    half = dice.uniform(0.36, 0.47)
    depth = 0.10 + 0.24 * np.abs(shift)
    # The tower stands on the left of the (mirrored) front: balance the whole about 0.
    centre = (-depth / 2 + 0.12 * is_tower) + dice.uniform(-0.06, 0.06)
    x = mirror * canvas.x - centre

    storeys = known["storeys"].astype(np.float32) + 1
    storey = choose((0.36, 0.30, 0.245), known["storeys"]) * dice.uniform(0.92, 1.05)
    base = ground - 0.06
    eaves = base + storey * storeys + 0.04
    wall = dice.near(pick(_WALLS, known["colour"]))
    tiles = dice.colour(_ROOF_TILES)
    winter = flag(season == 3)
    tiles = tiles + (_SNOW - tiles) * (0.86 * winter)
    wall_lit, tiles_lit = wall * light, tiles * light
    frame = np.clip(wall * 0.35 + 0.62, 0, 1) * light

    # The shadow on the ground and the path to the door.
    # The door takes the place of a window.
    columns = 2 + flag((dice.uniform() < 0.5) & (half > 0.40))
    door_column = np.minimum(np.floor(dice.uniform() * columns), columns - 1)
    door_at = -half + (door_column + 0.5) * (2 * half / columns)
    along = half + depth / 2
    canvas.darken(
        canvas.ellipse(x - depth / 2 + 0.16 * sun, canvas.y - base, along + 0.12, 0.06), 0.28
    )
    widening = 0.07 + np.clip(base - canvas.y, 0, 1) * 0.42
    bend = door_at + np.clip(base - canvas.y, 0, 1) * dice.uniform(-0.5, 0.5)
    on_path = canvas.soft(np.abs(x - bend) - widening) * canvas.between(canvas.y, -1, base)
    canvas.paint(on_path * (1 - 0.55 * winter), _PATH * light)

    _draw_tree(canvas, dice, known, light, x + half + 0.28 + 0.30 * is_tower, base + 0.05)

    # The side: a wall that runs back to a vanishing point, under its own part of the roof.
    rise = choose((0.36, 0.30, 0.05, 0.31), roof) + choose((0.08, 0.05, 0.02, 0.04), roof) * (
        dice.uniform()
    )
    overhang = choose((0.06, 0.06, 0.035, 0.05), roof)
    top_half = choose((0.0, 0.45, 1.0, 0.74), roof) * (half + overhang)
    back = np.clip((x - half) / depth, 0, 1)
    side = canvas.between(x, half, half + depth)
    side = side * canvas.soft(base + 0.07 * back - canvas.y)
    side *= canvas.soft(canvas.y - eaves + 0.05 * back)
    facing = 0.81 + 0.15 * sun
    canvas.paint(side, wall_lit * facing)
    pane = side * canvas.stripes(x, half + depth / 2, 5.0, 0.42 * depth)
    pane *= canvas.stripes(canvas.y, base + storey * 0.60, storey, storey * 0.44)
    glass = pick(_GLASS, known["time"]) * dice.uniform(0.82, 1.0)
    canvas.paint(pane, glass * (0.87 + 0.07 * sun))

    lean = (half + overhang - top_half) / rise
    left_edge = half + overhang - lean * (canvas.y - eaves)
    sunk = canvas.y + 0.05 * np.clip((x - left_edge) / depth, 0, 1)
    plane = canvas.between(canvas.y, eaves - 0.05, eaves + rise) * canvas.soft(sunk - eaves - rise)
    plane *= canvas.soft(left_edge - x) * canvas.soft(x - left_edge - depth)
    plane *= canvas.soft(eaves - 0.02 - sunk)
    canvas.paint(plane, tiles_lit * (0.86 + 0.14 * sun))

    _draw_tower(
        canvas, dice, x + half + 0.06, base, eaves + rise, known, wall_lit, tiles_lit, glass, sun
    )

    chimney = dice.chance(0.55) * flag(roof != 2)
    stack = x - dice.uniform(0.1, 0.22)
    canvas.paint(
        canvas.box(stack, -0.045, 0.045, eaves + rise * 0.3, eaves + rise + 0.07) * chimney,
        np.float32(0.62) * np.array([0.9, 0.62, 0.55], np.float32)[:, None, None, None] * light,
    )

    # The front, lit a little unevenly, with planks or courses of stone on some walls.
    front = canvas.box(x, -half, half, base, eaves)
    glow = 0.98 + 0.05 * sun * np.clip(x / half, -1, 1)
    courses = 1 - dice.uniform(0.0, 0.09) * canvas.stripes(canvas.y, base, 0.125, 0.0625)
    canvas.paint(front, wall_lit * (glow * courses))
    canvas.paint(canvas.trapezoid(x, eaves, eaves + rise, half + overhang, top_half), tiles_lit)
    is_gable, is_mansard = flag(roof == 0), flag(roof == 3)
    gable = canvas.trapezoid(x, eaves - 0.01, eaves + rise * 0.80, half, np.float32(0))
    canvas.paint(gable * is_gable, wall_lit * glow)
    attic = canvas.ellipse(x, canvas.y - eaves - 0.12 * is_gable, 0.065, 0.065) * is_gable
    canvas.paint(attic, glass)
    # A mansard roof has its windows in the slope.
    dormers = canvas.stripes(x, half / 2, half, 0.15) * canvas.between(x, -half, half)
    dormers = dormers * is_mansard
    rows = canvas.between(canvas.y, eaves + 0.05, eaves + 0.23)
    canvas.paint(dormers * rows, frame)
    inner = canvas.stripes(x, half / 2, half, 0.085) * canvas.between(x, -half, half)
    canvas.paint(inner * is_mansard * canvas.between(canvas.y, eaves + 0.07, eaves + 0.19), glass)
    canvas.darken(canvas.box(x, -half, half, eaves - 0.05, eaves), 0.30)

    _draw_windows(
        canvas, dice, x, half, base, storey, storeys, frame, glass, known, columns, door_column
    )

    canvas.paint(canvas.box(x - door_at, -0.095, 0.095, base, base + 0.235), frame)
    canvas.paint(
        canvas.box(x - door_at, -0.068, 0.068, base, base + 0.205), dice.colour(_DOORS) * light
    )
    # Bushes in front of the wall.
    leaf = (pick(_LEAVES, season) * 0.45 + pick(_GRASS, season) * 0.38) * light
    bush_at = dice.uniform(0.55, 0.95) * half * np.where(door_at > 0, np.float32(-1), np.float32(1))
    size = dice.uniform(0.07, 0.12)
    canvas.paint(
        canvas.ellipse(x - bush_at, canvas.y - base, size * 1.4, size) * dice.chance(0.6), leaf
    )


def _draw_windows(
    canvas, dice, x, half, base, storey, storeys, frame, glass, known, columns, door_column
) -> None:
    """Rows of windows in the front, none where the door is, and some of them dark at night."""
    period = 2 * half / columns
    first = -half + period / 2
    width = np.minimum(period * 0.58, 0.25)
    floors = canvas.between(canvas.y, base, base + storey * storeys)
    middle = base + storey * 0.60
    tall = storey * dice.uniform(0.44, 0.56)
    inside = canvas.between(x, -half, half)
    column = np.floor((x + half) / period)
    ground_floor = canvas.between(canvas.y, base, base + storey)
    floors = floors - flag(column == door_column) * ground_floor
    across = canvas.stripes(x, first, period, width + 0.05) * inside
    canvas.paint(across * (canvas.stripes(canvas.y, middle, storey, tall + 0.05) * floors), frame)
    across = canvas.stripes(x, first, period, width) * inside
    # One column may be dark: a light that is off in the evening.
    is_dark = flag((column == dice.integer(0, 3)) & (known["time"] >= 2))
    pane = across * (canvas.stripes(canvas.y, middle, storey, tall) * floors)
    canvas.paint(pane, glass * (1 - 0.62 * is_dark))


def _draw_tower(canvas, dice, x, base, ridge, known, wall, tiles, glass, sun) -> None:
    """A tower with a pointed roof at the house's left, where the house has one."""
    there = flag(known["tower"] == 1)
    half = dice.uniform(0.125, 0.16)
    top = np.minimum(ridge + dice.uniform(-0.08, 0.06), 0.58)
    body = canvas.box(x, -half, half, base, top) * there
    # Round: darker towards both edges.
    curve = 0.98 - 0.30 * np.clip(np.abs(x - 0.3 * sun * half) / half, 0, 1) ** 2
    canvas.paint(body, wall * curve)
    slits = canvas.between(x, -0.042, 0.042) * canvas.stripes(canvas.y, top - 0.14, 0.33, 0.15)
    # As many slits as fit whole, from the top down.
    fit = np.floor((top - base - 0.3) / 0.33)
    canvas.paint(body * slits * canvas.between(canvas.y, top - 0.3 - 0.33 * fit, top), glass)
    point = top + dice.uniform(0.26, 0.36)
    roof = canvas.trapezoid(x, top - 0.01, point, half + 0.05, np.float32(0)) * there
    canvas.paint(roof, tiles * (0.89 + 0.11 * sun * np.clip(x / half, -1, 1)))


def _draw_tree(canvas, dice, known, light, x, foot) -> None:
    """One tree beside the house: round and changing with the season, or a dark conifer."""
    season = known["season"]
    x = x + dice.uniform(-0.06, 0.08)
    there = dice.chance(0.75)
    conifer = dice.chance(0.35)
    height = dice.uniform(0.5, 0.8)
    canvas.paint(
        canvas.box(x, -0.03, 0.03, foot - 0.04, foot + 0.45 * height) * there, _BARK * light
    )
    leaves = pick(_LEAVES, season) * light
    spread = dice.uniform(0.17, 0.24)
    round_tree = there * (1 - conifer)
    crown = foot + 0.68 * height
    canvas.paint(canvas.ellipse(x, canvas.y - crown, spread, 0.36 * height) * round_tree, leaves)
    lit = canvas.ellipse(
        x + 0.3 * spread, canvas.y - crown - 0.1 * height, spread * 0.55, 0.2 * height
    )
    canvas.paint(lit * round_tree * 0.5, np.clip(leaves * 1.22, 0, 1))
    needles = np.array([0.13, 0.33, 0.24], np.float32)[:, None, None, None]
    needles = (needles + (_SNOW - needles) * (0.5 * flag(season == 3))) * light
    for low, high, wide in ((0.12, 0.62, 1.0), (0.42, 1.0, 0.78)):
        tier = canvas.trapezoid(
            x, foot + low * height, foot + high * height, np.float32(wide * 0.19), np.float32(0)
        )
        canvas.paint(tier * (there * conifer), needles * (0.86 + 0.28 * low))


WORLD = Houses()
