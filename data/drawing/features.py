"""A face: the relief of its bones, nose, mouth, eyes, ears and beard.

Throughout, `h` is the head or a part of it, `p` the person (who stays the same from picture to
picture), and `m` the moment (pose, expression, light, what is worn).
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from data.drawing.canvas import Canvas
from data.drawing.head import Head, Part, Pose, bell, flesh, line_at, rounded, soft, some
from data.drawing.values import flag, mix, ramp, tone


def ears(c: Canvas, p: SimpleNamespace, m: SimpleNamespace, pose: Pose) -> None:
    """Paint the ears, of which the far one goes out of sight as the head turns."""
    edge = SimpleNamespace(pixel=c.pixel / pose.scale)
    for side in (-1, 1):
        # An ear lies behind the middle of the head.
        at = side * pose.turn_cos + 0.20 * pose.turn_sin
        seen = np.clip(1 + side * 2.2 * pose.turn_sin, 0, 1)
        middle = 0.2 * m.nod - 0.16
        wide, high = 0.55 * p.ear, p.ear
        part = pose.windows(c, at - wide, at + wide, middle - high, middle + high)
        u, v = pose.plane(part)
        a, b = (u - at) / wide, (v - middle) / high
        round_ = a * a
        round_ += b * b
        covered = soft(edge, (np.sqrt(round_) - 1) * (0.6 * p.ear)) * seen
        round_ *= np.float32(0.7)
        light = 0.76 + 0.20 * side * m.side - 0.26 * rounded(round_)
        part.paint(covered, flesh(p, light))
        part.lay_back()


def face(h: Head, p: SimpleNamespace, m: SimpleNamespace) -> None:
    """Paint the head, lit from the side, with the relief of its bones."""
    light = h.depth * np.float32(0.50)
    light += (0.42 * m.side) * np.clip(h.u, -1, 1)
    light += (0.36 * m.above / p.chin) * h.v
    light += np.float32(0.37)
    _nose(h.on(-0.6, 0.6, -p.nose_length - 0.45, 0.3), light, p, m)
    for side in (-1, 1):
        part = h.on(side * p.cheek_at - 0.62, side * p.cheek_at + 0.62, -0.96, 0.12)
        cheek = bell(part, side * p.cheek_at, -0.42, 0.30, 0.26)
        slope = m.side * (part.f - side * p.cheek_at)
        slope += m.above * (part.g + np.float32(0.42))
        # A smile lifts the cheeks; with age they grow hollow.
        slope = (1.5 * p.cheek) * slope + 0.10 * np.clip(m.smile, 0, 1)
        own = part.of(light)
        own += cheek * slope
        own -= (0.16 * p.age**2) * bell(part, side * 0.62, -0.66, 0.15, 0.16)
        part.put(light, own)
        part = h.on(side * p.eyes_apart - 0.56, side * p.eyes_apart + 0.56, -0.32, 0.40)
        socket = bell(part, side * p.eyes_apart, 0.04, 0.27, 0.17)
        part.put(light, part.of(light) - p.sockets * socket)
    _below(h, light, p, m)
    _furrows(h, light, p, m)
    np.clip(light, 0.06, 1.25, out=light)
    colour = flesh(p, light)
    _blush(h, colour, p)
    _whiskers(h, colour, light, p)
    np.clip(colour, 0, 1, out=colour)
    h.canvas.paint(soft(h, (h.radius - 1) * np.float32(0.9)), colour)
    h.canvas.lay_back()
    for side in (-1, 1):
        x = side * p.nose_width * 0.55
        part = h.on(x - 0.22, x + 0.22, -p.nose_length - 0.2, -p.nose_length + 0.22)
        nostril = bell(part, x, -p.nose_length - 0.035, 0.06, 0.035)
        part.canvas.darken(np.clip(1.5 * nostril - 0.2, 0, 1), 0.5)
        wing = bell(part, side * p.nose_width * 1.05, -p.nose_length + 0.02, 0.035, 0.09)
        part.canvas.darken(wing, 0.16)
        part.canvas.lay_back()


def _nose(part: Part, light: np.ndarray, p: SimpleNamespace, m: SimpleNamespace) -> None:
    """The ridge casts one side into shadow, the tip is bright, and below it is dark."""
    length = p.nose_length
    wide = p.nose_width * (0.55 + 0.45 * ramp(-part.g, np.float32(-0.1), length))
    across = part.f / wide
    ridge = line_at(across, np.float32(1)) * ramp(-part.g, np.float32(-0.22), length * 0.9)
    ridge *= 1 - ramp(-part.g, length, length + 0.35 * p.nose_width)
    own = part.of(light)
    own += (0.55 * m.side * p.nose_height) * across * ridge
    own += 0.10 * bell(part, 0, -length + 0.03, p.nose_width * 0.85, p.nose_width * 0.75)
    own -= 0.20 * bell(part, 0, -length - 0.10, p.nose_width * 1.15, 0.07)
    part.put(light, own)


def _below(h: Head, light: np.ndarray, p: SimpleNamespace, m: SimpleNamespace) -> None:
    """Chin, the shadow under the lip, and folds from the nose to the mouth."""
    length = p.nose_length
    part = h.on(-0.62, 0.62, -p.chin - 0.2, -length + 0.1)
    own = part.of(light)
    chin = bell(part, 0, -p.chin * 0.86, 0.24, 0.15)
    own += (1.1 * m.above) * chin * (part.g + p.chin * 0.86)
    own -= 0.14 * bell(part, 0, p.mouth_at - 0.21, 0.22, 0.06)
    fold = np.abs(part.f) - (0.25 + 0.34 * (-part.g - length + 0.08))
    fold = line_at(fold, np.float32(0.045)) * ramp(-part.g, length - 0.06, length + 0.05)
    fold *= ramp(part.g, p.mouth_at - 0.12, p.mouth_at + 0.12)
    own -= (0.02 + 0.24 * p.age**2 + 0.12 * np.clip(m.smile, 0, 1)) * fold
    part.put(light, own)


def _furrows(h: Head, light: np.ndarray, p: SimpleNamespace, m: SimpleNamespace) -> None:
    """Lines across the forehead, and upright ones between the brows of who frowns."""
    part = h.on(-0.7, 0.7, 0.36, 1.0)
    at = part.g - np.float32(0.62)
    at -= np.round(at / np.float32(0.15)) * np.float32(0.15)
    deep = (0.20 * p.age**2) * ramp(part.g, np.float32(0.38), np.float32(0.5))
    deep *= 1 - ramp(part.g, np.float32(0.75), np.float32(0.95))
    deep *= 1 - ramp(np.abs(part.f), np.float32(0.35), np.float32(0.65))
    part.put(light, part.of(light) - deep * line_at(at, np.float32(0.03)))
    part = h.on(-0.16, 0.16, -0.05, 0.55)
    between = line_at(np.abs(part.f) - np.float32(0.075), np.float32(0.035))
    between *= line_at(part.g - np.float32(0.25), np.float32(0.13))
    part.put(light, part.of(light) - (0.28 * m.frown) * between)


def _blush(h: Head, colour: np.ndarray, p: SimpleNamespace) -> None:
    """Cheeks and the nose's tip are rosier, and freckled on some."""
    part = h.on(-1.12, 1.12, -0.95, 0.1)
    rosy = 0.6 * bell(part, 0, -p.nose_length, p.nose_width, 0.6 * p.nose_width)
    for side in (-1, 1):
        rosy += bell(part, side * 0.52, -0.36, 0.28, 0.22)
    np.minimum(rosy, np.float32(1), out=rosy)
    spots = np.clip((part.grain - np.float32(0.25)) * np.float32(3), 0, 1) * (0.30 * p.freckles)
    for plane, own in zip(colour, p.blush, strict=True):
        part.put(plane, part.of(plane) * (1 + rosy * (0.8 * (own - 1) - spots)))


def _whiskers(h: Head, colour: np.ndarray, light: np.ndarray, p: SimpleNamespace) -> None:
    chosen = np.flatnonzero(p.beard[:, 0, 0])
    if not chosen.size:
        return
    p = some(chosen, p)
    part = h.on(-1.15, 1.15, -p.chin - 0.1, 0.1, chosen)
    jaw = ramp(-part.g, -p.mouth_at - 0.16, -p.mouth_at + 0.12)
    sides = ramp(np.abs(part.f), np.float32(0.72), np.float32(0.92))
    sides *= ramp(-part.g, np.float32(-0.05), np.float32(0.2))
    where = np.maximum(jaw, sides) + bell(part, 0, p.mouth_at + 0.17, 0.34, 0.07)
    np.minimum(where, np.float32(1), out=where)
    lips = bell(part, 0, p.mouth_at, p.mouth_width * 0.75, 0.085)
    where *= np.clip(1 - 1.5 * lips, 0, 1) * p.beard
    dim = (0.55 + 0.5 * part.of(light)) * (1 + 0.18 * part.grain)
    for plane, tone_ in zip(colour, p.hair_colour, strict=True):
        part.put(plane, mix(part.of(plane), tone_ * dim, where))


def mouth(h: Head, p: SimpleNamespace, m: SimpleNamespace) -> None:
    """Paint the lips, and teeth between them where a smile is wide."""
    h = h.on(-0.64, 0.64, p.mouth_at - 0.36, p.mouth_at + 0.26)
    c = h.canvas
    wide = p.mouth_width * (1 + 0.22 * m.smile)
    t = np.abs(h.f) / wide
    square = t * t
    bend = np.clip(1 - square, 0, 1)
    line = p.mouth_at + (0.20 * m.smile) * (np.minimum(square, 1.4) - np.float32(0.35))
    inside = np.clip((1 - t) * (wide / h.pixel) + np.float32(0.5), 0, 1)
    gap = m.open * bend
    up = (p.lips * 0.85) * bend * (1 - 0.28 * line_at(h.f, 0.22 * wide))
    low = (p.lips * 1.25) * bend
    # How far above the upper lip's lower edge, and below the lower lip's upper edge.
    top, bottom = h.g - line - 0.35 * gap, line - 0.65 * gap - h.g
    over, under = soft(h, top), soft(h, bottom)
    shine = line_at(bottom - 0.45 * low, 0.3 * low + np.float32(0.01))
    side = m.side * h.f
    c.paint(soft(h, top - up) * (1 - over) * inside, p.lip_colour * (0.76 + 0.14 * side))
    bright = 0.93 + 0.16 * side + 0.18 * shine
    c.paint(soft(h, bottom - low) * (1 - under) * inside, np.minimum(p.lip_colour * bright, 1))
    open_ = flag(m.open > 0.03)
    teeth = soft(h, -(0.62 * gap + top)) * open_ * (1 - 0.3 * np.minimum(square, 1))
    within = over * under * inside
    c.paint(within * open_, mix(tone(0.28, 0.09, 0.08), tone(0.93, 0.91, 0.87), teeth))
    edge = line_at(h.g - line, np.maximum(np.float32(0.028), h.pixel * 0.6)) * inside
    c.darken(edge * (1 - open_), 0.5)
    for side in (-1, 1):
        c.darken(bell(h, side * wide, p.mouth_at + 0.13 * m.smile, 0.05, 0.04), 0.25)
    c.lay_back()


def eyes(h: Head, p: SimpleNamespace, m: SimpleNamespace) -> None:
    """Paint eyes, lids and brows."""
    for side in (-1, 1):
        middle = side * p.eyes_apart
        _eye(h.on(middle - 0.28, middle + 0.28, -0.30, 0.38), side, p, m)
        low, high = p.brow_at - 0.20 - 0.22 * m.frown, p.brow_at + 0.38
        _brow(h.on(middle - 0.42, middle + 0.42, low, high), side, p, m)


def _eye(h: Part, side: int, p: SimpleNamespace, m: SimpleNamespace) -> None:
    c = h.canvas
    squint = 1 - 0.28 * np.clip(m.smile, 0, 1)
    x = h.f * side - p.eyes_apart
    slant = h.g - np.float32(0.02) - p.slant * x
    wide, open_ = p.eye_width, p.eye_open * m.lids * squint
    t2 = np.minimum((x / wide) ** 2, np.float32(1.5))
    lid = open_ * (1 - t2)
    above, under = slant - lid, -slant - np.float32(0.72) * lid
    lens = soft(h, np.maximum(above, under)) * flag(t2 < 1)
    ball = 0.88 - 0.20 * np.clip(above / open_ + 1, 0, 1) + (0.06 * side) * m.side
    c.paint(lens, tone(0.95, 0.93, 0.91) * ball)
    # Both eyes look to the same side.
    ix, iy = h.f - side * p.eyes_apart - m.gaze_x, slant - m.gaze_y
    r = np.sqrt(ix * ix + iy * iy)
    ring = 0.62 + 0.55 * np.maximum(1 - r / p.iris, 0)
    c.paint(lens * soft(h, r - p.iris), np.minimum(p.eye_colour * ring, 1))
    c.paint(lens * soft(h, r - 0.44 * p.iris), tone(0.04, 0.03, 0.03))
    gx, gy = ix - 0.035 * np.sign(m.side), iy - np.float32(0.035)
    glint = line_at(np.sqrt(gx * gx + gy * gy), 1.4 * (0.02 + 0.25 * h.pixel))
    c.paint(lens * glint * 0.9, tone(1, 1, 1))
    # Lid, crease and lashes.
    over = flag(np.abs(x) < wide * 1.12)
    thick = np.maximum(0.028 + 0.03 * p.lashes, 0.55 * h.pixel)
    shade = (0.45 + 0.35 * p.lashes) * line_at(above, thick)
    shade += (0.20 + 0.12 * p.age) * line_at(above - np.float32(0.085), np.float32(0.032))
    shade += (0.02 + 0.30 * p.age**2) * line_at(under - np.float32(0.07), np.float32(0.035))
    c.darken(np.minimum(shade * over, 1), 1)
    c.lay_back()


def _brow(h: Part, side: int, p: SimpleNamespace, m: SimpleNamespace) -> None:
    """The brow: thinner to the outside, moved by the expression."""
    x = h.f * side - p.eyes_apart
    slant = h.g - np.float32(0.02) - p.slant * x
    b = (x + np.float32(0.06)) / (p.eye_width * 1.45)
    arch = p.brow_at + p.arch * (1 - b * b) + 0.04 * np.clip(m.smile, -1, 1)
    arch -= (0.13 * m.frown) * np.clip(0.6 - b, 0, 1.4)
    half = p.brow * (1 - 0.55 * np.clip(b, -0.4, 1))
    hairs = 0.5 + (half - np.abs(slant - arch)) / np.maximum(h.pixel, np.float32(0.035))
    hairs = np.clip(hairs, 0, 1) * np.clip((1 - np.abs(b)) * 5, 0, 1)
    h.canvas.paint(hairs * (0.86 + 0.14 * h.grain), p.brow_colour)
    h.canvas.lay_back()
