"""What is measured of styles: how even, how separable, and which layers carry what."""

from __future__ import annotations

import numpy as np

from common.batches import draw_latents, rng_for
from common.evaluation import pictures
from common.evaluation.case import Case
from common.evaluation.scores import NOT_AVERAGED, TRAINED, Scores, Values
from common.invert import compared_in  # first: it imports TensorFlow, quietly

from keras import ops  # isort: skip

from data.pixels import to_pixels
from data.progress import waiting
from data.sheet import grid

from .directions import probed_entropy, read_pictures
from .flags import groups_of
from .inputs import fixed, noise_of
from .reading import Reader, words_of
from .render import Renderer
from .sheets import mixtures

# Pairs of latents for path lengths and for mixtures; pictures that are read.
_PATHS, _PAIRS, _READ = 1000, 500, 3000
_STEP = 1e-4
# Words that too few pictures show, or lack, are left out of the separability.
_FEWEST = 0.05
#: Factors in words of pose, shape and colour whose transfer is told beside that of the mean colour.
#: That is by construction the last layer's: instance normalisation leaves a channel its style's
#: shift as mean, and what makes colours of channels is linear.
TOLD = ("turn", "hat", "hair", "skin")
COLOUR = "colour"
#: Layers whose styles are taken of another picture; none: other noise alone.
GROUPS = ("coarse", "middle", "fine", "all", "none")

_PATH = {
    "path length z": "how far apart, in random filters, pictures are that lie 1e-4 of the way "
    "apart on an arc of z: squared, over the square of that, a mean without the outer 1 %",
    "path length w": "the same along lines of w, between the same pictures",
    "path w/z": "one over the other (below .8, a line's over an arc's on a sphere)",
}
_SEPARABLE = {
    "entropy z": "what is left to guess of a word, in bits, once a linear machine has seen z (0)",
    "entropy w": "the same with w (0)",
    "entropy w/z": "one over the other (below 1)",
}
_MOVED = {
    f"{name} from {group}": f"share of {name} that goes along with another picture's {group} styles"
    for name in (*TOLD, COLOUR)
    for group in ("coarse", "fine")
} | {
    "turn from all": "share of turn that goes along with all styles of another picture",
    "turn from none": "share of turn that changes with the noise alone",
}


def measure(case: Case) -> Scores:
    """Score a run's pictures, and its styles."""
    return pictures.measure(case) + measure_styles(case)


def measure_styles(case: Case) -> Scores:
    """Score the styles of every model that has some.

    Path lengths (Karras et al. 2019, section 4.1) and separability (4.2) in z and in w; and what
    share of a factor goes along with the coarse styles of another picture, and with its fine ones.
    """
    reader = Reader.of(case.source, case.config.image_size)
    values, sheets, facts, unavailable = {}, {}, {}, {}
    for name, _, trainer in case.models(not_averaged=True):
        if name != NOT_AVERAGED and trainer.config.generation:
            with (
                trainer.average.ema_models() as (generator, *_),
                waiting(f"measuring the styles of the model {name}"),
            ):
                renderer = Renderer(generator, trainer.config)
                values[name] = paths(renderer, case.seed)
                if isinstance(reader, Reader):
                    values[name] |= separability(renderer, reader, case.seed)
                    carried = transfers(renderer, reader, case.seed)
                    values[name] |= told(carried)
                if name == TRAINED:
                    sheets["styles"] = mixing_sheet(renderer, case.seed)
                    facts["carried"] = {} if isinstance(reader, str) else carried
        # Before the next one is built.
        del trainer
    measures = dict(_PATH)
    if isinstance(reader, Reader):
        known = {measure for row in values.values() for measure in row}
        measures |= _SEPARABLE | {name: of for name, of in _MOVED.items() if name in known}
        unread = "no two pictures are known to differ in it"
        unavailable = dict.fromkeys([name for name in _MOVED if name not in known], unread)
        facts["reader"] = reader.info.accuracy
    else:
        unavailable = dict.fromkeys([*_SEPARABLE, *_MOVED], reader)
    return Scores(facts, {}, measures, values, unavailable, sheets=sheets)


def paths(renderer: Renderer, seed: int) -> Values:
    """Measure the path lengths in z and in w."""
    z, w = (path_length(renderer, space, seed, _PATHS) for space in ("z", "w"))
    return {"path length z": z, "path length w": w, "path w/z": w / z}


def path_length(renderer: Renderer, space: str, seed: int, count: int) -> float:
    """Measure the perceptual path length (Karras et al. 2019, equations 2 and 3).

    At a random place between two latents, how far apart two pictures are that lie 1e-4 of the way
    apart, over the square of that. One noise for both; no truncation.

    Args:
        renderer: The generator.
        space: "z": along great circles; "w": along straight lines between what z become.
        seed: Seed of latents, places and noise.
        count: Number of pairs.
    """
    config, rng = renderer.config, rng_for(seed, "paths")
    ends = [draw_latents(rng, count, config.latent_size, "normal") for _ in range(2)]
    place = rng.random((count, 1))
    noise, net = noise_of(config, seed, count), compared_in(config.image_size)
    if space == "w":
        ends = [renderer.w(z).astype(np.float64) for z in ends]
        between = [ends[0] + t * (ends[1] - ends[0]) for t in (place, place + _STEP)]
    else:
        between = [renderer.w(arc(*ends, t).astype(np.float32)) for t in (place, place + _STEP)]
    made = [
        renderer.pictures(renderer.truncated(w.astype(np.float32), 1.0), noise) for w in between
    ]
    apart = np.concatenate(
        [squares(net, a, b) for a, b in zip(*(np.array_split(m, 10) for m in made), strict=True)]
    )
    lengths = np.sort(apart / _STEP**2)
    cut = count // 100
    return float(lengths[cut : count - cut].mean())


def arc(a: np.ndarray, b: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Walk along great circles of the unit sphere: N×L at N places from 0 to 1."""
    a, b = (
        v / np.linalg.norm(v, axis=1, keepdims=True) for v in (a.astype(float), b.astype(float))
    )
    cosine = (a * b).sum(1, keepdims=True)
    angle = np.arccos(np.clip(cosine, -1, 1))
    across = b - cosine * a
    across /= np.linalg.norm(across, axis=1, keepdims=True) + 1e-12
    return a * np.cos(place * angle) + across * np.sin(place * angle)


def squares(net, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Compute squared distances of pictures N×H×W×C in a net's maps: N, a mean over its layers."""
    pairs = zip(net(a).values(), net(b).values(), strict=True)
    each = [ops.mean(ops.square(one - other), axis=(1, 2, 3)) for one, other in pairs]
    return np.asarray(sum(each)) / len(each)


def separability(renderer: Renderer, reader: Reader, seed: int) -> Values:
    """Measure how well linear machines tell words from z and from w (2019, section 4.2)."""
    latents, w, read = read_pictures(renderer, reader, _READ, seed)
    left = {"z": [], "w": []}
    for factor, value in words_of(reader.words).values():
        shows = read[factor] == value
        if _FEWEST <= shows.mean() <= 1 - _FEWEST:
            left["z"].append(probed_entropy(latents, shows))
            left["w"].append(probed_entropy(w, shows))
    if not left["z"]:
        return {}
    z, w = (float(np.mean(each)) for each in left.values())
    return {"entropy z": z, "entropy w": w, "entropy w/z": w / max(z, 1e-9)}


def transfers(renderer: Renderer, reader: Reader, seed: int) -> dict[str, dict[str, float]]:
    """Measure which styles carry what: factor -> group of layers -> share that is transferred.

    Pairs of pictures A and B, and B with A's styles in some layers, under other noise. Of the pairs
    whose factor is another: in what share has B now A's. Of the mean colour: how far it has moved
    towards A's.
    """
    config = renderer.config
    given = fixed(config, seed, 2 * _PAIRS, 1.0)
    a, b = np.split(renderer.styles(given["latent"]), 2)
    noise, other_noise = np.split(given["noise"], 2)

    def seen(styles, noise):
        return to_pixels(renderer.pictures(styles, noise))

    of_a, of_b = seen(a, noise), seen(b, noise)
    read_a, read_b = reader(of_a), reader(of_b)
    middle, fine = groups_of(config.style_layers)
    layers = slice(middle), slice(middle, fine), slice(fine, None), slice(None), slice(0)
    found = {name: {} for name in (COLOUR, *read_a)}
    for group, chosen in zip(GROUPS, layers, strict=True):
        mixed = b.copy()
        mixed[:, chosen] = a[:, chosen]
        of_mixed = seen(mixed, other_noise)
        read = reader(of_mixed)
        found[COLOUR][group] = moved_colour(of_a, of_b, of_mixed)
        for name in read:
            differ = read_a[name] != read_b[name]
            if differ.any():
                found[name][group] = float((read[name] == read_a[name])[differ].mean())
    return found


def moved_colour(a: np.ndarray, b: np.ndarray, mixed: np.ndarray) -> float:
    """Measure how far the mean colours of pictures B have moved towards those of A: 0 to 1."""
    a, b, mixed = (each.mean((1, 2)) for each in (a, b, mixed))
    return float(((mixed - b) * (a - b)).sum() / max(float(((a - b) ** 2).sum()), 1e-9))


def told(carried: dict[str, dict[str, float]]) -> Values:
    """Return the shares that are measures, where pairs told them, under their names."""
    each = {measure: measure.split(" from ") for measure in _MOVED}
    return {
        measure: carried[name][group]
        for measure, (name, group) in each.items()
        if group in carried.get(name, {})
    }


def mixing_sheet(renderer: Renderer, seed: int):
    """Draw the sheet of mixtures of 4 with 6 pictures."""
    config = renderer.config
    given = fixed(config, seed, 10)
    styles = renderer.styles(given["latent"], config.truncation)
    edges = (0, *groups_of(config.style_layers), config.style_layers)
    groups = [range(x, y) for x, y in zip(edges, edges[1:], strict=False)]
    made, columns = mixtures(renderer, (styles[:4], styles[4:]), groups, given["noise"])
    return grid(made, columns)
