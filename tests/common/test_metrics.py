"""Every measure against a closed form, a second implementation, and what must make it worse."""

import numpy as np
import pytest
from scipy import linalg

from common.metrics.estimate import Estimate, mean_of
from common.metrics.frechet import frechet_distance
from common.metrics.kid import kernel_distance
from common.metrics.labels import label_accuracy
from common.metrics.modes import count_modes, fit_of_mixture
from common.metrics.neighbours import copying, neighbourhood
from common.metrics.probe import Labelled, pooled, probe_error
from common.metrics.spectrum import (
    grid_power,
    grid_ratio,
    high_frequency_power,
    high_frequency_ratio,
)
from data import worlds
from data.errors import Refused

RNG = np.random.default_rng


def gaussian(count, width=6, seed=0, mean=0.0, scale=1.0):
    return mean + scale * RNG(seed).normal(size=(count, width))


# --- Fréchet distance ---


def test_frechet_distance_of_gaussians_in_closed_form():
    """‖μ₁ − μ₂‖² + Σ (σ₁ − σ₂)² where the covariances are diagonal."""
    scale = np.array([0.5, 1, 2, 3])
    real = gaussian(200_000, 4)
    fake = gaussian(200_000, 4, 1, np.array([0, 1, 0, -2]), scale)
    expected = 1 + 4 + ((scale - 1) ** 2).sum()
    assert frechet_distance(real, fake) == pytest.approx(expected, rel=0.02)


def test_frechet_distance_against_a_second_implementation():
    mixing = RNG(3).normal(size=(8, 8))
    real, fake = gaussian(500, 8) @ mixing, gaussian(400, 8, 1, 0.3)
    product = np.cov(real.T) @ np.cov(fake.T)
    second = (
        ((real.mean(0) - fake.mean(0)) ** 2).sum()
        + np.trace(np.cov(real.T) + np.cov(fake.T))
        - 2 * np.trace(linalg.sqrtm(product).real)
    )
    assert frechet_distance(real, fake) == pytest.approx(second, rel=1e-6)


def test_frechet_distance_is_symmetric_and_0_for_the_same():
    real, fake = gaussian(300), gaussian(200, seed=1, mean=0.5)
    assert frechet_distance(real, fake) == pytest.approx(frechet_distance(fake, real))
    assert frechet_distance(real, real) == pytest.approx(0, abs=1e-9)
    # Features that never move, as of a dead unit, are no trouble.
    still = np.hstack([real, np.ones((300, 2))])
    assert frechet_distance(still, still) == pytest.approx(0, abs=1e-9)


# --- KID ---


def test_kernel_distance_against_its_definition():
    real, fake = gaussian(80, 3), gaussian(80, 3, 1, 0.7)
    estimate = kernel_distance(real, fake)
    rng = RNG(0)
    x, y = rng.permutation(real), rng.permutation(fake)
    blocks = []
    for block in range(4):
        a, b = x[block * 20 : block * 20 + 20], y[block * 20 : block * 20 + 20]
        total = 0.0
        for i in range(20):
            for j in range(20):
                if i != j:
                    total += ((a[i] @ a[j] / 3 + 1) ** 3 + (b[i] @ b[j] / 3 + 1) ** 3) / 380
                total -= 2 * (a[i] @ b[j] / 3 + 1) ** 3 / 400
        blocks.append(total)
    assert estimate.value == pytest.approx(np.mean(blocks))
    assert estimate.low < estimate.value < estimate.high


def test_the_interval_holds_0_for_one_source_and_not_for_two():
    covered = 0
    for seed in range(100):
        same = kernel_distance(gaussian(1000, 4, seed), gaussian(1000, 4, 1000 + seed))
        covered += same.low <= 0 <= same.high
    assert covered >= 88
    other = kernel_distance(gaussian(1000, 4), gaussian(1000, 4, 1, 0.3))
    assert other.low > 0


# --- neighbours ---


def test_neighbourhood_of_one_distribution_is_ideal():
    """Density 1 and coverage 1 − ½^k, as Naeem et al. derive."""
    found = neighbourhood(gaussian(3000, 8), gaussian(3000, 8, 1))
    assert found.density == pytest.approx(1, abs=0.06)
    assert found.coverage == pytest.approx(1 - 0.5**5, abs=0.02)
    assert found.precision > 0.9 and found.recall > 0.9


def test_neighbourhood_against_counting_by_hand():
    real, fake = gaussian(30, 2), gaussian(25, 2, 1, 0.5)

    def reach(samples):
        distances = np.linalg.norm(samples[:, None] - samples, axis=-1)
        return np.sort(distances, axis=1)[:, 3]

    between = np.linalg.norm(fake[:, None] - real, axis=-1)
    found = neighbourhood(real, fake, k=3)
    inside = between <= reach(real)
    assert found.precision == pytest.approx(inside.any(1).mean())
    assert found.recall == pytest.approx((between <= reach(fake)[:, None]).any(0).mean())
    assert found.density == pytest.approx(inside.sum() / (3 * 25))
    assert found.coverage == pytest.approx(inside.any(0).mean())


@pytest.mark.parametrize("shift", [0.0, 1.0, 1000.0])
@pytest.mark.parametrize("count", [60, 1700])
def test_of_identical_sets_all_four_are_one(shift, count):
    """Ties are decided by the definitions, not by rounding."""
    real = gaussian(count, 5) * [1, 3, 0.1, 1, 7] + shift
    found = neighbourhood(real, real[::-1].copy())
    assert (found.precision, found.recall, found.density, found.coverage) == (1, 1, 1, 1)


def test_as_far_as_the_reach_counts_for_precision_alone():
    real = np.arange(8.0)[:, None] * [1, 0]
    # One beside the row, as far from its end as that is from its second neighbour.
    found = neighbourhood(real, np.array([[-2.0, 0]] * 8), k=2)
    assert found.precision == 1 and found.coverage == 0 == found.density
    nearer = neighbourhood(real, np.array([[-1.99, 0]] * 8), k=2)
    assert nearer.coverage == 1 / 8


def test_swapping_the_sets_swaps_precision_and_recall():
    """Real data of two kinds, of which one is generated: nothing is wrong, but half is missing."""
    real = np.concatenate([gaussian(500, 4), gaussian(500, 4, 1, 9.0)])
    fake = gaussian(1000, 4, 2)
    found, swapped = neighbourhood(real, fake), neighbourhood(fake, real)
    assert found.precision > 0.9 and found.recall < 0.6 and found.coverage < 0.6
    assert swapped.precision == found.recall and swapped.recall == found.precision


def test_a_copier_is_found_out():
    training, held_out = gaussian(800, 6), gaussian(800, 6, 1)
    fresh = gaussian(800, 6, 2)
    copies = training + gaussian(800, 6, 3, scale=0.05)
    innocent = copying(training, held_out, fresh)
    assert innocent.copying == pytest.approx(0.5, abs=0.04)
    assert innocent.copied == pytest.approx(0.01, abs=0.02)
    guilty = copying(training, held_out, copies)
    assert guilty.copying > 0.98 and guilty.copied > 0.9
    assert copying(training, held_out, fresh + 5).copying < 0.02
    # A few copies among samples that are strange otherwise: the area does not see them.
    half = len(copies) // 2
    mixed = copying(training, held_out, np.concatenate([copies[:half], fresh[half:] + 5]))
    assert mixed.copying < 0.55 and mixed.copied == pytest.approx(0.5, abs=0.05)


# --- what makes everything worse ---


@pytest.mark.parametrize("harm", ["noise", "shift", "dropped"])
def test_all_measures_fall_with_the_harm_done(harm):
    """Monotony: three doses, three steps down."""
    kinds = RNG(5).normal(size=(10, 8)) * 3

    def drawn(modes, seed):
        rng = RNG(seed)
        return kinds[rng.integers(0, modes, 1500)] + rng.normal(size=(1500, 8))

    real, distances, kids, covered = drawn(10, 0), [], [], []
    for dose in range(4):
        fake = drawn(10 - 3 * dose if harm == "dropped" else 10, 1)
        if harm == "noise":
            fake = fake + gaussian(1500, 8, 2, scale=0.8 * dose)
        if harm == "shift":
            fake = fake + 0.5 * dose
        distances.append(frechet_distance(real, fake))
        kids.append(kernel_distance(real, fake).value)
        covered.append(neighbourhood(real, fake).coverage)
    assert (np.diff(distances) > 0).all(), distances
    assert (np.diff(kids) > 0).all(), kids
    assert (np.diff(covered) < 0).all(), covered


# --- modes ---


def test_counting_modes():
    counted = count_modes(np.array([0, 0, 1, 1]), 4)
    assert counted.reached == 2
    assert counted.divergence == pytest.approx(np.log(2))
    assert count_modes(np.arange(4), 4).divergence == pytest.approx(0)
    assert count_modes(np.array([0, 0, 1, 1, 2]), 4, at_least=2).reached == 2


def test_a_perfect_sampler_of_a_thousand_modes():
    """26,000 samples: a divergence of about 999 / 52,000."""
    counted = count_modes(RNG(0).integers(0, 1000, 26_000), 1000)
    assert counted.reached == 1000 and counted.divergence == pytest.approx(0.0192, rel=0.15)


@pytest.mark.parametrize("name", ["ring", "grid"])
def test_fit_of_a_mixture(name):
    world = worlds.get(name)
    perfect = fit_of_mixture(world.draw(np.arange(20_000)).samples, world)
    assert perfect.reached == perfect.modes == len(world.centres)
    assert perfect.high_quality == pytest.approx(0.989, abs=0.003)
    assert perfect.std_ratio == pytest.approx(1, abs=0.02)

    memoriser = world.centres[RNG(0).integers(0, len(world.centres), 5000)]
    told = fit_of_mixture(memoriser, world)
    assert told.reached == told.modes and told.high_quality == 1 and told.std_ratio < 1e-6

    wide = world.centres[RNG(0).integers(0, len(world.centres), 5000)]
    wide = wide + gaussian(5000, 2, scale=2 * world.sigma)
    assert fit_of_mixture(wide, world).high_quality < 0.75

    one = fit_of_mixture(world.centres[[0]] + gaussian(5000, 2, scale=world.sigma), world)
    assert one.reached == 1 and one.std_ratio == pytest.approx(1, abs=0.05)

    uniform = RNG(0).uniform(-4.15, 4.15, (20_000, 2))
    assert fit_of_mixture(uniform, world).high_quality < 0.04


# --- fine detail ---


def test_high_frequency_power_of_white_noise_is_its_variance():
    noise = RNG(0).normal(0, 3, (200, 32, 48, 1))
    assert high_frequency_power(noise) == pytest.approx(9, rel=0.02)


def test_high_frequency_power_of_waves():
    x = np.arange(64)
    for cycles, fine in ((8, False), (24, True)):
        wave = np.broadcast_to(np.cos(2 * np.pi * cycles * x / 64), (1, 64, 64))[..., None]
        assert (high_frequency_power(wave) > 1e-6) == fine


def test_blur_lowers_and_noise_raises_high_frequency_power():
    real = RNG(0).normal(size=(20, 32, 32, 3))
    blurred = (real + np.roll(real, 1, 1) + np.roll(real, 1, 2) + np.roll(real, (1, 1), (1, 2))) / 4
    ratios = [high_frequency_ratio(real, (1 - a) * real + a * blurred) for a in (0, 0.3, 0.6, 1)]
    assert ratios[0] == 1 and (np.diff(ratios) < 0).all()
    assert high_frequency_ratio(real, real + RNG(1).normal(size=real.shape)) > 1.5


#: Waves across, down and both, of a period of two pixels (2) or four (1).
WAVES = {
    "2 across": (0, 2),
    "2 down": (2, 0),
    "2 both": (2, 2),
    "4 across": (0, 1),
    "4 down": (1, 0),
}


@pytest.mark.parametrize("wave", WAVES)
@pytest.mark.parametrize("height, width", [(64, 64), (32, 48)])
def test_grid_power_of_a_wave_in_noise(wave, height, width):
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 3, (300, height, width, 1))
    assert grid_power(noise) == pytest.approx(1, abs=0.02)
    y, x = np.mgrid[:height, :width]
    down, right = WAVES[wave]
    grid = 2 * np.cos(2 * np.pi * (down * y + right * x) / 4)[..., None]
    # All of a wave of period 2 lies at one frequency; of period 4, half of half its power.
    share = 1 if 1 not in (down, right) else 1 / 4
    # Of the 16 frequencies, without 0 and without the mirror images of others.
    added = share * 2**2 * height * width / (9 * (3**2 + 1 / 12)) / 9
    assert grid_power(noise + grid) - 1 == pytest.approx(added, rel=0.1)


def test_flat_pictures_have_no_grid():
    assert grid_power(np.full((2, 32, 32, 3), 200, np.uint8)) == pytest.approx(1)


def test_what_doubles_by_unequal_weights_leaves_a_grid():
    """As a transposed convolution does where its kernel is no multiple of its stride."""
    rng = np.random.default_rng(0)
    real = np.cumsum(np.cumsum(rng.normal(size=(100, 64, 64, 1)), 1), 2)
    real = 127 + 40 * (real - real.mean()) / real.std()
    woven = real.copy()
    woven[:, ::2, ::2] *= 0.97
    assert grid_ratio(real, real) == 1 and grid_ratio(real, woven) > 3


@pytest.mark.parametrize("height, width", [(32, 30), (28, 32)])
def test_a_grid_wants_multiples_of_four(height, width):
    with pytest.raises(Refused, match=f"{width}×{height}; legal are multiples of 4, from 32 on"):
        grid_power(np.zeros((1, height, width, 3)))


# --- what is refused ---


@pytest.mark.parametrize(
    "measure", [frechet_distance, kernel_distance, neighbourhood, lambda a, b: copying(a, a, b)]
)
@pytest.mark.parametrize(
    ("real", "fake", "words"),
    [
        (gaussian(50), np.full((50, 6), np.nan), "not finite"),
        (np.r_[gaussian(50), [[np.inf] * 6]], gaussian(50), "not finite"),
        (gaussian(50), gaussian(50, 5), "cannot be compared"),
        (gaussian(50), gaussian(1), "1 fake samples"),
        (gaussian(1), gaussian(50), "1 real samples"),
        (gaussian(50), np.zeros((50, 2, 3)), "legal is N×d"),
    ],
)
def test_what_is_no_evidence_gives_no_number(measure, real, fake, words):
    with pytest.raises(Refused, match=words) as no:
        measure(real, fake)
    assert "\n" not in str(no.value)


def test_too_few_for_a_covariance():
    with pytest.raises(Refused, match="6 real samples: this measure needs 7 or more"):
        frechet_distance(gaussian(6), gaussian(50))


@pytest.mark.parametrize(
    "call",
    [
        lambda: count_modes(np.array([5]), 5),
        lambda: count_modes(np.array([], int), 5),
        lambda: fit_of_mixture(np.full((4, 2), np.nan), worlds.get("ring")),
        lambda: fit_of_mixture(np.zeros((4, 3)), worlds.get("ring")),
        lambda: high_frequency_power(np.zeros((4, 8, 8))),
        lambda: high_frequency_power(np.full((1, 8, 8, 1), np.nan)),
        lambda: high_frequency_ratio(np.zeros((1, 8, 8, 1)), np.ones((1, 8, 8, 1))),
    ],
)
def test_more_that_is_refused(call):
    with pytest.raises(Refused):
        call()


# --- labels and probes ---


def test_label_accuracy_and_its_interval():
    wanted = np.arange(1000) % 10
    read = np.where(np.arange(1000) < 900, wanted, (wanted + 1) % 10)
    found = label_accuracy(read, wanted)
    # Wilson's interval in closed form: (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n).
    z, n, p = 1.959964, 1000, 0.9
    middle, reach = p + z**2 / (2 * n), z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    assert found.value == 0.9
    assert found.low == pytest.approx((middle - reach) / (1 + z**2 / n), abs=1e-6)
    assert found.high == pytest.approx((middle + reach) / (1 + z**2 / n), abs=1e-6)
    # Labels that are not the pictures' own fall to chance.
    shuffled = RNG(0).permutation(wanted)
    assert label_accuracy(shuffled, wanted).value == pytest.approx(0.1, abs=0.04)
    for a, b in ((wanted, wanted[1:]), (wanted[:0], wanted[:0])):
        with pytest.raises(Refused, match="labels were read"):
            label_accuracy(a, b)


def labelled(count, away, seed=0):
    labels = np.arange(count) % 4
    features = RNG(seed).normal(size=(count, 8))
    features[np.arange(count), labels] += away
    return Labelled(features, labels)


def test_a_probe_finds_what_is_there():
    clear = probe_error(labelled(2000, 8), labelled(800, 8, 1))
    faint = probe_error(labelled(2000, 2), labelled(800, 2, 1))
    nothing = probe_error(labelled(2000, 0), labelled(800, 0, 1))
    assert clear.value < 0.01 < faint.value < nothing.value
    assert nothing.low < 0.75 < nothing.high + 0.02
    assert probe_error(labelled(2000, 2), labelled(800, 2, 1)) == faint
    few = probe_error(labelled(2000, 2), labelled(800, 2, 1), count=8)
    assert few.value > faint.value


def test_a_probe_refuses_what_it_cannot_ask():
    with pytest.raises(Refused, match="has 2 examples, the probe needs 25"):
        probe_error(labelled(8, 2), labelled(8, 2))
    one = Labelled(gaussian(20), np.zeros(20, int))
    with pytest.raises(Refused, match="1 classes"):
        probe_error(one, one)


def test_maps_are_pooled_to_their_largest_values():
    maps = np.arange(2 * 8 * 8 * 3, dtype=np.float32).reshape(2, 8, 8, 3)
    expected = maps.reshape(2, 4, 2, 4, 2, 3).max((2, 4)).reshape(2, -1)
    np.testing.assert_array_equal(pooled(maps), expected)
    # Ten pixels in four cells, and three in three.
    assert pooled(np.ones((1, 10, 5, 2))).shape == (1, 32)
    assert pooled(np.ones((1, 3, 3, 2))).shape == (1, 18)


def test_mean_of_some():
    """By the tables: Student's t of three degrees of freedom at .975 is 3.1824."""
    found = mean_of([1, 2, 3, 4])
    reach = 3.1824 * np.sqrt(5 / 3) / 2
    assert found.value == 2.5
    assert (found.low, found.high) == pytest.approx((2.5 - reach, 2.5 + reach), abs=1e-4)
    assert mean_of([7.0]) == Estimate(7, 7, 7)
