"""The sliced distance of patches, against closed forms and controls."""

import numpy as np
import pytest
from keras import ops

from common.machine import backend
from recipes.style_transfer.patches import NearestPatches, patches_of
from recipes.style_transfer.sliced import AT_ONCE, DIRECTIONS, MOST_SORTED, SlicedDistance
from recipes.style_transfer.train import build
from tests.recipes.test_style_transfer import noise, settled

pytestmark = pytest.mark.usefixtures("eagerly")

#: As many directions at right angles as a patch of 5×5 pixels has values: a mean over them is one
#: over the values.
ALL = np.arange(75)


def of(*paintings, kernel=5, scale=1, shares=()):
    """What compares with paintings."""
    rng = np.random.default_rng(0)
    patches = patches_of(list(paintings), kernel, scale, MOST_SORTED, rng, shares)
    return SlicedDistance(patches, rng)


def even(value, height=40, width=40):
    return np.full((height, width, 3), value, np.uint8)


def seen(*pictures):
    return np.stack(pictures).astype(np.float32) / 127.5 - 1


def test_the_distance_of_two_colours_in_closed_form():
    compare = of(even(255))
    for value in (0, 51, 255):
        expected = (1 - (value / 127.5 - 1)) ** 2
        found = float(compare(seen(even(value, 32, 36)), ALL))
        assert found == pytest.approx(expected, rel=1e-4, abs=1e-6)


def test_half_of_a_painting_is_near_it_and_not_spread_as_it_is():
    """Of two colours in equal shares one everywhere: half of the patches would have to move."""
    paintings, dark = [even(0), even(255)], seen(even(0, 32, 32))
    near = float(NearestPatches(paintings, 5)(dark, np.zeros(2, np.float32)))
    assert near == pytest.approx(0, abs=1e-9)
    found = float(of(*paintings)(dark, ALL))
    assert found == pytest.approx(2**2 / 2, rel=0.02)
    quarter = float(of(*paintings, shares=(0.75, 0.25))(dark, ALL))
    assert quarter == pytest.approx(2**2 / 4, rel=0.02)


@pytest.mark.parametrize("scale", [1, 2])
def test_a_painting_is_spread_as_itself_wherever_its_parts_are(scale):
    painting = noise(64, 64)
    compare = of(painting, scale=scale)
    rng = np.random.default_rng(0)
    whole = seen(painting)
    parts = np.concatenate([whole[:, 32:], whole[:, :32]], axis=1)[:, :, ::-1]
    shuffled = rng.permutation(whole.reshape(-1, 3)).reshape(whole.shape)
    flat = np.broadcast_to(whole.mean((1, 2), keepdims=True), whole.shape)
    found = {}
    for name, picture in {"parts": parts, "shuffled": shuffled, "flat": flat}.items():
        small = picture.reshape(1, 64 // scale, scale, 64 // scale, scale, 3).mean((2, 4))
        found[name] = float(compare(small.astype(np.float32), ALL))
    # Pixels out of order have the colours, and one mean colour has neither.
    assert found["parts"] < 0.1 * found["shuffled"]
    assert found["parts"] < 0.1 * found["flat"]


def test_descending_gives_a_picture_the_painting_s_contrast():
    painting, picture = noise(48, 48), seen(noise(32, 32, seed=1)) * 0.2
    compare, rng = of(painting), np.random.default_rng(0)
    first = float(compare(picture, ALL))
    for _ in range(20):
        variable = backend.tf.Variable(picture)
        with backend.tape() as tape:
            loss = compare(variable, rng.integers(0, DIRECTIONS, AT_ONCE))
        # The parabola's lowest point, were all directions looked along.
        (gradient,) = tape.gradient(loss, [variable])
        picture = picture - np.array(gradient) * picture.size / 2
    assert float(compare(picture, ALL)) < 0.05 * first
    spread = seen(painting).std()
    assert picture.std() == pytest.approx(spread, rel=0.1)


def test_directions_are_of_length_one_and_drawn_anew_for_each_step():
    compare = of(noise(32, 32))
    lengths = (compare._directions**2).sum(1)
    np.testing.assert_allclose(lengths, 1, rtol=1e-5)
    assert compare.sorted.shape[0] == DIRECTIONS
    assert (np.diff(compare.sorted, axis=1) >= 0).all()
    trainer = build(settled("feedforward"))
    drawn = trainer.draw(np.random.default_rng(0), 3)["directions"]
    assert drawn.shape == (3, AT_ONCE)
    assert drawn.min() >= 0 and drawn.max() < DIRECTIONS
    assert "directions" not in build(settled("feedforward", sliced_share=0.0)).draw(
        np.random.default_rng(0), 3
    )


def test_the_style_s_term_is_shared_out():
    """A share of 0 is the nearest patches alone, of 1 the spread alone, and the rest between."""
    terms = {}
    content = {"input": ops.convert_to_tensor(seen(noise(32, 32)))}
    batch = content | {"offset": np.zeros((1, 2), np.float32), "directions": ALL[None, :AT_ONCE]}
    made = ops.convert_to_tensor(seen(noise(32, 32, seed=3)))
    for share in (0.0, 0.25, 1.0):
        generator = build(settled("feedforward", sliced_share=share)).generator
        found = generator.lossFunction(batch, made, generator.config.scales)
        terms[share] = float(found["style"])
    between = 0.75 * terms[0.0] + 0.25 * terms[1.0]
    assert terms[0.25] == pytest.approx(between, rel=1e-5)
    assert terms[0.0] != pytest.approx(terms[1.0], rel=0.1)
