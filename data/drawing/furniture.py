"""Chairs, tables, beds, shelves and lamps, each built from its parts by lot."""

from __future__ import annotations

import math

from data.drawing.carpentry import (
    BLANKET,
    CLOTH,
    JOINT,
    LEGS,
    LINEN,
    METAL,
    SECOND,
    SHADE,
    WOOD,
    Lots,
    Parts,
    fronts,
    legs,
    stretchers,
)
from data.drawing.solids import BALL, BLOCK, CUSHION, ROUND

KINDS = ("chair", "table", "bed", "shelf", "lamp")
#: Factor -> the words for its values; the first means that a piece has none.
WORDS = {
    "legs": ("no legs", *(f"{kind} legs" for kind in LEGS[:4]), "pedestal", "sled"),
    "stretchers": ("no stretchers", "stretchers"),
    "back": ("no back", "solid back", "slatted back", "ladder back"),
    "arms": ("no arms", "arms"),
    "top": ("no top", "rectangular top", "round top"),
    "drawers": ("no drawers", "drawers"),
    "doors": ("no doors", "doors"),
    "boards": ("no boards", *(f"{n} boards" for n in ("two", "three", "four", "five", "six"))),
    "headboard": ("no headboard", "solid headboard", "slatted headboard"),
    "footboard": ("no footboard", "footboard"),
    "posts": ("no posts", "posts"),
    "pillows": ("no pillows", "one pillow", "two pillows"),
    "stem": ("no stem", "straight stem", "bent stem"),
    "shade": ("no shade", "cone shade", "drum shade", "globe shade"),
}
Known = dict[str, int]


def build(kind: int, lots: Lots) -> tuple[Parts, Known]:
    """Build a piece of `KINDS[kind]`; returns its parts, and what `WORDS` has of it but nothing."""
    parts = Parts()
    return parts, _MAKERS[kind](parts, lots)


def _chair(p: Parts, lots: Lots) -> Known:
    back = lots.of(4)
    stool = back == 0
    kind = lots.of(6)
    w = lots.between(0.30, 0.52) if stool else lots.between(0.40, 0.68)
    d = w * lots.between(0.85, 1.0) if stool else lots.between(0.40, 0.62)
    seat = lots.between(0.30, 0.72) if stool else lots.between(0.28, 0.46)
    thick, plate = lots.between(0.022, 0.036), lots.between(0.018, 0.035)
    a, b = w / 2, d / 2
    disc = stool and lots.chance(0.5)
    inset = 0.72 if disc else 1.0
    corner = legs(p, lots, LEGS[kind], a * inset, b * inset, seat, thick)
    bars = corner is not None and lots.chance(0.5)
    if bars:
        stretchers(p, lots, corner, thick, seat)
    known = {"legs": kind + 1, "back": back, "stretchers": int(bars)}
    if disc:
        p.column(0, 0, seat - plate, seat + plate, a)
    else:
        p.box(-a, a, -b, b, seat - plate, seat + plate)
    soft = lots.chance(0.45)
    if soft and not disc:
        high = lots.between(0.05, 0.09)
        p.box(-a * 0.97, a * 0.97, -b * 0.97, b * 0.97, seat, seat + plate + high, CLOTH, CUSHION)
    if not stool:
        tall, lean = lots.between(0.30, 0.52), lots.between(0.04, 0.26)
        _chair_back(p, lots, back, a, b - JOINT, seat, tall, lean, thick, soft)
        known["arms"] = int(lots.chance(0.45))
        if known["arms"]:
            _arms(p, lots, a - JOINT, b - JOINT, seat, lean, thick)
    return known


def _chair_back(p, lots, back, a, y, seat, tall, lean, thick, soft) -> None:
    """A solid, slatted or ladder back that leans to the rear from y on."""

    def at(share):
        return y + lean * tall * share, seat + tall * share

    def upright(x, half, body=BLOCK, out=0.0, material=WOOD, more=JOINT):
        (y0, z0), (y1, z1) = at(-more / tall), at(1 + more / tall)
        p.bar((x, y0 + out, z0), (x, y1 + out, z1), half, None, 2, body, material)

    inner = a - JOINT
    rail = lots.between(JOINT, 0.06)
    if back == 1:
        upright(0, (a, thick * 0.8), more=0.02)
        if soft:
            upright(0, (a * 0.93, thick * 1.5), CUSHION, -thick, CLOTH, more=-0.02)
        return
    for x in (-inner, inner):
        upright(x, thick * 0.9)
    y1, z1 = at(1)
    p.box(-a, a, y1 - thick * 0.8, y1 + thick * 0.8, z1 - rail, z1 + rail)
    if back == 2:
        count = 2 + lots.of(4)
        thin = min(lots.between(0.010, 0.026), inner / (count + 1) * 0.6)
        for number in range(count):
            upright(inner * (2 * (number + 1) / (count + 1) - 1), (thin, thick * 0.4), more=0.032)
        return
    count = 2 + lots.of(3)
    high = lots.between(0.014, 0.12 / count)
    for number in range(count):
        ym, z = at((number + 0.75) / (count + 0.6))
        p.box(-inner, inner, ym - thick * 0.5, ym + thick * 0.5, z - high, z + high)


def _arms(p, lots, a, b, seat, lean, thick) -> None:
    high, front = lots.between(0.14, 0.22), -b + lots.between(0.0, 0.10)
    for x in (-a, a):
        p.bar((x, front, seat), (x, front, seat + high), thick * 0.8, axis=2)
        p.box(x - thick * 1.3, x + thick * 1.3, front - thick * 1.2, b + lean * high,
              seat + high - thick * 0.7, seat + high + thick * 0.7)  # fmt: skip


def _table(p: Parts, lots: Lots) -> Known:
    kind, turned = lots.of(6), lots.chance(0.4)
    w, high = lots.between(0.46, 0.95), lots.between(0.24, 0.72)
    d = w * lots.between(0.45, 1.0)
    thick, plate = lots.between(0.024, 0.045), lots.between(0.014, 0.034)
    known = {"legs": kind + 1, "top": 2 if turned else 1}
    a, b = w / 2, d / 2
    if turned:
        p.bar((0, 0, high - plate), (0, 0, high + plate), (a, b), axis=2, body=ROUND)
    else:
        p.box(-a, a, -b, b, high - plate, high + plate)
    inset = 0.72 if turned else lots.between(0.86, 1.0)
    a, b = a * inset, b * inset
    corner = legs(p, lots, LEGS[kind], a, b, high, thick)
    known["stretchers"] = int(corner is not None and lots.chance(0.35))
    if known["stretchers"]:
        stretchers(p, lots, corner, thick, high)
    known["drawers"] = int(kind in (0, 2) and not turned and lots.chance(0.7))
    if known["drawers"]:
        deep = lots.between(0.09, 0.15)
        p.box(-a, a, -b, b, high - plate - deep, high - plate)
        fronts(p, -a, a, -b, high - plate - deep, high - plate, 1 + lots.of(3), 1)
    elif corner is not None and lots.chance(0.6):
        deep, (x, y) = lots.between(0.03, 0.06), corner(high)
        for side in (y, -y):
            p.box(-x, x, side - thick * 0.5, side + thick * 0.5, high - plate - deep, high)
        for side in (x, -x):
            p.box(side - thick * 0.5, side + thick * 0.5, y, -y, high - plate - deep, high)
    return known


def _bed(p: Parts, lots: Lots) -> Known:
    d = lots.between(0.56, 0.95)
    w = d * lots.between(0.42, 0.92)
    a, b, thick = w / 2, d / 2, lots.between(0.024, 0.04)
    known = {"headboard": lots.of(3), "footboard": int(lots.chance(0.45))}
    known |= {"posts": int(lots.chance(0.3)), "pillows": lots.of(3)}
    known["drawers"] = int(lots.chance(0.35))
    low = lots.between(0.02, 0.05) if known["drawers"] else lots.between(0.10, 0.21)
    frame = low + (lots.between(0.13, 0.19) if known["drawers"] else lots.between(0.05, 0.08))
    p.box(-a, a, -b, b, low, frame)
    if known["drawers"]:
        p.box(-a + 0.04, a - 0.04, -b + 0.04, b - 0.04, 0, low)
        _side_fronts(p, a, b, low, frame)
    else:
        known["legs"] = (1, 3)[lots.of(2)]
        _bed_legs(p, known["legs"] == 3, a, b, low, thick)
    soft = frame + lots.between(0.07, 0.13)
    p.box(-a * 0.95, a * 0.95, -b * 0.97, b * 0.97, frame - 0.03, soft, LINEN)
    _bedding(p, lots, a, b, frame, soft, known["pillows"])
    top = soft + lots.between(0.12, 0.32)
    if known["headboard"]:
        _board(p, lots, a, b, frame, top, thick, known["headboard"] == 2)
    if known["footboard"]:
        _board(p, lots, a, -b, frame, soft + lots.between(0.03, 0.12), thick, lots.chance(0.4))
    if known["posts"]:
        high = max(top + 0.08, lots.between(0.5, 0.95))
        a, b = a - JOINT, b - JOINT
        for x in (-a, a):
            for y in (-b, b):
                p.bar((x, y, 0), (x, y, high), thick * 0.9, axis=2)
                p.ball(x, y, high + thick * 0.4, thick * 1.2)
        if lots.chance(0.5):
            for y in (-b, b):
                p.bar((-a, y, high), (a, y, high), thick * 0.6)
            for x in (-a, a):
                p.bar((x, -b, high), (x, b, high), thick * 0.6)
    return known


def _bed_legs(p, turned, a, b, low, thick) -> None:
    for x in (JOINT - a, a - JOINT):
        for y in (JOINT - b, b - JOINT):
            if turned:
                p.ball(x, y, low * 0.42, thick * 1.55, low * 0.42)
                p.column(x, y, 0, low + 0.02, thick * 0.7)
            else:
                p.bar((x, y, 0), (x, y, low + 0.02), thick, axis=2)


def _side_fronts(p, a, b, low, high) -> None:
    """Drawers at both long sides of a bed."""
    for x in (-a, a):
        for y0, y1 in ((-b + 0.02, -0.01), (0.01, b - 0.02)):
            out = 0.014 if x > 0 else -0.014
            p.box(*sorted((x - out, x + out)), y0, y1, low + 0.012, high - 0.012, SECOND)
            p.knob(x + out * 1.5, (y0 + y1) / 2, (low + high) / 2)


def _bedding(p, lots, a, b, frame, soft, pillows) -> None:
    if lots.chance(0.75):
        # A blanket hangs over the sides.
        head, down = b * lots.between(0.1, 0.45), lots.between(0.0, 0.06)
        p.box(-a * 1.0, a * 1.0, -b * 0.985, head, frame - down, soft + 0.016, BLANKET, BLOCK)
    wide, deep, high = a * lots.between(0.34, 0.42), lots.between(0.075, 0.10), 0.065
    for number in range(pillows):
        x = 0 if pillows == 1 else (number - 0.5) * a * 0.94
        y = b * 0.94 - deep
        p.box(x - wide, x + wide, y - deep, y + deep, soft - 0.035, soft + high, LINEN, CUSHION)


def _board(p, lots, a, y, low, top, thick, slatted) -> None:
    """A head- or footboard."""
    if not slatted:
        p.box(-a, a, y - thick * 0.7, y + thick * 0.7, low - 0.02, top)
        return
    for x in (JOINT - a, a - JOINT):
        p.bar((x, y, 0), (x, y, top), thick * 0.9, axis=2)
    p.box(-a, a, y - thick * 0.8, y + thick * 0.8, top - thick, top + thick)
    count = 3 + lots.of(4)
    for number in range(count):
        x = (a - thick) * (2 * (number + 1) / (count + 1) - 1)
        p.bar((x, y, low), (x, y, top), thick * 0.45, axis=2)


def _shelf(p: Parts, lots: Lots) -> Known:
    w, d, high = lots.between(0.28, 0.88), lots.between(0.18, 0.40), lots.between(0.40, 0.95)
    boards = 2 + lots.of(1 + min(4, int(high / 0.13) - 2))
    known = {"boards": boards - 1, "back": int(lots.chance(0.5))}
    known["legs"] = lots.of(3)
    base = lots.between(0.10, 0.18) if known["legs"] else 0.0
    a, b, thick = w / 2, d / 2, lots.between(0.012, 0.022)
    open_rack = not known["back"] and lots.chance(0.4)
    if known["legs"]:
        inner = 0.68 if known["legs"] == 2 else 1.0
        for x in (JOINT - a, a - JOINT):
            for y in (JOINT - b, b - JOINT):
                head = (x * inner, y * inner, base + JOINT)
                p.bar((x, y, 0), head, 0.018, 1.3, 2, ROUND)
    low, top = base + JOINT, high - JOINT
    levels = [low + (top - low) * n / (boards - 1) for n in range(boards)]
    for x in (JOINT - a, a - JOINT) if open_rack else (thick - a, a - thick):
        side = (x - thick, x + thick)
        if open_rack:
            for y in (JOINT - b, b - JOINT):
                p.box(*side, y - thick, y + thick, base, high, METAL)
        else:
            p.box(*side, -b, b, base, high)
    # Boards end within the sides.
    ends = a if open_rack else a - thick
    for z in levels:
        p.box(-ends, ends, -b, b, z - thick, z + thick)
    if known["back"]:
        p.box(-a, a, b - thick, b, base, top)
    divided = not open_rack and w > 0.5 and lots.chance(0.5)
    if divided:
        p.box(-thick, thick, -b, b, base, top)
    cells = len(levels) - 1
    filled = 0 if open_rack else lots.of(4)
    known["drawers"], known["doors"] = int(filled == 2), int(filled == 3)
    columns = 2 if divided or w > 0.5 else 1
    if filled == 2:
        used = 1 + lots.of(max(1, cells // 2))
        p.box(-a, a, -b, b, levels[0], levels[used])
        fronts(p, -a, a, -b, levels[0], levels[used], columns, used)
    elif filled == 3:
        used = 1 + lots.of(max(1, cells))
        top = levels[used]
        fronts(p, -a, a, -b, base - 0.006, top, columns, 1, knobs=False)
        for column in range(columns):
            x = (column - 0.5) * 0.06 if columns == 2 else a - 0.05
            p.knob(x, -b - 0.02, (levels[0] + top) / 2)
    return known


def _lamp(p: Parts, lots: Lots) -> Known:
    tall = lots.chance(0.6)
    high = lots.between(0.68, 0.95) if tall else lots.between(0.34, 0.62)
    tripod, bent, shade = lots.chance(0.35), lots.chance(0.35), 1 + lots.of(3)
    known = {"stem": 2 if bent else 1, "shade": shade, "legs": 2 if tripod else 0}
    thin = lots.between(0.012, 0.02)
    radius = lots.between(0.11, 0.24 if tall else 0.15 + 0.1 * high)
    tallness = radius * (2 if shade == 3 else lots.between(0.8, min(1.8, 0.5 * high / radius)))
    low = high - tallness
    if tripod:
        hub = max(0.14, low * lots.between(0.45, 0.9))
        _tripod(p, lots, hub, thin)
        start = hub - JOINT
    else:
        foot, start = lots.between(0.09, 0.18), 0.01
        if lots.chance(0.6):
            p.column(0, 0, 0, lots.between(0.022, 0.05), foot, 0.9, METAL)
        else:
            p.box(-foot, foot, -foot, foot, 0, lots.between(0.022, 0.05), METAL)
    x = 0.0
    if bent:
        x = _bent_stem(p, lots, start, low, thin)
    else:
        p.column(0, 0, start, low + tallness * 0.6, thin, material=METAL)
        if not tall and not tripod:
            # A body of clay or glass.
            wide = lots.between(0.06, 0.12)
            p.ball(0, 0, low * 0.45, wide, low * 0.42, SECOND)
            p.column(0, 0, 0.01, low * 0.5, wide * 0.8, 0.9, SECOND)
    _shade(p, lots, shade, x, low, tallness, radius, thin)
    return known


def _tripod(p, lots, top, thin) -> None:
    reach = lots.between(0.14, 0.26)
    turn = lots.between(0, 2 * math.pi / 3)
    for number in range(3):
        angle = turn + number * 2 * math.pi / 3
        x, y = reach * math.cos(angle), reach * math.sin(angle)
        p.bar((x, y, 0), (0, 0, top), thin * 0.9, 1.3, 2, ROUND)
    p.ball(0, 0, top, thin * 2.2)


def _bent_stem(p, lots, start, low, thin) -> float:
    """A stem that rises, then leans over to a side; returns how far."""
    side = lots.between(0.12, 0.34) * (1 if lots.chance(0.5) else -1)
    if lots.chance(0.5):
        # An arc of straight bars.
        count, before = 7, (0.0, 0.0, start)
        for number in range(1, count + 1):
            angle = math.pi / 2 * number / count
            after = (
                side * (1 - math.cos(angle)),
                0.0,
                start + (low + 0.02 - start) * math.sin(angle),
            )
            p.bar(before, after, thin, body=ROUND, material=METAL)
            p.ball(*after, thin * 1.05, material=METAL)
            before = after
    else:
        joint = low * lots.between(0.5, 0.8)
        back = -side * lots.between(0.0, 0.4)
        p.bar((0, 0, start), (back, 0, joint), thin, body=ROUND, material=METAL)
        p.ball(back, 0, joint, thin * 2, material=METAL)
        p.bar((back, 0, joint), (side, 0, low + 0.02), thin, body=ROUND, material=METAL)
        p.ball(side, 0, low + 0.02, thin * 1.6, material=METAL)
    return side


def _shade(p, lots, shade, x, low, tall, radius, thin) -> None:
    material = SHADE
    if shade == 3:
        p.ball(x, 0, low + radius, radius, material=material)
        return
    last = lots.between(0.3, 0.6) if shade == 1 else lots.between(0.92, 1.0)
    p.column(x, 0, low, low + tall, radius, last, material, hole=0.93)
    z, half = low + tall * 0.55, thin * 0.6
    radius *= 1 + (last - 1) * 0.55
    # What holds it, and the bulb.
    p.box(x - radius * 0.9, x + radius * 0.9, -half, half, z - half, z + half, METAL)
    p.box(x - half, x + half, -radius * 0.9, radius * 0.9, z - half, z + half, METAL)
    p.box(x - thin, x + thin, -thin, thin, low, z, METAL)
    p.box(*(x - 2 * thin, x + 2 * thin, -2 * thin, 2 * thin), low, z, SHADE, BALL)


_MAKERS = (_chair, _table, _bed, _shelf, _lamp)
