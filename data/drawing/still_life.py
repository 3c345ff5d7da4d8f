"""Still lifes: a few pieces of fruit on a table, in a bowl or on a branch."""

from __future__ import annotations

from itertools import pairwise
from types import SimpleNamespace

import numpy as np

from data.drawing import backgrounds, fruits, peel
from data.drawing.arrangement import IN_BOWL, MOST, ON_BRANCH, ON_TABLE
from data.drawing.canvas import Canvas
from data.drawing.dice import Dice
from data.drawing.lamp import mirrored
from data.drawing.props import bowl_behind, bowl_in_front, branch, foliage, leaves_of, twig
from data.drawing.sprites import Layers, Pixels, Sprites, darken, outline, placed
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
    # All pieces: the first of each picture, then the second of those that have one …
    rank, chosen = np.nonzero(s.there.T)
    _shadows(c, s, rank, chosen, views)
    if on_branches.size:
        branch(c, s, on_branches)
        foliage(c, s, on_branches, light, 0, masks)
    p = Sprites(c, views, _placed(s, rank, chosen))
    _cut_by_bowl(s, p, chosen)
    pieces = Layers(p.pixels, rank, p.coverage, _lit(c, s, p, chosen, rank, fruit, light))
    leaves = leaves_of(c, s, rank, chosen, light) if fruit == "apples" else None
    for turn in range(MOST):
        twig(c, s, turn)
        pieces.paint(c, turn)
        pieces.cover(masks, turn, True)
        if leaves:
            leaves.paint(c, turn)
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


def _placed(s, rank: np.ndarray, chosen: np.ndarray) -> SimpleNamespace:
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


def _lit(c: Canvas, s, p: Sprites, chosen, rank, fruit: str, light) -> np.ndarray:
    """The colour of each covered pixel, (3, pixels)."""
    box = p.pixels.box

    def each(values):
        return values.take(box)

    angle = s.angle[chosen, rank]
    own = SimpleNamespace(
        ripe=each(s.ripe[chosen, rank]),
        around=each(s.around[chosen, rank]),
        shift=each(s.shift[chosen, rank]),
        cos=each(np.cos(angle)),
        sin=each(np.sin(angle)),
    )
    look = _SKINS[fruit](p, own, float(c.pixel))
    normal = (p.right + look.right, p.up + look.up, p.out)
    lamp = [each(part[chosen]) for part in light]
    facing = sum(n * to for n, to in zip(normal, lamp, strict=True))
    # How much of the lamp's light and of the sky's comes past the others.
    direct, sky = np.ones_like(facing), p.open
    deep = each(s.z[chosen, rank]) + p.near * each(s.radius[chosen, rank])
    place = (p.pixels.x, p.pixels.y, deep)
    for other in range(MOST):
        _in_its_light(s, chosen, rank, other, _BULKS[fruit], box, place, normal, lamp, direct, sky)
    lit = np.clip((facing + 0.12) * np.float32(1 / 1.12), 0, 1) * direct * (0.5 + 0.5 * sky)
    hangs = each(s.place[chosen] == ON_BRANCH)
    up = normal[1]
    # What stands on something is darker below, and takes some of its colour.
    stands = np.where(hangs, 1, 0.5 + 0.5 * ramp(up, -1.0, 0.1))
    amount = 0.92 * lit + (0.36 + 0.17 * up) * sky * stands
    bounce = np.clip(-up, 0, 1) * np.where(hangs, np.float32(0.05), np.float32(0.13))
    ends = backgrounds.colours(s.ground[chosen], s.choice[chosen]).mean(0)[:, :, 0, 0]
    edge = 1 - p.out
    gloss = mirrored(*normal, lamp, look.sharp) * direct * look.gloss + 0.10 * edge**3 * sky
    colour = look.skin * amount
    colour += look.skin * (ends.take(box, axis=1) * bounce)
    colour += gloss
    return np.clip(colour, 0, 1, out=colour)


def _in_its_light(s, chosen, rank, other, bulk, box, place, normal, lamp, direct, sky) -> None:
    """Darken `direct` and `sky` of a piece where another one is in their way: a ball, about."""
    size = s.radius[chosen, other] * np.float32(bulk)
    apart = [getattr(s, axis)[chosen, other] - getattr(s, axis)[chosen, rank] for axis in "xy"]
    near = np.hypot(*apart) < 2.2 * (size + s.radius[chosen, rank])
    rows = np.flatnonzero((near & s.there[chosen, other] & (rank != other)).take(box))
    if not rows.size:
        return
    some = box.take(rows)
    way = [
        getattr(s, axis)[chosen, other].take(some) - at.take(rows)
        for axis, at in zip("xyz", place, strict=True)
    ]
    size = size.take(some)
    far = sum(d * d for d in way) + np.float32(1e-6)
    along = sum(d * to.take(rows) for d, to in zip(way, lamp, strict=True))
    miss = np.sqrt(np.maximum(far - along * along, np.float32(0))) / size
    dark = np.clip((1.12 - miss) * 2.6, 0, 1) * np.clip(along / size * 2, 0, 1)
    direct[rows] = direct.take(rows) * (1 - 0.85 * dark)
    toward = sum(d * n.take(rows) for d, n in zip(way, normal, strict=True)) / np.sqrt(far)
    shade = 0.55 * np.clip(toward, 0, 1) * np.clip(size * size / far, 0, 1)
    sky[rows] = sky.take(rows) * (1 - shade)


def _shadows(c: Canvas, s: SimpleNamespace, rank, chosen, views) -> None:
    """The shadows of pieces: on the table, in the bowl, or on the wall behind them."""
    stands = s.place[chosen] == ON_TABLE
    for some, shadow in ((stands, _on_table), (~stands, _behind)):
        if not some.any():
            continue
        of, turn = chosen[some], rank[some]
        pixels, dark = shadow(c, s, of, turn, _placed(s, turn, of), views)
        seen = np.flatnonzero(dark > 0)
        pixels, dark = pixels.only(seen), dark.take(seen)
        first = np.searchsorted(pixels.box, np.searchsorted(turn, np.arange(MOST + 1)))
        for start, stop in pairwise(first):
            darken(c, pixels.where[start:stop], dark[start:stop])


def _on_table(c: Canvas, s, chosen, rank, sprite, views) -> tuple[Pixels, np.ndarray]:
    """The shadow that falls to the side of a piece, and how dark it is."""
    radius, foot = sprite.radius, s.foot[chosen, rank]
    lean = -s.side[chosen] * np.float32(0.75)
    reach = views.extent[sprite.index] * radius
    soft = 0.16 * reach
    left = sprite.x - reach + np.minimum(2 * lean * reach, 0) - soft
    right = sprite.x + reach + np.maximum(2 * lean * reach, 0) + soft
    # It ends with the table.
    high = np.minimum(foot + 0.95 * radius + soft, s.edge[chosen] + c.pixel)
    pixels = Pixels(c, chosen, left, right, foot - 0.6 * radius - soft, high)
    box = pixels.box
    foot, radius = foot.take(box), radius.take(box)
    x, up = pixels.x - sprite.x.take(box), pixels.y - foot
    tall = (up + np.float32(0.24) * radius) * np.float32(1 / 0.42)
    dx, dy = x - tall * lean.take(box), tall - np.float32(0.92) * radius
    away, _ = outline(views, sprite, box, dx, dy)
    blur = np.float32(0.10) * radius + np.float32(0.16) * np.maximum(tall, np.float32(0))
    away /= blur + c.pixel
    dark = _smooth(away) * np.float32(0.58)
    # Where a piece touches the table, no light comes from any side.
    x /= radius * s.touching
    x *= x
    up /= (np.float32(0.45) * s.touching) * radius
    up *= up
    touch = 1 - np.float32(0.9) * x - up
    touch = np.float32(0.75) * np.sqrt(np.maximum(touch, np.float32(0)))
    np.maximum(dark, touch, out=dark)
    dark *= np.clip((s.edge[chosen].take(box) - pixels.y) * (1 / c.pixel), 0, 1)
    return pixels, dark


def _behind(c: Canvas, s, chosen, rank, sprite, views) -> tuple[Pixels, np.ndarray]:
    """The shadow on what stands upright behind a piece, its outline moved; how dark it is."""
    bowl = s.place[chosen] == IN_BOWL
    shift_x = -s.side[chosen] * np.where(bowl, np.float32(0.06), np.float32(0.30))
    shift_y = np.where(bowl, np.float32(-0.10), np.float32(-0.24))
    x, y = sprite.x + shift_x, sprite.y + shift_y
    reach = 1.16 * views.extent[sprite.index] * sprite.radius
    low, high = y - reach, y + reach
    # A bowl ends what is seen in it.
    rim, thin = s.bowl_rim[chosen], (s.bowl_half * s.bowl_flat)[chosen]
    low = np.where(bowl, np.maximum(low, rim - thin), low)
    high = np.where(bowl, np.minimum(high, rim + thin), high)
    pixels = Pixels(c, chosen, x - reach, x + reach, low, high)
    box = pixels.box
    away, _ = outline(views, sprite, box, pixels.x - x.take(box), pixels.y - y.take(box))
    away *= (1 / (np.float32(0.35) * sprite.radius + c.pixel)).take(box)
    dark = _smooth(away) * np.where(bowl, np.float32(0.62), np.float32(0.34)).take(box)
    some = np.flatnonzero(bowl.take(box))
    at = chosen.take(box.take(some))
    half = s.bowl_half[at]
    oval = ((pixels.x[some] - s.bowl_x[at]) / half) ** 2
    oval += ((pixels.y[some] - s.bowl_rim[at]) / (half * s.bowl_flat[at])) ** 2
    dark[some] *= np.clip((1 - oval) * 6, 0, 1)
    return pixels, dark


def _smooth(away: np.ndarray) -> np.ndarray:
    """From 1 half inside of an outline to 0 half outside, without corners."""
    dark = np.clip(np.float32(0.5) - away, 0, 1)
    dark *= dark * (3 - 2 * dark)
    return dark
