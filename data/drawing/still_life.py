"""Still lifes: a few pieces of fruit on a table, in a bowl or on a branch."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from data.drawing import backgrounds, fruits, peel
from data.drawing.arrangement import IN_BOWL, MOST, ON_BRANCH, ON_TABLE
from data.drawing.canvas import Canvas
from data.drawing.dice import Dice
from data.drawing.lamp import mirrored
from data.drawing.props import bowl_behind, bowl_in_front, branch, foliage, leaf_of, twig
from data.drawing.sprites import Pixels, Sprites, darken, outline, paint, placed
from data.drawing.values import ramp

_SKINS = {"apples": peel.apple, "oranges": peel.orange, "bananas": peel.banana}
#: Of its radius, how large a ball stands in others' light as much as a piece does.
_BULKS = {"apples": 0.95, "oranges": 0.95, "bananas": 0.62}


def draw(c: Canvas, s: SimpleNamespace, fruit: str, hidden: Dice, ground: Dice) -> np.ndarray:
    """Draw scenes with one kind of fruit; return how much of each pixel is fruit, (n, h, w).

    Args:
        s: The scenes, of `arrangement.scene`.
        fruit: "apples", "oranges" or "bananas".
        hidden: Dice for what no other fruit tells of this one.
        ground: Dice for how the ground's texture lies, and for the grain of the picture.
    """
    s = _pieces(s, fruit, hidden)
    views, light = getattr(fruits, fruit)(), _light(s)
    in_bowls, on_branches = (np.flatnonzero(s.place == kind) for kind in (IN_BOWL, ON_BRANCH))
    masks = np.zeros(c.planes.shape[1:], np.float32)
    _grounds(c, s, ground)
    if in_bowls.size:
        bowl_behind(c, s, in_bowls)
    for rank in range(MOST):
        _shadow(c, s, rank, views)
    if on_branches.size:
        branch(c, s, on_branches)
        foliage(c, s, on_branches, light, 0, masks)
    for rank in range(MOST):
        chosen = np.flatnonzero(s.there[:, rank])
        if not chosen.size:
            continue
        twig(c, s, rank)
        p = Sprites(c, views, _placed(s, rank, chosen))
        _cut_by_bowl(s, p, chosen)
        paint(c, p.pixels.where, p.coverage, _lit(c, s, p, chosen, rank, fruit, light))
        flat = masks.reshape(-1)
        flat[p.pixels.where] = np.maximum(flat[p.pixels.where], p.coverage)
        if fruit == "apples":
            leaf_of(c, s, rank, light)
    if in_bowls.size:
        bowl_in_front(c, s, in_bowls, light, masks)
    if on_branches.size:
        foliage(c, s, on_branches, light, 1, masks)
    c.planes += (ground.field(*c.shape) - np.float32(0.5)) * np.float32(0.022)
    warm = s.warmth[:, None, None]
    for plane, tint in zip(c.planes, (0.09, 0.01, -0.13), strict=True):
        plane *= 1 + np.float32(tint) * warm
    return masks


def _pieces(s: SimpleNamespace, fruit: str, hidden: Dice) -> SimpleNamespace:
    """The scene, with what each piece is like."""
    s = SimpleNamespace(**vars(s))
    s.around, s.shift, s.leafy, s.leaf_kind = (hidden.field(1, MOST)[:, 0] for _ in range(4))
    # How much of its width touches what it stands on.
    s.touching = np.float32(0.6 if fruit == "bananas" else 1.0)
    if fruit != "bananas":
        return s
    table, bowl, hangs = (s.place[:, None] == kind for kind in (ON_TABLE, IN_BOWL, ON_BRANCH))
    # They are flatter, and so lie lower.
    rim = s.bowl_rim[:, None]
    s.y = s.y - np.where(table, 0.34 * s.radius, 0)
    s.y = np.where(bowl, rim + 0.64 * (s.y - rim), s.y)
    # Where an apple's stalk points to, and how far it leans, tells how a banana lies.
    lying = (s.view + np.floor(s.angle * 4).astype(np.int32)) % fruits.VIEWS
    s.view = np.where(hangs, fruits.VIEWS + s.view % (fruits.VIEWS // 2), lying)
    s.angle = 0.35 * s.angle
    return s


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
    g.beam, g.beam_half = three(s.beam), three(s.beam_half)
    g.weave = np.stack([three(s.period), three(s.warp), three(s.weft)])
    g.shift_u, g.shift_v = dice.uniform(), dice.uniform()
    backgrounds.paint_grounds(c, g)


def _placed(s, rank: int, chosen: np.ndarray) -> SimpleNamespace:
    return placed(
        chosen,
        s.view[chosen, rank],
        s.x[chosen, rank],
        s.y[chosen, rank],
        s.radius[chosen, rank],
        s.angle[chosen, rank],
        s.wide[chosen, rank],
        s.tall[chosen, rank],
    )


def _cut_by_bowl(s: SimpleNamespace, p: Sprites, chosen: np.ndarray) -> None:
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


def _lit(c: Canvas, s, p: Sprites, chosen, rank: int, fruit: str, light) -> np.ndarray:
    """The colour of each covered pixel, (3, pixels)."""
    box, at = p.pixels.box, chosen[p.pixels.box]
    angle = s.angle[chosen, rank]
    own = SimpleNamespace(
        ripe=s.ripe[chosen, rank][box],
        around=s.around[chosen, rank][box],
        shift=s.shift[chosen, rank][box],
        cos=np.cos(angle)[box],
        sin=np.sin(angle)[box],
    )
    look = _SKINS[fruit](p, own, float(c.pixel))
    normal = (p.right + look.right, p.up + look.up, p.out)
    lamp = [part[at] for part in light]
    facing = sum(n * to for n, to in zip(normal, lamp, strict=True))
    # How much of the lamp's light and of the sky's comes past the others.
    direct, sky = np.ones_like(facing), p.open
    place = (p.pixels.x, p.pixels.y, s.z[chosen, rank][box] + p.near * s.radius[chosen, rank][box])
    for other in range(MOST):
        if other != rank:
            _in_its_light(
                s, chosen, rank, other, _BULKS[fruit], box, place, normal, lamp, direct, sky
            )
    lit = np.clip((facing + 0.12) * np.float32(1 / 1.12), 0, 1) * direct * (0.5 + 0.5 * sky)
    hangs = (s.place[chosen] == ON_BRANCH)[box]
    up = normal[1]
    # What stands on something is darker below, and takes some of its colour.
    stands = np.where(hangs, 1, 0.5 + 0.5 * ramp(up, -1.0, 0.1))
    amount = 0.92 * lit + (0.36 + 0.17 * up) * sky * stands
    bounce = np.clip(-up, 0, 1) * np.where(hangs, np.float32(0.05), np.float32(0.13))
    ends = backgrounds.colours(s.ground[chosen], s.choice[chosen]).mean(0)[:, :, 0, 0]
    edge = 1 - p.out
    gloss = mirrored(*normal, lamp, look.sharp) * direct * look.gloss + 0.10 * edge**3 * sky
    colour = look.skin * amount
    colour += look.skin * (ends[:, box] * bounce)
    colour += gloss
    return np.clip(colour, 0, 1, out=colour)


def _in_its_light(s, chosen, rank, other, bulk, box, place, normal, lamp, direct, sky) -> None:
    """Darken `direct` and `sky` of a piece where another one is in their way: a ball, about."""
    size = s.radius[chosen, other] * np.float32(bulk)
    apart = [getattr(s, axis)[chosen, other] - getattr(s, axis)[chosen, rank] for axis in "xy"]
    stands = s.there[chosen, other] & (np.hypot(*apart) < 2.2 * (size + s.radius[chosen, rank]))
    rows = np.flatnonzero(stands[box])
    if not rows.size:
        return
    some = box[rows]
    way = [
        getattr(s, axis)[chosen, other][some] - at[rows]
        for axis, at in zip("xyz", place, strict=True)
    ]
    size = size[some]
    far = sum(d * d for d in way) + np.float32(1e-6)
    along = sum(d * to[rows] for d, to in zip(way, lamp, strict=True))
    miss = np.sqrt(np.maximum(far - along * along, 0)) / size
    dark = np.clip((1.12 - miss) * 2.6, 0, 1) * np.clip(along / size * 2, 0, 1)
    direct[rows] *= 1 - 0.85 * dark
    toward = sum(d * n[rows] for d, n in zip(way, normal, strict=True)) / np.sqrt(far)
    sky[rows] *= 1 - 0.55 * np.clip(toward, 0, 1) * np.clip(size * size / far, 0, 1)


def _shadow(c: Canvas, s: SimpleNamespace, rank: int, views) -> None:
    """The shadow of one piece: on the table, in the bowl, or on the wall behind it."""
    chosen = np.flatnonzero(s.there[:, rank])
    if not chosen.size:
        return
    sprite, place = _placed(s, rank, chosen), s.place[chosen]
    radius, stands = sprite.radius, place == ON_TABLE
    side, foot = s.side[chosen], s.foot[chosen, rank]
    # On what stands upright behind it, its outline is moved; on a table, it falls to the side.
    shift_x = -side * np.float32([0, 0.06, 0.30])[place]
    shift_y = np.float32([0, -0.10, -0.24])[place]
    lean = -side * 0.75
    reach = views.extent[sprite.index] * radius
    long = np.where(stands, 2 * lean * reach, shift_x)
    left = sprite.x - reach + np.minimum(long, 0)
    right = sprite.x + reach + np.maximum(long, 0)
    low = np.where(stands, foot - 0.6 * radius, sprite.y + shift_y - reach)
    high = np.where(stands, foot + 0.95 * radius, sprite.y + shift_y + reach)
    soft = 0.16 * reach
    low, high = low - soft, high + soft
    # A bowl ends what is seen in it.
    rim, thin = s.bowl_rim[chosen], (s.bowl_half * s.bowl_flat)[chosen]
    low = np.where(place == IN_BOWL, np.maximum(low, rim - thin), low)
    high = np.where(place == IN_BOWL, np.minimum(high, rim + thin), high)
    pixels = Pixels(c, chosen, left - soft, right + soft, low, high)
    box = pixels.box
    at = chosen[box]
    foot, radius, stands, lean = foot[box], radius[box], stands[box], lean[box]
    x, y = pixels.x - sprite.x[box], pixels.y - sprite.y[box]
    tall = (pixels.y - foot + 0.24 * radius) * np.float32(1 / 0.42)
    dx = np.where(stands, x - tall * lean, x - shift_x[box])
    dy = np.where(stands, tall - 0.92 * radius, y - shift_y[box])
    away, _ = outline(views, sprite, box, dx, dy)
    blur = np.where(stands, 0.10 * radius + 0.16 * np.maximum(tall, 0), 0.35 * radius)
    blur += c.pixel
    dark = np.clip(0.5 - away / blur, 0, 1)
    dark *= dark * (3 - 2 * dark)
    dark *= np.float32([0.58, 0.62, 0.34])[place][box]
    # Where a piece touches the table, no light comes from any side.
    wide = radius * s.touching
    touch = 1 - (x / wide) ** 2 * 0.9 - ((pixels.y - foot) / (0.45 * wide)) ** 2
    touch = 0.75 * np.sqrt(np.clip(touch, 0, 1))
    dark = np.maximum(dark, np.where(stands, touch, 0))
    # Shadows end with the table, or the bowl.
    ends = (s.edge[at] - pixels.y) / c.pixel
    half = s.bowl_half[at]
    oval = ((pixels.x - s.bowl_x[at]) / half) ** 2
    oval += ((pixels.y - s.bowl_rim[at]) / (half * s.bowl_flat[at])) ** 2
    inside = np.where(place[box] == IN_BOWL, (1 - oval) * 6, 1)
    dark *= np.clip(np.where(stands, ends, inside), 0, 1)
    darken(c, pixels.where, dark)
