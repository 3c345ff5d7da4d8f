"""Hair, and what is worn on a head: glasses and hats.

Throughout, `h` is the head or a part of it, `p` the person (who stays the same from picture to
picture), and `m` the moment (pose, expression, light, what is worn).
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from data.drawing.canvas import Canvas
from data.drawing.head import Head, Pose, line_at, rounded, soft, some
from data.drawing.sprites import paint
from data.drawing.values import flag, mix, tone

# Noise of two octaves is never further from 0.
_MOST = 3


def _cuts(p: SimpleNamespace):
    """The pictures with short hair, and those with long, which hangs far down; none is bald."""
    for long in (0, 1):
        chosen = np.flatnonzero((p.length[:, 0, 0] == long) & (p.bald[:, 0, 0] == 0))
        if chosen.size:
            yield chosen


def hair_behind(c: Canvas, p: SimpleNamespace, m: SimpleNamespace, pose: Pose) -> None:
    """Paint hair that falls behind the head and onto the shoulders."""
    for chosen in _cuts(p):
        _hair_behind(c, *(some(chosen, each) for each in (p, m, pose)), chosen)


def _hair_behind(c: Canvas, p, m, pose, chosen: np.ndarray) -> None:
    outer, high = 1.06 + p.volume, p.crown + p.volume
    reach = outer * (1 + (0.10 * _MOST) * p.curls) * (1 + 0.10 * np.abs(p.wave))
    part = pose.windows(c, -reach, reach, -p.fall - 0.10 * _MOST, high, chosen)
    h = SimpleNamespace(pixel=c.pixel / pose.scale)
    h.u, h.v = pose.plane(part)
    h.strands = part.of(m.noise.strands)
    # Waves run along the hair, which hangs straight down.
    down = (part.y - pose.up) / pose.scale
    wave = (0.10 * p.wave) * np.sin(5 * down) * flag(down < -0.3)
    across = np.abs(h.u)
    across /= (1 + (0.10 * p.curls) * h.strands) * (outer * (1 - wave))
    up = h.v * (1 / high)
    above = flag(up > 0)
    top = across * across
    up *= up
    top += up
    np.sqrt(top, out=top)
    side = across * (1 + (0.35 * (1 - p.length)) * np.maximum(-h.v, np.float32(0)))
    side += (top - side) * above
    side -= 1
    side *= outer
    ends = h.strands * np.float32(-0.08)
    ends -= np.float32(0.8) * h.v
    ends -= 0.8 * p.fall
    _lay(c, part, soft(h, np.maximum(side, ends)), h, p, m, np.float32(0.6))


def _lay(c: Canvas, part, covered: np.ndarray, h, p, m, amount: np.float32) -> None:
    """Paint hair where it is: on a part of the canvas, with that much light."""
    where = np.flatnonzero(covered)
    many = np.count_nonzero(covered.reshape(len(covered), -1), axis=1)

    def here(values):
        return values.reshape(-1).take(where)

    def each(values):
        return values.reshape(-1).astype(np.float32).repeat(many)

    u, v, strands = here(h.u), here(h.v), here(h.strands)
    tilted = each(m.side) * u
    sheen = line_at(v - np.float32(0.95) + np.float32(0.25) * tilted, np.float32(0.22))
    light = np.float32(0.68) + np.float32(0.20) * tilted
    light += np.float32(0.16) * np.clip(v, -1, 1.4)
    light += (np.float32(0.26) + np.float32(0.26) * sheen) * strands
    light += np.float32(0.16) * sheen
    sheen *= each(0.05 * p.gloss)
    colour = [each(tone_) * light for tone_ in p.hair_colour]
    for plane in colour:
        plane += sheen
        np.clip(plane, 0, 1, out=plane)
        plane *= amount
    paint(c, here(part.places), here(covered), colour)


def hair(c: Canvas, p: SimpleNamespace, m: SimpleNamespace, pose: Pose) -> None:
    """Paint hair on the head: above a line that runs from temple to temple."""
    for chosen in _cuts(p):
        _hair(c, *(some(chosen, each) for each in (p, m, pose)), chosen)


def _hair(c: Canvas, p, m, pose, chosen: np.ndarray) -> None:
    outer, high = 1.04 + p.volume * p.fullness, p.crown + p.volume
    rough = 0.05 * p.curls + 0.012
    wide, high_ = outer * (1 + _MOST * rough), high * (1 + _MOST * rough)
    h = Head(c, p, m, pose, -wide, wide, -p.sides - 0.3, high_, chosen)
    across, up = h.u * (1 / outer), h.v * (1 / high)
    across *= across
    up *= up
    across += up
    radius = np.sqrt(across, out=across)
    radius -= rough * h.strands
    part = h.f - p.part
    part *= part
    line = 0.06 * h.strands
    line += p.hairline
    line -= p.fringe * rounded(part * ((1 - p.parted) * np.float32(1.1)))
    line += (0.22 * p.parted) * rounded(part * np.float32(4.2))
    far = np.abs(h.f)
    line += p.recede * line_at(far - np.float32(0.5), np.float32(0.22))
    # At the temples it comes down, before the ears or over them.
    temple = (far - p.temple) * np.float32(1 / 0.24)
    np.clip(temple, 0, 1, out=temple)
    temple *= temple * (3 - 2 * temple)
    line += (-p.sides - line) * temple
    on_head = h.g - line
    _shade(c, h, on_head)
    covered = on_head * (1 / np.maximum(h.pixel, np.float32(0.05)))
    covered += np.float32(0.5)
    np.clip(covered, 0, 1, out=covered)
    radius -= 1
    radius *= outer
    covered *= soft(h, radius)
    _lay(c, h.canvas, covered, h, p, m, np.float32(1))


def _shade(c: Canvas, h: Head, on_head: np.ndarray) -> None:
    """Darken the forehead below the hair."""
    near = (on_head < np.float32(0.02)) & (on_head > np.float32(-0.25)) & (h.radius < 1)
    where = np.flatnonzero(near)
    shade = line_at(on_head.reshape(-1).take(where) + np.float32(0.07), np.float32(0.09))
    where = h.canvas.places.reshape(-1).take(where)
    for plane in c.planes:
        plane.reshape(-1)[where] *= 1 - np.float32(0.22) * shade


def glasses(h: Head, p: SimpleNamespace, m: SimpleNamespace) -> None:
    """Paint glasses and sunglasses on those who wear some."""
    chosen = np.flatnonzero(m.eyewear[:, 0, 0])
    if not chosen.size:
        return
    p, m = some(chosen, p), some(chosen, m)
    h = h.on(-1.15, 1.15, -0.38, 0.38, chosen)
    c, dark = h.canvas, flag(m.eyewear == 2)
    thick = np.maximum(m.rim, 0.6 * h.pixel)
    rims = None
    for side in (-1, 1):
        a = np.abs(h.f - side * p.eyes_apart * 1.04) / m.lens_width
        b = np.abs(h.g + np.float32(0.01)) / m.lens_height
        distance = (mix(np.sqrt(a * a + b * b), np.maximum(a, b), m.square) - 1) * m.lens_height
        shine = 0.5 + 0.5 * np.clip((h.g - 0.6 * h.f * side) / m.lens_height, -1, 1)
        glass = mix(tone(0.85, 0.9, 0.95), m.tint * (0.55 + 0.5 * shine), dark)
        c.paint(soft(h, distance) * mix(np.float32(0.10), np.float32(0.93), dark), glass)
        rim = soft(h, np.abs(distance) - thick)
        rims = rim if rims is None else np.maximum(rims, rim)
    bridge = soft(h, np.abs(h.g - 0.07 + 0.5 * h.f * h.f) - thick)
    bridge *= flag(np.abs(h.f) < p.eyes_apart - m.lens_width * 0.9)
    arms = soft(h, np.abs(h.g - np.float32(0.05)) - thick)
    arms *= flag(np.abs(h.f) > p.eyes_apart + m.lens_width * 0.95) * flag(h.radius < 1)
    c.paint(np.maximum(np.maximum(rims, bridge), arms), m.frame)
    c.lay_back()


def hat(c: Canvas, p: SimpleNamespace, m: SimpleNamespace, pose: Pose) -> None:
    """Paint hats with brims, and knitted ones, on those who wear one."""
    chosen = np.flatnonzero(m.hat[:, 0, 0])
    if not chosen.size:
        return
    p, m, pose = (some(chosen, each) for each in (p, m, pose))
    outer = 1.12 + p.volume * 0.7
    brim_x = outer * (1 + 0.45 * m.brim)
    top = 0.3 + p.crown * m.hat_height - 0.2
    reach = brim_x * (1 + 4.2 * c.pixel / pose.scale)
    c = pose.windows(c, -reach, reach, p.hairline - 0.56, top, chosen)
    h = SimpleNamespace(pixel=c.pixel / pose.scale)
    h.u, h.v = pose.plane(c)
    low = p.hairline - 0.12 + 0.10 * h.u * h.u
    g = h.v - 0.6 * m.nod
    dome = np.sqrt((h.u / outer) ** 2 + ((h.v - 0.3) / (top - 0.3)) ** 2)
    body = soft(h, (dome - 1) * outer) * soft(h, low - g)
    knit = 1 + (0.10 * m.knit) * np.sin(26 * h.u)
    light = (0.70 + (0.28 * m.side) * h.u + 0.16 * np.clip(h.v - 0.5, -1, 1)) * knit
    shade = line_at(g - low + np.float32(0.10), np.float32(0.12)) * flag(g < low)
    c.darken(shade * flag(np.abs(h.u) < 0.95), 0.30)
    c.paint(body, np.clip(m.hat_colour * light, 0, 1))
    brim = np.sqrt((h.u / brim_x) ** 2 + ((g - low) / (0.10 + 0.06 * m.brim)) ** 2)
    c.paint(
        soft(h, (brim - 1) * 0.12) * flag(m.brim > 0),
        m.hat_colour * (0.66 + (0.22 * m.side) * h.u),
    )
    band = soft(h, np.abs(g - low - np.float32(0.10)) - 0.09) * body
    c.paint(band, np.clip(m.hat_colour * 0.72 * light, 0, 1))
    c.lay_back()
