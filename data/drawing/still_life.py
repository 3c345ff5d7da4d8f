"""Still lifes: a few pieces of fruit on a table, in a bowl or on a branch."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from data.drawing import backgrounds, fruits, peel
from data.drawing.canvas import Canvas
from data.drawing.dice import Dice
from data.drawing.sprites import Pixels, Sprites, darken, outline, paint, placed
from data.drawing.values import mix, ramp

ON_TABLE, IN_BOWL, ON_BRANCH = range(3)
#: Most pieces in a picture.
MOST = 5
_LEAVES = 10

# Where pieces stand on a table, in radii: to the right, and further back. Some for each number.
_STANDING = (
    [[(0, 0)], [(0.2, 0.3)], [(-0.3, 0.1)]],
    [[(-1.05, 0), (1.05, 0.15)], [(-0.8, 0.75), (0.85, 0)], [(-1.5, 0.4), (1.4, 0)]],
    [
        [(-1.1, 0.9), (1.1, 0.8), (0, 0)],
        [(-2.1, 0.2), (0, 0), (2.1, 0.3)],
        [(0, 0.95), (-1.05, 0), (1.05, 0.1)],
    ],
    [
        [(-2.1, 0.9), (0, 1.05), (-1.05, 0), (1.1, 0)],
        [(-1.1, 0.95), (1.05, 1.05), (0, 0), (2.15, 0.1)],
        [(0, 1.15), (-2.1, 0.5), (2.1, 0.5), (0, 0)],
    ],
    [
        [(-2.1, 0.95), (0, 1.05), (2.1, 0.95), (-1.05, 0), (1.05, 0)],
        [(-1.05, 1), (1.05, 1.05), (-2.1, 0), (0, 0), (2.1, 0)],
        [(-2.3, 0.7), (0, 1.4), (2.3, 0.7), (-1.1, 0), (1.2, 0)],
    ],
)
# Where they lie in a bowl, in its half widths from the middle of its rim; the last is in front.
_PILED = (
    [[(0, 0.14)], [(0.12, 0.14)], [(-0.15, 0.14)]],
    [[(-0.42, 0.1), (0.42, 0.1)], [(-0.36, 0.18), (0.40, 0.06)], [(-0.45, 0.06), (0.34, 0.18)]],
    [
        [(0, 0.42), (-0.42, 0.06), (0.42, 0.06)],
        [(-0.45, 0.16), (0.45, 0.16), (0, 0.0)],
        [(0.05, 0.40), (0.46, 0.06), (-0.38, 0.04)],
    ],
    [
        [(-0.30, 0.42), (0.30, 0.40), (-0.52, 0.03), (0.46, 0.03)],
        [(0, 0.46), (-0.58, 0.06), (0.58, 0.06), (0, 0.0)],
        [(0.02, 0.46), (0.58, 0.06), (-0.58, 0.06), (0, 0.0)],
    ],
    [
        [(-0.30, 0.44), (0.30, 0.44), (-0.58, 0.05), (0.58, 0.05), (0, -0.01)],
        [(0.30, 0.46), (-0.30, 0.42), (0.58, 0.05), (-0.58, 0.05), (0, -0.01)],
        [(-0.28, 0.45), (0.32, 0.42), (-0.58, 0.04), (0.58, 0.05), (0, -0.02)],
    ],
)
# Where they hang: to the right, and how far down.
_HANGING = (
    [[(0, 0.2)], [(-0.2, 0.2)], [(0.2, 0.3)]],
    [[(-0.42, 0.1), (0.42, 0.4)], [(-0.44, 0.45), (0.40, 0.15)], [(-0.4, 0.2), (0.42, 0.25)]],
    [
        [(-0.58, 0.25), (0, 0.5), (0.58, 0.15)],
        [(-0.6, 0.1), (0.0, 0.6), (0.6, 0.3)],
        [(-0.58, 0.5), (0.02, 0.05), (0.6, 0.55)],
    ],
    [
        [(-0.68, 0.5), (-0.24, 0.0), (0.24, 0.7), (0.68, 0.1)],
        [(-0.66, 0.1), (-0.22, 0.7), (0.24, 0.1), (0.68, 0.6)],
        [(-0.68, 0.2), (-0.22, 0.65), (0.22, 0.0), (0.66, 0.75)],
    ],
    [
        [(-0.74, 0.15), (-0.38, 0.8), (0, 0.05), (0.38, 0.75), (0.74, 0.15)],
        [(-0.74, 0.7), (-0.37, 0.05), (0, 0.8), (0.38, 0.1), (0.74, 0.7)],
        [(-0.74, 0.3), (-0.36, 0.9), (-0.02, 0.15), (0.36, 0.8), (0.74, 0.05)],
    ],
)
# From the least to the most, for each number of pieces: on a table, in a bowl (of its half
# width), on a branch.
_RADII = np.float32(
    [
        [(0.40, 0.54), (0.33, 0.42), (0.27, 0.31), (0.25, 0.285), (0.245, 0.275)],
        [(0.44, 0.54), (0.37, 0.42), (0.34, 0.39), (0.29, 0.33), (0.28, 0.31)],
        [(0.36, 0.48), (0.31, 0.38), (0.26, 0.30), (0.23, 0.26), (0.21, 0.235)],
    ]
)
_HOW = np.zeros((3, MOST, 3, MOST, 2), np.float32)
for _place, _all in enumerate((_STANDING, _PILED, _HANGING)):
    for _number, _some in enumerate(_all):
        _HOW[_place, _number, :, : _number + 1] = _some

_GLAZES = np.float32(
    [
        (0.93, 0.92, 0.89),
        (0.24, 0.34, 0.52),
        (0.66, 0.36, 0.24),
        (0.50, 0.60, 0.56),
        (0.86, 0.78, 0.62),
        (0.22, 0.23, 0.25),
        (0.70, 0.74, 0.80),
    ]
)


def scene(dice: Dice) -> SimpleNamespace:
    """All that pictures of a scene have in common, whatever the fruit: (n,) and (n, MOST)."""

    def one(low=0.0, high=1.0):
        return dice.uniform(low, high)[:, 0, 0]

    def each(low=0.0, high=1.0):
        return np.float32(low) + np.float32(high - low) * dice.field(1, MOST)[:, 0]

    s = SimpleNamespace()
    s.number = dice.integer(1, MOST)[:, 0, 0]
    s.place = dice.integer(0, 2)[:, 0, 0]
    s.ground = dice.integer(0, 3)[:, 0, 0]
    s.lit_from = dice.integer(0, 1)[:, 0, 0]
    s.side = 2 * s.lit_from.astype(np.float32) - 1
    s.warmth, s.ripeness = one(-1, 1), one()
    count = len(s.number)
    s.there = np.arange(MOST) < s.number[:, None]
    flipped = (2 * (one() < 0.5) - 1).astype(np.float32)
    where = _HOW[s.place, s.number - 1, (one() * 3).astype(int)]
    low, high = _RADII[s.place, s.number - 1].T
    relative = low + (high - low) * one()
    across, up = where[..., 0] * flipped[:, None], where[..., 1].copy()
    across += each(-0.06, 0.06)
    up += each(-0.05, 0.05)
    own = each(0.93, 1.05)
    table, bowl, branch = (s.place == kind for kind in range(3))

    # A bowl.
    s.bowl_half, s.bowl_flat = one(0.66, 0.80), one(0.20, 0.30)
    s.bowl_x, s.bowl_rim = one(-0.1, 0.1), one(-0.16, 0.0)
    s.bowl_deep, s.bowl_foot = one(0.46, 0.58), one(0.36, 0.52)
    s.glaze, s.band = _GLAZES[(one() * 7).astype(int)], _GLAZES[(one() * 7).astype(int)]
    s.banded = (one() < 0.5).astype(np.float32)
    # A branch.
    s.root = flipped
    s.branch_y, s.branch_slope, s.branch_bow = one(0.60, 0.74), one(0.0, 0.14), one(-0.08, 0.08)

    radius = relative * np.where(bowl, s.bowl_half, 1)
    s.size = radius
    s.radius = radius[:, None] * own
    # On a table.
    further = 1 - 0.09 * up
    span = (np.abs(across) * s.there).max(1) * radius + radius
    shift = one(-1, 1) * np.maximum(0.94 - span, 0)
    base = one(-0.72, -0.55)
    stand_y = base[:, None] + up * radius[:, None] * 0.78
    s.radius = np.where(table[:, None], s.radius * further, s.radius)
    x = across * radius[:, None] + shift[:, None]
    y = stand_y + 0.86 * s.radius
    pile_x = s.bowl_x[:, None] + across * s.bowl_half[:, None]
    pile_y = s.bowl_rim[:, None] + up * s.bowl_half[:, None]
    hang_x = np.clip(across, -0.97 + s.radius, 0.97 - s.radius)
    s.knot = branch_at(s, hang_x)
    hang_y = s.knot - 0.09 - 0.50 * np.maximum(up, 0) - s.radius
    s.x = np.where(table[:, None], x, np.where(bowl[:, None], pile_x, hang_x)).astype(np.float32)
    s.y = np.where(table[:, None], y, np.where(bowl[:, None], pile_y, hang_y)).astype(np.float32)
    # How near the eye: what stands lower in a picture of a table is nearer.
    s.z = np.where(table[:, None], -1.9 * stand_y, np.where(bowl[:, None], -0.8 * pile_y, 0 * y))
    s.z = s.z.astype(np.float32)
    s.foot = s.y - 0.86 * s.radius
    # The way the stalk points, and how far it leans to the eye.
    s.view = (each() * fruits.VIEWS).astype(np.int32)
    s.view = np.where(branch[:, None], s.view // 2, s.view)
    s.angle = each(-1, 1) * np.float32([0.9, 1.1, 0.25])[s.place][:, None]
    s.wide, s.tall = each(0.95, 1.05), each(0.94, 1.04)
    s.ripe = np.clip(s.ripeness[:, None] + each(-0.12, 0.12), 0, 1)

    s.edge = one(0.12, 0.40)
    s.choice, s.wall_choice, s.wall_tint = one(), one(), one(-0.06, 0.06)
    s.turn = one(-0.5, 0.5) + np.float32(np.pi / 2) * (one() < 0.5)
    s.scale, s.period = one(0.8, 1.2), one(0.16, 0.34)
    kind = (one() * 3).astype(int)
    s.along, s.across = np.float32([0.5, 1.0, 0.5])[kind], np.float32([0.5, 0.0, 0.5])[kind]
    s.glow = one(0.0, 1.0)
    s.height, s.frontal = one(0.50, 0.72), one(0.42, 0.62)
    s.leaf = [each() for _ in range(2 * 4)]
    s.count = count
    return s


def branch_at(s: SimpleNamespace, x: np.ndarray) -> np.ndarray:
    """Height of the middle of the branch at some places: (n, k)."""
    along = x * s.root[:, None]
    bent = s.branch_bow[:, None] * (along * along)
    return s.branch_y[:, None] + s.branch_slope[:, None] * along + bent


def draw(c: Canvas, s: SimpleNamespace, fruit: str, hidden: Dice, ground: Dice) -> np.ndarray:
    """Draw scenes with one kind of fruit; return how much of each pixel is fruit, (n, h, w).

    Args:
        s: The scenes, of `scene`.
        fruit: "apples", "oranges" or "bananas".
        hidden: What no other fruit tells of this one.
        ground: What cannot be known of the ground.
    """
    views = getattr(fruits, fruit)()
    skin = {"apples": peel.apple, "oranges": peel.orange, "bananas": peel.banana}[fruit]
    s.around = hidden.field(1, MOST)[:, 0]
    s.shift = hidden.field(1, MOST)[:, 0]
    leafy, leaf_kind = hidden.field(1, MOST)[:, 0], hidden.field(1, MOST)[:, 0]
    light = _light(s)
    _grounds(c, s, ground)
    bowl = np.flatnonzero(s.place == IN_BOWL)
    branch = np.flatnonzero(s.place == ON_BRANCH)
    if bowl.size:
        _bowl(c, s, bowl, light, back=True)
    if fruit == "bananas":
        # They are flatter, and so lie lower.
        s.y = s.y - np.where(s.place[:, None] == ON_TABLE, 0.34 * s.radius, 0)
        low = s.bowl_rim[:, None]
        s.y = np.where(s.place[:, None] == IN_BOWL, low + 0.62 * (s.y - low), s.y)
    shape = _shape(s, fruit)
    for rank in range(MOST):
        _shadow(c, s, rank, views, shape)
    if branch.size:
        _branch(c, s, branch, light)
        _foliage(c, s, branch, light, 0)
    masks = np.zeros(c.planes.shape[1:], np.float32)
    for rank in range(MOST):
        chosen = np.flatnonzero(s.there[:, rank])
        if not chosen.size:
            continue
        _twig(c, s, rank, light)
        sprite = _placed(s, shape, rank, chosen)
        p = Sprites(c, views, sprite)
        _held(s, p, chosen)
        colour = _lit(c, s, p, chosen, rank, skin, light, 0.62 if fruit == "bananas" else 0.95)
        paint(c, p.pixels.where, p.coverage, colour)
        flat = masks.reshape(-1)
        flat[p.pixels.where] = np.maximum(flat[p.pixels.where], p.coverage)
        if fruit == "apples":
            _leaf_of(c, s, rank, leafy, leaf_kind, shape, light)
    if bowl.size:
        _bowl(c, s, bowl, light, back=False, masks=masks)
    if branch.size:
        _foliage(c, s, branch, light, 1, masks)
    warm = s.warmth[:, None, None]
    for plane, tint in zip(c.planes, (0.09, 0.01, -0.13), strict=True):
        plane *= 1 + np.float32(tint) * warm
    return masks


def _light(s: SimpleNamespace) -> np.ndarray:
    """Unit vectors to the light, (3, n): to the right, upwards, to the eye."""
    light = np.stack([s.side * 0.62, s.height, s.frontal])
    return light / np.sqrt((light * light).sum(0))


def _grounds(c: Canvas, s: SimpleNamespace, dice: Dice) -> None:
    def three(values):
        return values[:, None, None].astype(np.float32)

    g = SimpleNamespace(ground=s.ground, hangs=s.place == ON_BRANCH)
    g.edge, g.ends = three(s.edge), backgrounds.colours(s.ground, s.choice)
    g.wall = backgrounds.walls(s.wall_choice) + three(s.wall_tint)
    g.turn, g.scale, g.side, g.glow = map(three, (s.turn, s.scale, s.side, s.glow))
    g.weave = np.stack([three(s.period), three(s.along), three(s.across)])
    g.shift_u, g.shift_v = dice.uniform(), dice.uniform()
    backgrounds.paint_grounds(c, g)


def _shape(s: SimpleNamespace, fruit: str) -> SimpleNamespace:
    """Which views of a fruit the pieces show, and how they are turned: (n, MOST)."""
    if fruit != "bananas":
        return SimpleNamespace(view=s.view, angle=s.angle, wide=s.wide, tall=s.tall)
    hangs = (s.place == ON_BRANCH)[:, None]
    # The stalk's direction in the picture, and the lean, say how a banana lies.
    lying = (s.view + np.floor(s.angle * 4).astype(np.int32)) % fruits.VIEWS
    view = np.where(hangs, fruits.VIEWS + s.view % (fruits.VIEWS // 2), lying)
    return SimpleNamespace(view=view, angle=0.35 * s.angle, wide=s.wide, tall=s.tall)


def _placed(s, shape, rank: int, chosen: np.ndarray) -> SimpleNamespace:
    return placed(
        chosen,
        shape.view[chosen, rank],
        s.x[chosen, rank],
        s.y[chosen, rank],
        s.radius[chosen, rank],
        shape.angle[chosen, rank],
        shape.wide[chosen, rank],
        shape.tall[chosen, rank],
    )


def _held(s: SimpleNamespace, p: Sprites, chosen: np.ndarray) -> None:
    """Cut off what would be seen through a bowl."""
    bowls = s.place[chosen] == IN_BOWL
    if not bowls.any():
        return
    rows = np.flatnonzero(bowls[p.pixels.box])
    at = chosen[p.pixels.box[rows]]
    across = (p.pixels.x[rows] - s.bowl_x[at]) / s.bowl_half[at]
    low = s.bowl_flat[at] * s.bowl_half[at] * np.sqrt(np.maximum(1 - across * across, 0))
    over = (p.pixels.y[rows] - s.bowl_rim[at] + low) * 40
    p.coverage[rows] *= np.clip(over + 0.5, 0, 1)


def _lit(c, s, p: Sprites, chosen, rank: int, skin, light, round_: float) -> np.ndarray:
    """The colour of each covered pixel, (3, pixels)."""
    box, at = p.pixels.box, chosen[p.pixels.box]
    radius = s.radius[chosen, rank][box]
    angle = s.angle[chosen, rank]
    own = SimpleNamespace(
        ripe=s.ripe[chosen, rank][box],
        around=s.around[chosen, rank][box],
        shift=s.shift[chosen, rank][box],
        cos=np.cos(angle)[box],
        sin=np.sin(angle)[box],
    )
    # As sizes are one in a chunk, so is the share of a fruit that a pixel shows, about.
    finest = float(c.pixel) / 0.3 * 0.32
    look = skin(p, own, finest)
    right, up, out = p.right + look.right, p.up + look.up, p.out
    lx, ly, lz = (part[at] for part in light)
    facing = right * lx + up * ly + out * lz
    # The others stand in its light.
    shade = np.ones_like(facing)
    x, y, z = p.pixels.x, p.pixels.y, s.z[chosen, rank][box] + p.near * radius
    for other in range(MOST):
        if other == rank:
            continue
        stands = s.there[chosen, other]
        near = s.radius[chosen, other] * np.float32(round_)
        reach = np.hypot(s.x[chosen, other] - s.x[chosen, rank], s.y[chosen, other] - s.y[chosen, rank])
        stands = stands & (reach < 2.2 * (near + s.radius[chosen, rank]))
        rows = np.flatnonzero(stands[box])
        if not rows.size:
            continue
        some = box[rows]
        dx = (s.x[chosen, other])[some] - x[rows]
        dy = (s.y[chosen, other])[some] - y[rows]
        dz = (s.z[chosen, other])[some] - z[rows]
        size = near[some]
        far = dx * dx + dy * dy + dz * dz
        along = dx * lx[rows] + dy * ly[rows] + dz * lz[rows]
        miss = np.sqrt(np.maximum(far - along * along, 0)) / size
        dark = np.clip((1.12 - miss) * 2.6, 0, 1) * np.clip(along / size * 2, 0, 1)
        shade[rows] *= 1 - 0.85 * dark
        # And take some of the sky's, where it looks at them.
        toward = (dx * right[rows] + dy * up[rows] + dz * out[rows]) / np.sqrt(far + 1e-6)
        p.open[rows] *= 1 - 0.55 * np.clip(toward, 0, 1) * np.clip(size * size / (far + 1e-6), 0, 1)
    direct = np.clip((facing + 0.12) * np.float32(1 / 1.12), 0, 1) * shade
    sky = (0.34 + 0.17 * up) * p.open
    hangs = (s.place[chosen] == ON_BRANCH)[box]
    # It is dark where it stands, and in a bowl.
    sky *= np.where(hangs, 1, 0.5 + 0.5 * ramp(up, -1.0, 0.1))
    bounce = np.clip(-up, 0, 1) * np.where(hangs, np.float32(0.05), np.float32(0.13))
    amount = 0.80 * direct * (0.5 + 0.5 * p.open) + sky
    half = np.stack([lx, ly, lz + 1])
    half /= np.sqrt((half * half).sum(0))
    mirror = np.clip(right * half[0] + up * half[1] + out * half[2], 0, 1)
    for _ in range(look.sharp):
        mirror *= mirror
    edge = 1 - out
    mirror = mirror * shade * look.gloss + 0.10 * edge * edge * edge * p.open
    ends = backgrounds.colours(s.ground[chosen], s.choice[chosen]).mean(0)[:, :, 0, 0]
    colour = look.skin * amount
    colour += look.skin * (ends[:, box] * bounce)
    colour += mirror
    return np.clip(colour, 0, 1, out=colour)


def _shadow(c: Canvas, s: SimpleNamespace, rank: int, views, shape) -> None:
    """The shadow of one piece on the table, or on the wall behind it."""
    chosen = np.flatnonzero(s.there[:, rank] & (s.place != IN_BOWL))
    if not chosen.size:
        return
    sprite = _placed(s, shape, rank, chosen)
    radius, hangs = sprite.radius, s.place[chosen] == ON_BRANCH
    side, foot = s.side[chosen], s.foot[chosen, rank]
    lean = -side * 0.75
    shift_x, shift_y = -side * 0.30, np.float32(-0.24)
    reach = views.extent[sprite.index] * radius
    left = np.where(hangs, sprite.x + shift_x - reach, sprite.x - reach + np.minimum(2 * lean * reach, 0))
    right = np.where(hangs, sprite.x + shift_x + reach, sprite.x + reach + np.maximum(2 * lean * reach, 0))
    low = np.where(hangs, sprite.y + shift_y - reach, foot - 0.6 * radius)
    high = np.where(hangs, sprite.y + shift_y + reach, foot + 0.95 * radius)
    soft = 0.16 * reach
    pixels = Pixels(c, chosen, left - soft, right + soft, low - soft, high + soft)
    box = pixels.box
    foot, radius, hangs, lean = foot[box], radius[box], hangs[box], lean[box]
    x, y = pixels.x - sprite.x[box], pixels.y - sprite.y[box]
    tall = (pixels.y - foot + 0.24 * radius) / 0.42
    dx = np.where(hangs, x - shift_x[box], x - tall * lean)
    dy = np.where(hangs, y - shift_y, tall - 0.92 * radius)
    away, _ = outline(views, sprite, box, dx, dy)
    blur = np.where(hangs, 0.35 * radius, (0.10 * radius + 0.16 * np.maximum(tall, 0)))
    blur += c.pixel
    dark = np.clip(0.5 - away / blur, 0, 1)
    dark *= dark * (3 - 2 * dark)
    dark *= np.where(hangs, np.float32(0.34), np.float32(0.58))
    # Where a piece touches the table, no light comes from any side.
    touch = np.clip(1 - (x / radius) ** 2 * 0.9 - ((pixels.y - foot) / (0.45 * radius)) ** 2, 0, 1)
    dark = np.maximum(dark, np.where(hangs, 0, 0.75 * np.sqrt(touch)))
    # Shadows end with the table.
    dark *= np.where(hangs, 1, np.clip((s.edge[chosen][box] - pixels.y) / c.pixel, 0, 1))
    darken(c, pixels.where, dark, (1.0, 0.96, 0.88))


def _shaded(right, up, out, light, gloss: float, sharp: int) -> tuple:
    """Diffuse light and the reflection of a lamp: for surfaces of (m, h, w)."""
    lx, ly, lz = light
    diffuse = np.clip(right * lx + up * ly + out * lz, 0, 1)
    half = np.stack([lx, ly, lz + 1])
    half /= np.sqrt((half * half).sum(0))
    mirror = np.clip(right * half[0] + up * half[1] + out * half[2], 0, 1)
    for _ in range(sharp):
        mirror *= mirror
    return diffuse, mirror * gloss


def _bowl(c: Canvas, s: SimpleNamespace, chosen, light, back: bool, masks=None) -> None:
    """The inside of a bowl and its shadow, or its wall in front."""

    def three(values):
        return values[chosen][:, None, None]

    half, flat = three(s.bowl_half), three(s.bowl_flat)
    x, y = c.x - three(s.bowl_x), c.y - three(s.bowl_rim)
    deep, foot = three(s.bowl_deep), three(s.bowl_foot) * half
    side, lamp = three(s.side), tuple(part[chosen][:, None, None] for part in light)
    glaze = s.glaze[chosen].T[:, :, None, None]
    rows = slice(*np.searchsorted(-c.y[0, :, 0], [-0.42, 0.98]))
    y = y[:, rows]
    planes = c.planes[:, chosen, rows]
    across = x / half
    oval = np.sqrt(across**2 + (y / (half * flat)) ** 2)

    def soft(distance):
        return np.clip(0.5 - distance / c.pixel, 0, 1)

    def lay(coverage, colour):
        planes[...] += (colour - planes) * coverage

    thin = half * flat
    if back:
        # The shadow on the table: under the foot and to the side.
        bottom = -deep - 0.02
        near = ((x + side * 0.45 * half) / (1.15 * half)) ** 2 + ((y - bottom - 0.05) / 0.24) ** 2
        dark = 0.55 * np.clip(1.25 - near, 0, 1)
        under = (x / (1.35 * foot)) ** 2 + ((y - bottom) / 0.13) ** 2
        dark = np.maximum(dark, 0.8 * np.clip(1.3 - under, 0, 1))
        dark *= soft(c.y[:, rows] - three(s.edge))
        for plane, amount in zip(planes, (1.0, 0.96, 0.88), strict=True):
            plane *= 1 - dark * np.float32(amount)
        inside = 0.62 - 0.30 * side * across + 0.22 * (y / thin) - 0.25 * np.clip(1 - oval, 0, 1)
        lay(soft((oval - 1) * thin * 1.4), glaze * np.clip(inside, 0.12, 1.1))
        rim = soft((np.abs(oval - 0.985) - 0.03) * thin * 2.2) * (y > 0)
        lay(rim, glaze * (0.86 + 0.16 * side * across) + 0.04)
    else:
        front = -thin * np.sqrt(np.maximum(1 - across * across, 0))
        down = np.clip(-y / deep, 0, 1.2)
        curve = np.sqrt(np.maximum(1 - down**2.3, 0.0)) * half
        wide = np.maximum(curve, foot * (down > 0.9))
        edge = np.abs(x) - np.maximum(curve, 0)
        base = np.maximum(np.abs(x) - foot, -y - deep - 0.05 * np.sqrt(np.maximum(1 - (x / foot) ** 2, 0)))
        distance = np.minimum(np.maximum(edge * 0.8, -y - deep), np.maximum(base, y + 0.8 * deep))
        body = soft(np.maximum(distance, y - front))
        right = np.clip(x / np.maximum(wide, 0.05), -1, 1) * 0.96
        up = -0.15 - 0.75 * down * down
        out = np.sqrt(np.maximum(1 - right * right, 0.02)) * (1 - 0.35 * down)
        diffuse, mirror = _shaded(right, up, out, lamp, 0.5, 5)
        band = soft(np.abs(y - front + 0.10 * half) - 0.035 * half) * three(s.banded)
        colour = mix(glaze, s.band[chosen].T[:, :, None, None], band)
        shade = 0.36 + 0.62 * diffuse - 0.12 * down
        lay(body, np.clip(colour * shade + mirror * (1 - down), 0, 1))
        lip = soft((np.abs(oval - 0.985) - 0.03) * thin * 2.2) * (y <= 0)
        lay(lip, np.clip(glaze * (0.92 + 0.14 * side * across) + 0.05, 0, 1))
        part = masks[chosen, rows]
        part *= (1 - body) * (1 - lip)
        masks[chosen, rows] = part
    c.planes[:, chosen, rows] = planes


def _branch(c: Canvas, s: SimpleNamespace, chosen, light) -> None:
    """A branch from one side to the other, thinner to its end, and its shadow on the wall."""

    def three(values):
        return values[chosen][:, None, None]

    root, side = three(s.root), three(s.side)
    rows = slice(0, np.searchsorted(-c.y[0, :, 0], -0.10))
    y, planes = c.y[:, rows], c.planes[:, chosen, rows]

    def middle(x):
        along = x * root
        wave = 0.012 * np.sin(9 * along + 20 * three(s.branch_bow))
        return three(s.branch_y) + three(s.branch_slope) * along + three(s.branch_bow) * along**2 + wave

    thick = 0.040 + 0.016 * root * c.x
    away = np.abs(y - middle(c.x + side * 0.30) + 0.24)
    dark = 0.26 * np.clip(1.3 - away / (thick * 1.7), 0, 1)
    planes *= 1 - dark
    off = (y - middle(c.x)) / thick
    body = np.clip(0.5 - (np.abs(off) - 1) * thick / c.pixel, 0, 1)
    held = np.clip(off, -1, 1)
    lit = 0.42 + 0.34 * held + 0.35 * np.sqrt(np.maximum(1 - held * held, 0))
    lit = lit * (1 + 0.10 * np.sin(c.x * 46 + 9 * held) + 0.07 * np.sin(c.x * 17 - 5 * held))
    bark = np.float32([0.42, 0.31, 0.22])[:, None, None, None]
    planes += (bark * lit - planes) * body
    c.planes[:, chosen, rows] = planes


def _twig(c: Canvas, s: SimpleNamespace, rank: int, light) -> None:
    """What a piece hangs on."""
    chosen = np.flatnonzero(s.there[:, rank] & (s.place == ON_BRANCH))
    if not chosen.size:
        return
    x, knot = s.x[chosen, rank], s.knot[chosen, rank]
    low = s.y[chosen, rank] + 0.80 * s.radius[chosen, rank]
    bend = 0.05 * s.root[chosen]
    pixels = Pixels(c, chosen, x - 0.1, x + 0.1, low, knot)
    box = pixels.box
    share = np.clip((pixels.y - low[box]) / (knot - low)[box], 0, 1)
    thick = np.maximum(0.014 + 0.008 * share * share, 0.4 * c.pixel)
    off = pixels.x - x[box] - bend[box] * share * share
    coverage = np.clip(0.5 - (np.abs(off) - thick) / c.pixel, 0, 1)
    lit = 0.75 + 0.3 * np.clip(off / thick, -1, 1) * s.side[chosen][box]
    tone = np.float32([0.36, 0.30, 0.15])[:, None]
    paint(c, pixels.where, coverage, tone * lit)


def _foliage(c: Canvas, s: SimpleNamespace, chosen, light, layer: int, masks=None) -> None:
    """Leaves along a branch: behind the fruit, or in front of it."""
    place, turn, size, tint = s.leaf[4 * layer : 4 * layer + 4]
    views = fruits.leaves()
    for number in range(MOST):
        along = -0.95 + 1.9 * (number + 0.15 + 0.7 * place[chosen, number]) / MOST
        height = branch_at(_rows(s, chosen), along[:, None])[:, 0]
        angle = (0.5 + 1.3 * turn[chosen, number]) * (1 if number % 2 else -1)
        long = (0.15 + 0.09 * size[chosen, number]) * (1.1 - 0.25 * layer)
        # Leaves begin at the branch.
        x = along - np.sin(angle) * long * 1.25
        y = height + np.cos(angle) * long * 1.25
        index = (tint[chosen, number] * 7919 % 1 * fruits.VIEWS).astype(np.int32)
        sprite = placed(chosen, index, x, y, long, angle)
        _leaf(c, s, views, sprite, tint[chosen, number], light, masks)


def _rows(s: SimpleNamespace, chosen) -> SimpleNamespace:
    names = ("root", "branch_y", "branch_slope", "branch_bow")
    return SimpleNamespace(**{name: getattr(s, name)[chosen] for name in names})


def _leaf(c, s, views, sprite, tint, light, masks=None) -> None:
    p = Sprites(c, views, sprite)
    at = sprite.picture[p.pixels.box]
    look = peel.leaf(p, SimpleNamespace(ripe=tint[p.pixels.box]), float(c.pixel))
    lamp = [part[at] for part in light]
    facing = p.right * lamp[0] + p.up * lamp[1] + p.out * lamp[2]
    amount = 0.40 + 0.62 * np.clip(facing, 0, 1)
    colour = look.skin * amount + 0.20 * np.clip(facing, 0, 1) ** 8
    paint(c, p.pixels.where, p.coverage, np.clip(colour, 0, 1))
    if masks is not None:
        masks.reshape(-1)[p.pixels.where] *= 1 - p.coverage


def _leaf_of(c, s, rank: int, leafy, kind, shape, light) -> None:
    """A leaf at the stalk of some apples."""
    chosen = np.flatnonzero(s.there[:, rank] & (leafy[:, rank] < 0.45) & (s.place != ON_BRANCH))
    if not chosen.size:
        return
    tilt = fruits.tilts()[shape.view[chosen, rank]]
    angle, radius = shape.angle[chosen, rank], s.radius[chosen, rank]
    # The stalk's upper end, as it is seen.
    high = radius * np.float32(1.02) * np.cos(tilt)
    x, y = s.x[chosen, rank] - np.sin(angle) * high, s.y[chosen, rank] + np.cos(angle) * high
    way = np.where(kind[chosen, rank] < 0.5, np.float32(1), np.float32(-1))
    turned = angle + way * (0.9 + 0.8 * (kind[chosen, rank] * 2 % 1))
    long = 0.42 * radius
    x, y = x - np.sin(turned) * long * 1.2, y + np.cos(turned) * long * 1.2
    index = (kind[chosen, rank] * fruits.VIEWS).astype(np.int32)
    sprite = placed(chosen, index, x, y, long, turned)
    _leaf(c, s, fruits.leaves(), sprite, kind[chosen, rank] * 7 % 1, light)
