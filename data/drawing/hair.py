"""Hair, and what is worn on a head: glasses and hats.

Throughout, `h` is the head or a part of it, `p` the person (who stays the same from picture to
picture), and `m` the moment (pose, expression, light, what is worn).
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from data.drawing.canvas import Canvas
from data.drawing.head import Head, line_at, noise_on, only, soft, turned, window
from data.drawing.values import flag, mix, ramp, tone


def hair_behind(c: Canvas, p: SimpleNamespace, m: SimpleNamespace) -> None:
    """Paint hair that falls behind the head and onto the shoulders."""
    outer = 1.06 + p.volume
    reach = 1.3 * outer + 0.1
    c = window(c, m, -reach, reach, -p.fall - 0.6, p.crown + p.volume + 0.2)
    h = SimpleNamespace(canvas=c, pixel=c.pixel / m.scale, strands=noise_on(c, m.strands))
    h.u, h.v = turned(c, m)
    low = np.maximum(-h.v, 0)
    wave = 1 - (0.10 * p.wave) * np.sin(5 * h.v) * flag(low > 0.3)
    across = np.abs(h.u) / (outer * wave * (1 + (0.10 * p.curls) * h.strands))
    up = h.v / (p.crown + p.volume)
    top = np.sqrt(across * across + up * up)
    side = across * (1 + (0.35 * (1 - p.length)) * low)
    ends = np.maximum((side - 1) * outer, (-p.fall - 0.10 * h.strands - h.v) * 0.8)
    distance = np.where(h.v > 0, (top - 1) * outer, ends)
    c.paint(soft(h, distance) * (1 - p.bald), _hair_colour(h, p, m) * 0.6)


def _hair_colour(h, p, m) -> np.ndarray:
    sheen = line_at(h.v - np.float32(0.95) + (0.25 * m.side) * h.u, np.float32(0.22))
    light = 0.68 + (0.20 * m.side) * h.u + 0.16 * np.clip(h.v, -1, 1.4)
    light += (0.26 + 0.26 * sheen) * h.strands + 0.16 * sheen
    colour = p.hair_colour * light
    colour += (0.05 * p.gloss) * sheen
    return np.clip(colour, 0, 1, out=colour)


def hair(h: Head, p: SimpleNamespace, m: SimpleNamespace) -> None:
    """Paint hair on the head: above a line that runs from temple to temple."""
    h = h.on(-1.8, 1.8, -p.sides - 0.4, p.crown + 0.8)
    outer = 1.04 + p.volume * p.fullness
    up = h.v / (p.crown + p.volume)
    across = h.u / outer
    radius = np.sqrt(across * across + up * up) - (0.05 * p.curls + 0.012) * h.strands
    part = h.f - p.part
    square = part * part
    line = p.hairline - p.fringe * np.exp(square * ((p.parted - 1) / 0.30))
    line += (0.22 * p.parted) * np.exp(square * np.float32(-12.7)) + 0.06 * h.strands
    far = np.abs(h.f)
    line += p.recede * line_at(far - np.float32(0.5), np.float32(0.22))
    # At the temples it comes down, before the ears or over them.
    temple = ramp(far, p.temple, p.temple + 0.24)
    line = mix(line, -p.sides, temple * temple * (3 - 2 * temple))
    on_head = h.g - line
    shade = line_at(on_head + np.float32(0.07), np.float32(0.09)) * flag(h.radius < 1)
    h.canvas.darken(shade * (1 - p.bald) * flag(on_head < 0.02), 0.22)
    covered = np.clip(0.5 + on_head / np.maximum(h.pixel, np.float32(0.05)), 0, 1)
    there = covered * soft(h, (radius - 1) * outer) * (1 - p.bald)
    h.canvas.paint(there, _hair_colour(h, p, m))


def glasses(h: Head, p: SimpleNamespace, m: SimpleNamespace) -> None:
    """Paint glasses and sunglasses on those who wear some."""
    chosen = np.flatnonzero(m.eyewear[:, 0, 0])
    if not chosen.size:
        return
    whole = h.on(-1.2, 1.2, -0.42, 0.42)
    h, p, m = only(chosen, whole, p, m)
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
    whole.canvas.planes[:, chosen] = c.planes


def hat(c: Canvas, p: SimpleNamespace, m: SimpleNamespace) -> None:
    """Paint hats with brims, and knitted ones, on those who wear one."""
    chosen = np.flatnonzero(m.hat[:, 0, 0])
    if not chosen.size:
        return
    whole = SimpleNamespace(canvas=c, pixel=c.pixel / m.scale)
    whole.u, whole.v = turned(c, m)
    h, p, m = only(chosen, whole, p, m)
    c = h.canvas
    low = p.hairline - 0.12 + 0.10 * h.u * h.u
    g = h.v - 0.6 * m.nod
    outer = 1.12 + p.volume * 0.7
    dome = np.sqrt((h.u / outer) ** 2 + ((h.v - 0.3) / (p.crown * m.hat_height - 0.2)) ** 2)
    body = soft(h, (dome - 1) * outer) * soft(h, low - g)
    knit = 1 + (0.10 * m.knit) * np.sin(26 * h.u)
    light = (0.70 + (0.28 * m.side) * h.u + 0.16 * np.clip(h.v - 0.5, -1, 1)) * knit
    shade = line_at(g - low + np.float32(0.10), np.float32(0.12)) * flag(g < low)
    c.darken(shade * flag(np.abs(h.u) < 0.95), 0.30)
    c.paint(body, np.clip(m.hat_colour * light, 0, 1))
    brim_x = outer * (1 + 0.45 * m.brim)
    brim = np.sqrt((h.u / brim_x) ** 2 + ((g - low) / (0.10 + 0.06 * m.brim)) ** 2)
    c.paint(
        soft(h, (brim - 1) * 0.12) * flag(m.brim > 0),
        m.hat_colour * (0.66 + (0.22 * m.side) * h.u),
    )
    band = soft(h, np.abs(g - low - np.float32(0.10)) - 0.09) * body
    c.paint(band, np.clip(m.hat_colour * 0.72 * light, 0, 1))
    whole.canvas.planes[:, chosen] = c.planes
