"""`seasons`: one family of landscapes, seen in summer and in winter, never the same twice.

Two domains, `seasons:summer` and `seasons:winter`. No scene appears in both, so a translator
has no pairs to learn from; the true answer, the same scene in the other season, can be had
from `counterpart`, for evaluation. Known (returned as factors): where the light comes
from, the cabin, the lake, the tree in front and the forest's density, all of which can be
seen in either season, and the path and the flowers, which only summer shows. Hidden:
outlines of the mountains and hills, clouds, places, sizes and tints.

From summer to winter the answer is determined by the picture, but for what shimmers through
a crown whose leaves have fallen. The way back is not: snow lies on paths, flowers and
pastures, on the colour of the roof, and frost does not tell the green of the leaves.
`counterpart` marks those places.

What a cheat could exploit: a change of mean colour alone turns much of a summer into
something wintry, and the sky hardly differs, so compare with that; and a translator may
hide the summer's path in a winter's faint noise to bring it back (Chu et al. 2017), so
perturb the translation before measuring the way back.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from data.drawing.canvas import Canvas
from data.drawing.dice import Dice
from data.drawing.noise import clouds, peaks, profile
from data.drawing.plants import BroadTree, SpruceRow
from data.drawing.values import choose, flag, mix, pick, ramp, tone
from data.samples import SampleSet
from data.worlds.world import Correspondent, Domains

DOMAINS = ("summer", "winter")
LIGHTS = ("light from the left", "light from the right")
CABINS = ("no cabin", "cabin on the left", "cabin on the right")
TREES = ("spruce on the left", "spruce on the right", "oak on the left", "oak on the right")
FLOWERS = ("no flowers", "yellow flowers", "red flowers", "violet flowers")

_BLOSSOMS = np.array([[0, 0, 0], [0.95, 0.82, 0.20], [0.85, 0.22, 0.20], [0.60, 0.42, 0.80]])
_CABIN_WALLS = np.array([[0.46, 0.27, 0.15], [0.55, 0.16, 0.12], [0.70, 0.62, 0.48]])
_SNOW = tone(0.95, 0.96, 0.99)
_DARK_GRASS, _GRASS = tone(0.24, 0.42, 0.15), tone(0.60, 0.72, 0.30)
_DARK_GREEN, _GREEN = tone(0.07, 0.19, 0.15), tone(0.20, 0.40, 0.22)
_BLUE_SNOW = tone(0.68, 0.76, 0.90)


class Season(Correspondent):
    """Landscapes in one season."""

    channels = 3
    version = 1
    smallest_size = 16
    # Room for pictures of 256 pixels to be cut out of.
    largest_size = 288
    factors = {
        "light": LIGHTS,
        "cabin": CABINS,
        "lake": ("no lake", "lake"),
        "tree": TREES,
        "forest": None,
        "path": ("no path", "path"),
        "flowers": FLOWERS,
    }

    def __init__(self, season: str):
        self.season = season
        self.name = f"seasons:{season}"

    def draw_chunk(self, indices, size, seed):
        """Draw a few landscapes; `forest` is its density: each row has .6 to 1.1 times it."""
        images, known, _ = _draw(self.own_numbers(indices), size, seed, self.season)
        return SampleSet(images, known)

    def draw_counterpart(self, own, size, seed, to):
        """Draw a few landscapes in another season (None: the other one)."""
        other = to.season if to else DOMAINS[1 - DOMAINS.index(self.season)]
        images, _, scene = _draw(own, size, seed, other)
        unknown = scene.under_snow if self.season == "winter" else scene.behind_leaves
        return images, np.clip(unknown * 255 + 0.5, 0, 255).astype(np.uint8)

    def own_numbers(self, indices):
        """Summers are the even scenes, winters the odd ones."""
        return indices * np.uint64(2) + np.uint64(DOMAINS.index(self.season))


def _draw(indices, size, seed, season) -> tuple[np.ndarray, dict, SimpleNamespace]:
    """Pictures, their factors, and the scene. The dice fall alike in either season."""
    c, dice = Canvas(len(indices), size), Dice(seed, indices)
    s = SimpleNamespace(
        light=dice.integer(0, 1),
        cabin=dice.integer(0, 2),
        lake=dice.integer(0, 1),
        tree=dice.integer(0, 3),
        forest=dice.uniform(0.25, 0.9),
        path=dice.integer(0, 1),
        flowers=dice.integer(0, 3),
    )
    known = {name: values[:, 0, 0] for name, values in vars(s).items()}
    s.winter = season == "winter"
    # The side that the light comes from: -1 left, 1 right.
    s.side = choose((-1, 1), s.light)
    s.horizon = dice.uniform(-0.04, 0.26)
    # What the other season does not show, as shares of each pixel.
    s.under_snow, s.behind_leaves = np.zeros((2, *c.planes.shape[1:]), np.float32)
    _lay_out(s, dice)
    _sky(c, s, dice)
    _mountains(c, s, dice)
    _hills(c, s, dice)
    _meadow(c, s, dice)
    _lake(c, s, dice)
    _path(c, s, dice)
    _cabin(c, s, dice)
    _front(c, s, dice)
    grain = (dice.field(size, size) - np.float32(0.5)) * dice.uniform(0.005, 0.025)
    c.planes += grain
    return c.finish(), known, s


def _lay_out(s, dice: Dice) -> None:
    """Where lake, cabin and path lie, so that none is in another's way."""
    s.lake_at, s.lake_level = dice.uniform(-0.5, 0.5), s.horizon - dice.uniform(0.38, 0.46)
    s.lake_wide, s.lake_deep = dice.uniform(0.45, 0.8), dice.uniform(0.07, 0.11)
    s.cabin_at = choose((0, -0.24, 0.24), s.cabin) + dice.uniform(-0.1, 0.1)
    s.cabin_half = dice.uniform(0.13, 0.2)
    bank = np.where(s.lake == 1, s.lake_level - 1.4 * s.lake_deep - 0.02, np.float32(9))
    s.cabin_foot = np.minimum(s.horizon - dice.uniform(0.46, 0.58), bank)
    # A path leads to the cabin's door, or to nowhere in particular.
    wild = dice.uniform(-0.7, 0.7)
    s.path_at = np.where(s.cabin > 0, s.cabin_at, wild)
    s.path_top = np.where(s.cabin > 0, s.cabin_foot, np.minimum(s.horizon - 0.5, bank))


def _sky(c: Canvas, s, dice: Dice) -> None:
    """A gradient, brighter on the side of the light, and clouds."""
    haze = dice.uniform(-0.04, 0.04)
    if s.winter:
        zenith, low, cloud = tone(0.45, 0.58, 0.77), tone(0.72, 0.78, 0.86), tone(0.93, 0.94, 0.96)
    else:
        zenith, low, cloud = tone(0.25, 0.50, 0.86), tone(0.74, 0.87, 0.97), tone(1.0, 0.99, 0.97)
    up = ramp(c.y, s.horizon - 0.1, 1.1)
    c.planes[...] = mix(low, zenith, up) + haze
    c.planes += 0.07 * s.side * c.x
    puffs = clouds(c, dice, 4, 3, octaves=4) + dice.uniform(-0.75, 0.0)
    # Thick clouds are grey below: where it is thicker still a little further up.
    down = c.shape[0] // 24 + 1
    under = np.clip(puffs[:, :-down] - puffs[:, down:], 0, 1)
    under = np.pad(under, ((0, 0), (down, 0), (0, 0)))
    c.paint(np.clip(2.2 * puffs, 0, 0.94), cloud * (1 - 0.35 * under))


def _mountains(c: Canvas, s, dice: Dice) -> None:
    """A jagged range: rock with snow on its heights in summer, snow with rock in winter."""
    tall = dice.uniform(0.5, 0.95)
    outline = peaks(c, dice, 4, octaves=2)
    crest = s.horizon - 0.16 + tall * (outline + 0.10 * (peaks(c, dice, 14, octaves=2) - 0.4))
    part = c.band(s.horizon - 0.4, crest)
    rough = 1.1 * clouds(part, dice, 14, 12, octaves=2)
    # Ridges run down from the crest, swerving: what faces the light below is what faces it
    # above, further to one side.
    slope = np.gradient(outline, axis=2) * (tall / c.pixel)
    swerve = (crest - part.y) * (1.3 * clouds(part, dice, 3, 4)) / c.pixel
    width = c.shape[1]
    column = np.arange(width, dtype=np.float32) + np.round(swerve)
    column = np.clip(column, 0, width - 1).astype(np.int32)
    picture = np.arange(len(slope), dtype=np.int32)[:, None, None] * width
    facing = np.clip(0.5 + 0.8 * s.side * -slope.ravel().take(column + picture), 0.05, 0.95)
    facing = np.clip(facing + 0.35 * rough, 0, 1)
    rock = mix(tone(0.33, 0.36, 0.44), tone(0.66, 0.63, 0.61), facing)
    snow = mix(_BLUE_SNOW * 0.92, _SNOW, facing)
    if s.winter:
        line, bare = s.horizon - 0.3, 0.42
    else:
        line, bare = s.horizon + 0.30, 0.30
    above = ramp(part.y + 0.16 * rough, line, line + 0.10)
    above = above * (1 - 0.8 * ramp(-rough, bare, bare + 0.25))
    colour = mix(rock, snow, above)
    # What is far takes on the sky's colour, most near its foot.
    air = tone(0.70, 0.77, 0.86) if s.winter else tone(0.66, 0.78, 0.90)
    far = (0.3 if s.winter else 0.5) * (1 - ramp(part.y, s.horizon - 0.1, s.horizon + 0.5)) + 0.08
    part.paint(part.below(crest), mix(colour, air, far))


def _spruces(c: Canvas, s, row: SpruceRow, near: float) -> None:
    """Paint a row, with snow on the upper side of every tier in winter."""
    air = tone(0.66, 0.73, 0.83) if s.winter else tone(0.55, 0.70, 0.74)
    # Mixed into the two ends of each scale, which is the same as into all between.
    dark, light, blue, white, bark = (
        mix(air, colour, np.float32(near))
        for colour in (_DARK_GREEN, _GREEN, _BLUE_SNOW, _SNOW, tone(0.26, 0.19, 0.15))
    )
    lit = 0.5 + 0.5 * np.clip(s.side * row.across * 1.3, -1, 1)
    needles = mix(dark, light, lit * (1 - 0.55 * row.tier))
    if s.winter:
        loaded = ramp(row.tier, 0.1, 0.5) * (1 - ramp(row.tier, 0.78, 1.0)) * (0.55 + 0.4 * lit)
        needles = mix(needles, mix(blue, white, lit), loaded)
    c.paint(row.trunk, bark)
    c.paint(row.branches, needles)


def _ground(s, bright: np.ndarray, near: float = 1.0) -> np.ndarray:
    """Grass or snow; `bright` 0 to 1 is how much light it faces, `near` 0 is far away."""
    air = tone(0.62, 0.70, 0.83) if s.winter else tone(0.60, 0.75, 0.80)
    ends = (_BLUE_SNOW, _SNOW) if s.winter else (_DARK_GRASS, _GRASS)
    shaded, sunny = (mix(air, colour, np.float32(near)) for colour in ends)
    return mix(shaded, sunny, bright)


def _hills(c: Canvas, s, dice: Dice) -> None:
    """Two ranges of hills with forests on them."""
    for base, high, near, tall in ((0.02, 0.14, 0.6, 0.11), (-0.10, 0.12, 0.82, 0.17)):
        crest = s.horizon + base + high * profile(c, dice, 3, octaves=2)
        part = c.band(crest - 0.6, crest + tall)
        slope = np.gradient(crest, axis=2) / c.pixel
        folds = clouds(part, dice, 6, 4, octaves=2)
        bright = np.clip(0.55 - 0.8 * s.side * slope + 0.45 * folds, 0, 1)
        part.paint(part.below(crest), _ground(s, bright, near))
        for step, size in ((0.0, 0.85), (0.07, 1.0)):
            start, share = dice.uniform(-2, -1), s.forest * dice.uniform(0.6, 1.1)
            foot = crest - step - 0.03
            strip = c.band(foot - 0.02, foot + 1.1 * tall)
            row = SpruceRow(strip, dice, start, tall * 0.5, foot, tall * size, share)
            _spruces(strip, s, row, near)


def _meadow(c: Canvas, s, dice: Dice) -> None:
    """The ground in front, with pastures and flowers that snow hides."""
    s.edge = s.horizon - 0.26 + 0.07 * profile(c, dice, 2, octaves=2)
    part = c.band(np.float32(-1), s.edge)
    waves = clouds(part, dice, 8, 3, octaves=3)
    blades = clouds(part, dice, 48, 36, octaves=2)
    near = ramp(part.y, s.edge, -1.0)
    bright = np.clip(0.58 + 0.45 * waves - 0.12 * near, 0, 1)
    ground = part.below(s.edge)
    s.bright = np.zeros_like(s.under_snow)
    _rows(part, s.bright)[...] = bright
    rough = 0.04 if s.winter else 0.22
    part.paint(ground, _ground(s, np.clip(bright + rough * blades * (0.3 + near), 0, 1)))
    patches = clouds(part, dice, 6, 3, octaves=2)
    mown = 0.7 * ramp(patches, 0.25, 0.30) * ground
    # Flowers grow in drifts: dots as large as their distance allows, and far away a tint.
    drifts = ramp(clouds(part, dice, 7, 4, octaves=2), -0.1, 0.35) * flag(s.flowers > 0)
    dots = mix(_dots(part, dice, 90, 70), _dots(part, dice, 44, 34), near)
    strewn = dots * drifts * ground * (1 - ramp(patches, 0.25, 0.30))
    blossom = dice.near(pick(_BLOSSOMS, s.flowers), 0.05)
    _rows(part, s.under_snow)[...] = np.maximum(mown, strewn)
    if not s.winter:
        lanes = 1 - 0.10 * part.stripes(part.y + 0.25 * c.x, 0, 0.09, 0.045)
        hay = mix(tone(0.62, 0.64, 0.28), tone(0.84, 0.80, 0.48), bright)
        part.paint(mown, hay * (lanes + 0.08 * blades))
        part.paint(strewn, blossom * (0.8 + 0.2 * bright + 0.15 * blades))


def _dots(c: Canvas, dice: Dice, rows: int, columns: int) -> np.ndarray:
    """Coverage of dots, or its mean where they are finer than a pixel."""
    if c.shape[0] < rows:
        dice.skip()
        return np.full_like(c.planes[0], 0.22)
    return ramp(clouds(c, dice, rows, columns), 0.05, 0.6)


def _rows(part: Canvas, plane: np.ndarray) -> np.ndarray:
    """The rows of a band, of a plane as high as the canvas."""
    return plane[:, part.first_row : part.first_row + part.y.shape[1]]


def _cover(part: Canvas, s, coverage: np.ndarray) -> None:
    """Forget what is under the snow where something else stands in front."""
    rows = _rows(part, s.under_snow)
    rows *= 1 - coverage


def _lake(c: Canvas, s, dice: Dice) -> None:
    """Water that mirrors the sky, or ice with snow blown over it."""
    middle, level, wide, deep = s.lake_at, s.lake_level, s.lake_wide, s.lake_deep
    part = c.band(level - 0.25, level + 0.25)
    shore = clouds(part, dice, 14, 7, octaves=2)
    away = np.sqrt(((c.x - middle) / wide) ** 2 + ((part.y - level) / deep) ** 2)
    there = flag(s.lake == 1)
    water = part.soft((away - 1 - 0.22 * shore) * deep) * there
    bank = part.soft((away - 1.13 - 0.22 * shore) * deep) * there
    streaks = clouds(part, dice, 40, 3)
    _cover(part, s, bank)
    if s.winter:
        part.paint(bank, tone(0.80, 0.85, 0.93))
        ice = mix(tone(0.42, 0.57, 0.70), tone(0.70, 0.80, 0.88), 0.45 + 0.6 * streaks)
    else:
        part.paint(bank, tone(0.52, 0.50, 0.30))
        depth = ramp(part.y, level - deep, level + deep)
        ice = mix(tone(0.22, 0.44, 0.66), tone(0.50, 0.68, 0.82), depth + 0.5 * streaks)
    part.paint(water, ice)


def _path(c: Canvas, s, dice: Dice) -> None:
    """A winding path, which snow hides wholly."""
    sway, turn = dice.uniform(0.1, 0.3), dice.uniform(0, 6.28)
    part = c.band(np.float32(-1), s.path_top)
    down = (s.path_top - part.y) / 0.6
    swing = np.sin(3.2 * down + turn) * (0.3 + down) - 0.3 * np.sin(turn)
    middle = s.path_at + sway * swing
    path = part.soft(np.abs(c.x - middle) - 0.012 - 0.12 * np.clip(down, 0, 2))
    path = path * part.between(part.y, -2, s.path_top) * flag(s.path == 1)
    pebbles = clouds(part, dice, 24, 24)
    rows = _rows(part, s.under_snow)
    np.maximum(rows, path, out=rows)
    if not s.winter:
        # The path lies in the ground's own light, so it tells how bright the snow will be.
        bright = 0.8 + 0.3 * _rows(part, s.bright)
        part.paint(path, tone(0.76, 0.66, 0.48) * (bright + 0.12 * pebbles))


def _cabin(c: Canvas, s, dice: Dice) -> None:
    """A cabin in the middle distance, its roof under snow in winter."""
    there = flag(s.cabin > 0)
    middle, foot, half = s.cabin_at, s.cabin_foot, s.cabin_half
    wall, high, rise = dice.colour(_CABIN_WALLS), half * 0.85, half * 0.9
    roof = dice.near(np.broadcast_to(tone(0.42, 0.26, 0.20), wall.shape), 0.08)
    part = c.band(foot - 0.05, foot + high + rise + 0.15)
    x, up = c.x - middle, part.y - foot
    _cast(part, s, x + s.side * 0.7 * half, up, half * 1.5, 0.045, there)
    body = part.box(x, -half, half, foot, foot + high) * there
    logs = 1 - 0.22 * part.stripes(up, 0, 0.035, 0.012)
    bright = 0.86 + 0.2 * s.side * np.clip(x / half, -1, 1)
    part.paint(body, wall * (logs * bright))
    pane = part.stripes(x, half / 2, half, half * 0.36) * part.between(up, high * 0.35, high * 0.75)
    warm = tone(0.98, 0.80, 0.45) if s.winter else tone(0.34, 0.40, 0.46)
    part.paint(body * pane, warm)
    part.paint(part.box(x, -half * 0.14, half * 0.14, foot, foot + high * 0.62) * there, wall * 0.5)
    chimney = part.box(x - half * 0.5, -0.03, 0.03, foot + high, foot + high + rise) * there
    part.paint(chimney, tone(0.50, 0.44, 0.42))
    eaves = part.trapezoid(x, foot + high - 0.02, foot + high + rise, half * 1.25, half * 0.12)
    if s.winter:
        roof = np.broadcast_to(mix(_BLUE_SNOW, _SNOW, np.float32(0.8)), wall.shape)
    ridges = 1 - 0.1 * part.stripes(up, 0, 0.05, 0.016)
    part.paint(eaves * there, roof * (ridges * bright))
    edge = part.between(up, high - 0.03, high - 0.005) * part.between(x, -half * 1.25, half * 1.25)
    part.paint(edge * there, tone(0.80, 0.86, 0.95) if s.winter else tone(0.26, 0.17, 0.13))
    _cover(part, s, np.maximum(body, eaves) * there)
    # But the colour of the roof does.
    rows = _rows(part, s.under_snow)
    np.maximum(rows, eaves * there, out=rows)


def _cast(c: Canvas, s, x, y, wide, deep: float, there) -> None:
    """A shadow on the ground, fading to its edge."""
    shadow = np.clip(1 - (x / wide) ** 2 - (y / deep) ** 2, 0, 1) ** 0.7 * there
    if s.winter:
        c.paint(0.55 * shadow, tone(0.52, 0.62, 0.82))
    else:
        c.paint(0.5 * shadow, tone(0.08, 0.15, 0.07))


def _front(c: Canvas, s, dice: Dice) -> None:
    """The one large tree in front, at a side of the picture."""
    at_right, is_oak = flag(s.tree % 2 == 1), flag(s.tree >= 2)
    middle = (2 * at_right - 1) * dice.uniform(0.66, 0.9)
    foot, tall = dice.uniform(-0.9, -0.72), dice.uniform(1.15, 1.45)
    ground = c.band(foot - 0.2, foot + 0.2)
    away = c.x - middle + s.side * 0.24 * tall
    _cast(ground, s, away, ground.y - foot, 0.3 * tall, 0.06, np.float32(1))

    part = c.band(foot - 0.1, foot + 1.25 * tall)
    leaf = dice.near(np.broadcast_to(tone(0.30, 0.48, 0.16), (3, *foot.shape)), 0.07)
    oak = BroadTree(part, dice, middle, foot, tall * 0.92)
    lit = np.clip(0.5 + 0.33 * (s.side * oak.across + oak.up) + 0.42 * oak.clump, 0, 1)
    round_trunk = 0.5 + 0.5 * np.clip(6 * s.side * oak.across, -1, 1)
    bark = mix(tone(0.20, 0.15, 0.12), tone(0.42, 0.33, 0.26), round_trunk)
    part.paint(oak.wood * is_oak, bark)
    crown = oak.crown * is_oak
    rime = oak.rime() * is_oak
    if s.winter:
        part.paint(rime, mix(tone(0.55, 0.62, 0.74), tone(0.94, 0.95, 0.98), lit))
    else:
        part.paint(crown, leaf * (0.45 + 0.95 * lit))
    # White branches do not tell the green of their leaves, and leaves hide what is behind.
    under_snow, behind = _rows(part, s.under_snow), _rows(part, s.behind_leaves)
    np.maximum(under_snow, crown, out=under_snow)
    np.maximum(behind, crown - rime, out=behind)

    # A row whose cells are wider than the picture, every one with a tree: one is seen.
    row = SpruceRow(part, dice, middle - 2, np.float32(4), foot, tall * 1.15, 1, stray=0)
    row.branches *= 1 - is_oak
    row.trunk *= 1 - is_oak
    _spruces(part, s, row, 1.0)
    _cover(part, s, np.maximum(row.branches, row.trunk))


WORLD = Domains("seasons", {season: Season(season) for season in DOMAINS})
