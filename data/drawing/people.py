"""Measures of people, and of the moments in which they are seen; each (n, 1, 1), or a colour."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from data.drawing.canvas import Canvas
from data.drawing.dice import Dice
from data.drawing.noise import clouds
from data.drawing.values import choose, flag, mix, pick, tone

_HAIR = np.array(
    [
        [0.09, 0.08, 0.09],
        [0.34, 0.20, 0.11],
        [0.58, 0.25, 0.10],
        [0.84, 0.67, 0.38],
        [0.72, 0.71, 0.70],
    ]
)
# From the palest to the darkest.
_SKIN = np.array(
    [
        [0.97, 0.82, 0.74],
        [0.93, 0.75, 0.62],
        [0.86, 0.65, 0.49],
        [0.74, 0.52, 0.36],
        [0.56, 0.37, 0.25],
        [0.39, 0.25, 0.18],
    ]
)
_EYES = np.array(
    [
        [0.27, 0.16, 0.09],
        [0.35, 0.22, 0.11],
        [0.40, 0.36, 0.18],
        [0.28, 0.44, 0.30],
        [0.30, 0.47, 0.66],
    ]
)
_CLOTH = np.array(
    [
        [0.20, 0.27, 0.43],
        [0.60, 0.18, 0.18],
        [0.86, 0.84, 0.80],
        [0.16, 0.17, 0.19],
        [0.22, 0.42, 0.36],
        [0.82, 0.60, 0.25],
        [0.52, 0.38, 0.56],
        [0.45, 0.58, 0.72],
    ]
)
_BACKDROPS = np.array(
    [
        [0.55, 0.63, 0.68],
        [0.72, 0.66, 0.58],
        [0.40, 0.47, 0.44],
        [0.62, 0.52, 0.52],
        [0.35, 0.40, 0.52],
        [0.80, 0.80, 0.78],
        [0.28, 0.27, 0.29],
        [0.66, 0.72, 0.58],
    ]
)
_FRAMES = np.array([[0.1, 0.1, 0.1], [0.35, 0.2, 0.12], [0.7, 0.6, 0.35], [0.5, 0.12, 0.14]])
_TINTS = np.array([[0.07, 0.07, 0.08], [0.22, 0.13, 0.07], [0.09, 0.14, 0.22]])
_LIGHTS = np.array([[1.0, 1.0, 1.0], [1.04, 0.98, 0.90], [0.95, 0.99, 1.05]])
_GREY, _BALD = 4, 5


def person(dice: Dice) -> SimpleNamespace:
    """Draw what stays the same from picture to picture of one person."""
    p = SimpleNamespace()
    p.gender, p.old = dice.integer(0, 1), dice.integer(0, 1)
    man = flag(p.gender == 1)
    p.age = mix(dice.uniform(0, 0.3), dice.uniform(0.8, 1), flag(p.old == 1))
    _colours(p, dice)
    _skull(p, dice, man)
    _features(p, dice, man)
    _hair(p, dice, man)
    return p


def _colours(p: SimpleNamespace, dice: Dice) -> None:
    """Skin, hair and eyes: fair hair and eyes are rare where the skin is dark."""
    p.tan = dice.uniform()
    place = p.tan * np.float32(4.999)
    low = place.astype(np.int32)
    p.skin = mix(pick(_SKIN, low), pick(_SKIN, low + 1), place - np.floor(place))
    p.skin = np.clip(p.skin + tone(0.02, 0, -0.02) * dice.uniform(-1, 1), 0, 1)
    fair = (dice.uniform() * (1 - 0.5 * p.tan) * 3.99).astype(np.int32)
    p.hair = np.where((dice.uniform() < 0.92) & (p.old == 1), _GREY, fair).astype(np.int32)
    p.hair_colour = np.clip(pick(_HAIR, p.hair) * dice.uniform(0.75, 1.2), 0, 0.97)
    # Brows turn grey, too, and first where hair is dyed.
    grey = 0.85 * flag(p.old == 1)
    p.brow_colour = mix(0.62 * p.hair_colour, pick(_HAIR, 0 * p.hair + _GREY), grey)
    p.gloss = dice.uniform(0.2, 1.0)
    eyes = (dice.uniform() * (1 - 0.7 * p.tan) * 4.99).astype(np.int32)
    p.eye_colour = dice.near(pick(_EYES, eyes), 0.05)


def _skull(p: SimpleNamespace, dice: Dice, man: np.ndarray) -> None:
    """Measures in halves of the head's width, from the line of the eyes."""
    p.crown = dice.uniform(1.18, 1.34)
    p.chin = dice.uniform(1.22, 1.48) + 0.04 * man
    p.taper = dice.uniform(0.16, 0.44) - 0.10 * man
    p.pointed = dice.uniform(0.1, 0.9) - 0.1 * man
    p.neck = dice.uniform(0.46, 0.56) + 0.09 * man
    p.shoulders = dice.uniform(1.6, 2.4) + 0.5 * man
    p.ear = dice.uniform(0.20, 0.30)
    p.cheek, p.cheek_at = dice.uniform(0.2, 0.9), dice.uniform(0.46, 0.60)
    p.sockets = dice.uniform(0.06, 0.20) + 0.05 * p.age
    p.eyes_apart = dice.uniform(0.37, 0.48)
    p.nose_length = dice.uniform(0.44, 0.62)
    p.nose_width = dice.uniform(0.13, 0.23) + 0.015 * man
    p.nose_height = dice.uniform(0.5, 1.2)
    p.mouth_at = -p.nose_length - dice.uniform(0.24, 0.34)


def _features(p: SimpleNamespace, dice: Dice, man: np.ndarray) -> None:
    p.mouth_width = dice.uniform(0.30, 0.42)
    p.lips = dice.uniform(0.045, 0.105) - 0.012 * man - 0.02 * p.age
    rosy = tone(0.80, 0.42, 0.40) + tone(0.02, -0.07, -0.03) * dice.uniform(-1, 1)
    own = p.skin * tone(0.92, 0.68, 0.66)
    red = mix(dice.uniform(0.35, 0.9), dice.uniform(0.0, 0.15), man)
    p.lip_colour = np.clip(mix(own, rosy * (0.55 + 0.45 * p.skin), red), 0, 1)
    p.eye_width = dice.uniform(0.175, 0.235)
    p.eye_open = dice.uniform(0.085, 0.135)
    p.slant = dice.uniform(-0.16, 0.22)
    p.iris = dice.uniform(0.085, 0.105)
    p.lashes = dice.uniform(0.0, 0.3) + 0.7 * (1 - man)
    p.brow_at = dice.uniform(0.24, 0.34)
    p.arch = dice.uniform(0.0, 0.09) + 0.02 * (1 - man)
    p.brow = dice.uniform(0.020, 0.040) + 0.028 * man
    p.blush = mix(tone(1, 1, 1), tone(1.04, 0.80, 0.78), dice.uniform(0.2, 0.9))
    p.freckles = dice.chance(0.25) * dice.uniform(0.4, 1.0) * flag(p.tan < 0.55)


def _hair(p: SimpleNamespace, dice: Dice, man: np.ndarray) -> None:
    """Its cut; `fall` says how far it hangs down, `sides` how far before the ears."""
    p.bald = man * dice.chance(0.1 + 0.25 * p.age)
    p.hair = np.where(p.bald > 0, _BALD, p.hair).astype(np.int32)
    long = dice.chance(mix(np.float32(0.75), np.float32(0.1), man))
    p.length = long
    p.fall = mix(dice.uniform(-0.1, 0.55), dice.uniform(0.9, 2.4), long)
    p.curls = dice.chance(0.4) * dice.uniform(0.4, 1.0)
    p.volume = dice.uniform(0.05, 0.22) + 0.06 * long + 0.14 * p.curls * dice.uniform()
    p.wave = dice.uniform(-1, 1) * long
    p.hairline = dice.uniform(0.66, 0.86) + 0.12 * man * p.age
    p.fringe = dice.chance(0.45) * dice.uniform(0.15, 0.40) * (1 - 0.6 * man)
    p.part, p.parted = dice.uniform(-0.45, 0.45), dice.chance(0.45)
    p.recede = man * p.age * dice.uniform(0.08, 0.3)
    p.temple = dice.uniform(0.62, 0.84)
    p.fullness = mix(dice.uniform(0.05, 0.6), np.float32(1), long)
    p.sides = mix(dice.uniform(-0.10, 0.30), p.fall, long)
    # Stubble is no beard.
    p.beard = man * choose((0, 0, 0, 0.18, 0.7, 0.95), dice.integer(0, 5))
    p.bearded = (p.beard > 0.4).astype(np.int32)


def moment(canvas: Canvas, dice: Dice, p: SimpleNamespace) -> SimpleNamespace:
    """Draw what changes from picture to picture: pose, expression, light, and what is worn."""
    m = SimpleNamespace()
    m.turned, m.tilted = dice.uniform(-1, 1), dice.uniform(-1, 1)
    m.turn, m.tilt = 0.5 * m.turned, 0.16 * m.tilted
    m.nod = dice.uniform(-0.12, 0.12)
    m.scale = dice.uniform(0.48, 0.55)
    m.across, m.up = dice.uniform(-0.08, 0.08), dice.uniform(0.03, 0.13)
    _expression(m, dice)
    m.side = choose((-1, 1), dice.integer(0, 1)) * dice.uniform(0.25, 1.0)
    m.above = dice.uniform(0.25, 0.6)
    m.light_colour = pick(_LIGHTS, dice.integer(0, 2))
    _worn(m, dice)
    m.backdrop_low = dice.colour(_BACKDROPS, 0.05)
    m.backdrop_high = np.clip(m.backdrop_low * dice.uniform(0.75, 1.25), 0, 1)
    m.noise = SimpleNamespace(haze=clouds(canvas, dice, 3, 3))
    m.noise.grain = clouds(canvas, dice, 24, 24, 2)
    curls = clouds(canvas, dice, 14, 14, 2)
    m.noise.strands = mix(clouds(canvas, dice, 3, 30, 2), curls, p.curls)
    return m


def _expression(m: SimpleNamespace, dice: Dice) -> None:
    m.expression = dice.integer(0, 2)
    strength = dice.uniform(0.7, 1.0)
    m.smile = choose((-0.8, 0.0, 1.0), m.expression) * strength + 0.06 * dice.uniform(-1, 1)
    m.frown = flag(m.expression == 0) * strength
    m.open = flag(m.smile > 0.5) * dice.chance(0.8) * dice.uniform(0.10, 0.20)
    m.lids = dice.uniform(0.82, 1.12)
    m.gaze_x, m.gaze_y = dice.uniform(-0.05, 0.05), dice.uniform(-0.02, 0.03)


def _worn(m: SimpleNamespace, dice: Dice) -> None:
    m.eyewear = np.array((0, 0, 0, 0, 1, 1, 2), np.int32)[dice.integer(0, 6)]
    m.square = dice.uniform()
    m.lens_width, m.lens_height = dice.uniform(0.26, 0.32), dice.uniform(0.19, 0.26)
    m.rim = dice.uniform(0.018, 0.035)
    m.frame = dice.near(pick(_FRAMES, dice.integer(0, 3)), 0.05)
    m.tint = pick(_TINTS, dice.integer(0, 2))
    m.hat = (dice.uniform() < 0.16).astype(np.int32)
    m.hat_colour = dice.colour(_CLOTH, 0.06)
    m.hat_height, m.brim = dice.uniform(0.95, 1.2), dice.chance(0.6) * dice.uniform(0.6, 1.0)
    m.knit = 1 - flag(m.brim > 0)
    m.cloth = dice.colour(_CLOTH, 0.07)
    m.neckline = dice.uniform(0.05, 0.45)
