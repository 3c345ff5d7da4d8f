import csv
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from common.batches import Batches, any_of, check_balance, draw_latents, rng_for
from common.callbacks.animation import animate
from common.callbacks.metrics import Metrics
from common.commands.latents import arithmetic, parse_arithmetic, path_between
from common.config import Config
from common.machine.precision import cpu_has_bfloat16
from common.optimizers import adam
from common.run import session
from common.run.folder import Run
from common.run.place import check_free
from data.command import read_flags
from data.errors import Refused
from data.files import ASIDE, atomic_write
from data.pixels import to_pixels
from data.samples import SampleSet, UnpairedSet
from tests.conftest import refused


def latents(rng, count):
    return {"latent": draw_latents(rng, count, 3, "uniform")}


# --- batches ---


def numbered(count):
    return SampleSet(np.arange(count, dtype=np.uint8)[:, None, None, None])


def test_a_batch_depends_on_its_step_alone():
    one, other = (Batches(numbered(20), Config(batch_size=6, seed=5), latents) for _ in range(2))
    straight = [one(step) for step in range(-3, 10)]
    for step in (7, -2, 9, 0):
        for name, values in other(step).items():
            np.testing.assert_array_equal(values, straight[step + 3][name])


def test_an_epoch_shows_each_picture_at_most_once_and_epochs_differ():
    batches = Batches(numbered(20), Config(batch_size=6), latents)
    epochs = [
        np.concatenate([batches(3 * e + i)["real"].ravel() for i in range(3)]) for e in (0, 1)
    ]
    assert all(len(set(epoch)) == 18 for epoch in epochs)
    assert list(epochs[0]) != list(epochs[1])


def test_any_samples_are_not_the_first_ones():
    some = any_of(100, 20, 0, "x")
    assert len(set(some)) == 20 and list(some) == sorted(some) and some.max() > 60
    assert list(any_of(5, 20, 0, "x")) == [0, 1, 2, 3, 4]


def test_seeds_differ():
    a, b = (Batches(numbered(20), Config(batch_size=6, seed=seed), latents)(0) for seed in (0, 1))
    assert not np.array_equal(a["latent"], b["latent"])


def test_a_batch_larger_than_the_data_is_refused():
    with pytest.raises(Refused, match="legal is 1 to 20"):
        Batches(numbered(20), Config(batch_size=21), latents)


def test_priors():
    uniform = draw_latents(rng_for(0, "t"), 4000, 5, "uniform")
    assert np.abs(uniform).max() <= 1 and uniform.std() == pytest.approx(3**-0.5, abs=0.01)
    normal = draw_latents(rng_for(0, "t"), 4000, 5, "normal")
    assert normal.std() == pytest.approx(1, abs=0.02)


def test_factors_are_in_a_batch_where_a_network_asks_for_them():
    labels = {"label": np.arange(20, dtype=np.int32), "hue": np.arange(20.0)}
    dataset = SampleSet(numbered(20).samples, labels)
    given = Batches(dataset, Config(batch_size=6), asked={"label", "latent", "sample"})(3)
    assert set(given) == {"real", "label"}
    np.testing.assert_array_equal(given["label"], given["real"].ravel())


def test_labels_of_eight_bits_stay_numbers():
    """As Keras gives MNIST's; taken for pixels they would be −1 and 0."""
    labels = {"label": np.arange(20, dtype=np.uint8)}
    batches = Batches(SampleSet(numbered(20).samples, labels), Config(batch_size=6), asked=labels)
    from common.machine import backend

    (batch,) = backend.stream(batches, 3, 4)
    given = batches(3)
    assert batch["label"].dtype == "int32" and batch["real"].dtype == "float32"
    np.testing.assert_array_equal(batch["label"], given["real"].ravel())


def test_parts_of_a_step_are_new_samples_each():
    """Two updates a step: sample i belongs to part i mod 2, and none is in both."""
    one, two = (Batches(numbered(40), Config(batch_size=6), latents, parts=n) for n in (1, 2))
    for step in range(3):
        both = two(step)
        for part in range(2):
            alone = one(2 * step + part)
            for name in both:
                np.testing.assert_array_equal(both[name][part::2], alone[name])
        assert len(set(both["real"].ravel().tolist())) == 12
    assert len(two(-1)["real"]) == 6, "a pretraining has one part"


def test_classes_are_balanced_by_resampling():
    label = np.repeat(np.arange(3, dtype=np.int32), [2, 12, 6])
    dataset = SampleSet(numbered(20).samples, {"label": label})
    config = Config(batch_size=6, seed=1, balance="label")
    batches = Batches(dataset, config, asked={"label"})
    # As if all three were as large as the largest.
    assert batches.per_epoch == 3 * 12 // 6
    for epoch in range(2):
        shown = [batches(epoch * 6 + step) for step in range(6)]
        labels = np.concatenate([given["label"] for given in shown])
        assert np.bincount(labels).tolist() == [12, 12, 12]
        pictures = np.concatenate([given["real"].ravel() for given in shown]).astype(int)
        # Of a small class each equally often, of the largest one each once.
        assert np.bincount(pictures, minlength=20).tolist() == [6, 6, *[1] * 12, *[2] * 6]
        np.testing.assert_array_equal(label[pictures], labels)
    # A batch is still a function of its step alone.
    np.testing.assert_array_equal(Batches(dataset, config)(4)["real"], batches(4)["real"])
    plain = Batches(dataset, Config(batch_size=6, seed=1))
    assert plain.per_epoch == 3


@pytest.mark.parametrize(
    ("factors", "words"),
    [
        ({}, "--balance label: .* of these no factor is known"),
        ({"roof": np.zeros(20, np.int32), "light": np.zeros(20)}, "these have roof$"),
        ({"label": np.zeros(20)}, "of these no factor is known"),
    ],
)
def test_what_cannot_be_balanced(factors, words):
    dataset, config = (
        SampleSet(numbered(20).samples, factors),
        Config(balance="label", batch_size=6),
    )
    for refuses in (Batches, check_balance):
        with pytest.raises(Refused, match=words):
            refuses(dataset, config)
    with pytest.raises(Refused, match=words):
        check_balance(UnpairedSet(dataset, dataset), config)
    check_balance(dataset, Config())


def test_a_factor_that_cannot_be_balanced_is_refused_at_once(tmp_path):
    words = ("tiny", "--balance", "nothing", "--run", "run")
    code, out, err = refused("recipes.dcgan.train", *words, cwd=tmp_path)
    assert code == 2 and "--balance nothing: legal is a factor with classes; these have " in err
    assert "roof" in err and err.count("error") == 1 and not (tmp_path / "run").exists()


class Paired(Config):
    grouped_by = "identity"


def test_groups_are_different_samples_of_one_value():
    identity = np.repeat(np.arange(8), [1, 2, 3, 4, 5, 6, 7, 8])
    dataset = SampleSet(numbered(36).samples, {"identity": identity, "pose": np.arange(36)})
    config = Paired(batch_size=5, seed=3)
    batches = Batches(dataset, config, asked={"identity", "pose"})
    seen = set()
    for step in range(2 * batches.per_epoch):
        given = batches(step)
        assert given["real"].shape == (5, 2, 1, 1, 1) and given["pose"].shape == (5, 2)
        first, second = given["pose"].T
        assert (first != second).all()
        np.testing.assert_array_equal(identity[first], given["identity"])
        np.testing.assert_array_equal(identity[second], given["identity"])
        again = Batches(dataset, config, asked={"identity", "pose"})(step)
        np.testing.assert_array_equal(given["pose"], again["pose"])
        seen |= set(given["identity"].tolist())
    assert seen == set(range(1, 8)), "one picture alone has no partner"
    with pytest.raises(Refused, match="up to 35, as many samples share their identity"):
        Batches(dataset, Paired(batch_size=36))
    with pytest.raises(Refused, match="grouped by identity; the known factors of these: none"):
        Batches(numbered(20), Paired(batch_size=2))


# --- files ---


def test_a_write_that_fails_leaves_what_was_there(tmp_path):
    path = tmp_path / "file.txt"
    path.write_text("old")
    with pytest.raises(OSError), atomic_write(path) as tmp:
        tmp.write_text("half")
        raise OSError("disk full")
    assert path.read_text() == "old" and [f.name for f in tmp_path.iterdir()] == ["file.txt"]


# --- samples ---


def test_pixels_are_rounded_and_clipped():
    values = np.array([-2, -1, 0, 1, 2, 1 / 127.5 * 0.51]).reshape(1, 1, 6, 1)
    assert list(to_pixels(values).ravel()) == [0, 0, 128, 255, 255, 128]


def test_an_animation_has_its_frames(tmp_path):
    frames = []
    for index in range(7):
        frames.append(tmp_path / f"{index}.png")
        Image.new("RGB", (20, 20), (30 * index, 0, 0)).save(frames[-1])
    animate(frames, tmp_path / "a.webp", most=5, each=450)
    shown = Image.open(tmp_path / "a.webp")
    assert shown.n_frames == 5
    times = []
    for number in range(5):
        shown.seek(number)
        shown.load()
        times.append(shown.info["duration"])
    assert times == [450] * 4 + [2500]


def test_a_run_without_an_animation_is_complete(tmp_path, capsys):
    """Sheets that are too large, or damaged: that is said, and nothing more."""
    run = SimpleNamespace(samples=tmp_path)
    for name in ("step-1.png", "step-2.png"):
        Image.new("RGB", (2, 16_384)).save(tmp_path / name)
    session._animate(run)
    assert "training.webp: a sheet of 2×16,384 pixels" in capsys.readouterr().err
    (tmp_path / "step-2.png").write_bytes((tmp_path / "step-1.png").read_bytes()[:60])
    session._animate(run)
    assert "note: no animation was made" in capsys.readouterr().err


# --- latents ---


def test_paths_begin_and_end_where_they_should():
    a, b = np.random.default_rng(0).normal(size=(2, 3, 50)).astype(np.float32)
    for prior in ("uniform", "normal"):
        path = path_between(a, b, 9, prior).reshape(3, 9, 50)
        np.testing.assert_array_equal(path[:, 0], a)
        np.testing.assert_array_equal(path[:, -1], b)
    straight = path_between(a, b, 9, "uniform").reshape(3, 9, 50)
    np.testing.assert_allclose(straight[:, 4], (a + b) / 2, atol=1e-6)
    # On the sphere the length does not sag in the middle.
    lengths = np.linalg.norm(path[:, 4], axis=-1)
    assert (lengths > 0.9 * np.minimum(*np.linalg.norm([a, b], axis=-1))).all()


@pytest.mark.parametrize("factor", [1, 2, -1, -3, 1 + 1e-6])
def test_between_parallel_and_opposite_latents_lies_a_straight_line(factor):
    """No great circle is distinguished there, and its formula divides by nothing."""
    a = np.random.default_rng(0).normal(size=(3, 50)).astype(np.float32)
    path = path_between(a, np.float32(factor) * a, 9, "normal").reshape(3, 9, 50)
    share = np.linspace(0, 1, 9)[None, :, None]
    np.testing.assert_allclose(path, a[:, None] * (1 + share * (factor - 1)), atol=1e-5)


def test_arithmetic_averages_then_adds():
    z = np.random.default_rng(0).uniform(-0.2, 0.2, (10, 4)).astype(np.float32)
    terms = parse_arithmetic("1,2,3 - 4,5,6 + 7,8,9")
    assert terms == [(1, [1, 2, 3]), (-1, [4, 5, 6]), (1, [7, 8, 9])]
    sheet, columns = arithmetic(z, terms, "uniform")
    assert columns == 4 and sheet.shape == (20, 4)
    expected = z[1:4].mean(0) - z[4:7].mean(0) + z[7:10].mean(0)
    np.testing.assert_allclose(sheet[12], expected, atol=1e-6)
    assert 0.01 < np.abs(sheet[13:] - sheet[12]).max() <= 0.2501


@pytest.mark.parametrize("text", ["", "a - b", "1 +", "1,,2", "3 * 4", "1 2", "99999"])
def test_arithmetic_that_cannot_be_read(text):
    with pytest.raises(Refused, match="legal are"):
        parse_arithmetic(text)


# --- flags, runs, metrics ---


@dataclass
class Flags:
    """Flags for testing."""

    width: int = 3
    """How wide."""


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(["--widht", "3"], "--widht.*perhaps you meant --width"), (["--width", "x"], "x")],
)
def test_flags_are_refused_in_one_line(arguments, words):
    with pytest.raises(Refused, match=words) as no:
        read_flags(Flags, arguments, program="prog")
    assert "\n" not in str(no.value) and "prog --help" in str(no.value)


def test_a_run_folder_is_whole_or_absent(tmp_path):
    with pytest.raises(Refused, match="is not a run folder"):
        Run.open(tmp_path, "dcgan")
    (tmp_path / "config.yaml").write_text("a: [")
    with pytest.raises(Refused, match="damaged"):
        Run.open(tmp_path, "dcgan")
    (tmp_path / "config.yaml").write_text("recipe: cgan\nconfig: {}\ndata: {}\n")
    with pytest.raises(Refused, match="a run of cgan, not of dcgan"):
        Run.open(tmp_path, "dcgan")
    with pytest.raises(Refused, match="--resume it"):
        check_free(tmp_path, "dcgan")


def test_what_a_killed_process_left_aside_is_cleared_away(tmp_path):
    (tmp_path / "config.yaml").write_text("recipe: dcgan\nconfig: {}\ndata: {}\n")
    (tmp_path / "checkpoints").mkdir()
    (tmp_path / "checkpoints" / f"{ASIDE}x.npz").write_text("half")
    first, second = (Run.open(tmp_path, "dcgan") for _ in range(2))
    assert list(tmp_path.rglob(f"{ASIDE}*"))
    with first.claimed():
        assert not list(tmp_path.rglob(f"{ASIDE}*"))
        with pytest.raises(Refused, match="another process"), second.claimed():
            pass
    with second.claimed():
        pass


def test_metrics_go_back_to_the_checkpoint(tmp_path):
    run = SimpleNamespace(metrics=tmp_path / "metrics.csv")
    run.metrics.write_text("step,a,b\n-2,1,\n2,1,2\n4,3,4\n6,5,6\n8,7")
    metrics = Metrics(run, SimpleNamespace(scalars=lambda *_: None), 2, ["a", "b"])
    metrics.resume_at(4)
    with open(run.metrics) as file:
        assert [row["step"] for row in csv.DictReader(file)] == ["-2", "2", "4"]


def test_metrics_of_a_training_that_is_over_stay(tmp_path):
    """Nothing is traced any more, and no column goes; nor one that only a pretraining logged."""
    run = SimpleNamespace(metrics=tmp_path / "metrics.csv")
    content = "step,a,b\r\n-2,1,\r\n2,1,2\r\n"
    for names in ([], ["b"]):
        run.metrics.write_bytes(content.encode())
        Metrics(run, SimpleNamespace(scalars=lambda *_: None), 2, names).resume_at(4)
        assert run.metrics.read_bytes().decode() == content


def test_rates_decay_by_training_steps():
    """A critic that is updated five times a step is at the same rate as its generator."""
    for decay in ("linear", "cosine"):
        config = Config(decay_from=10, decay_steps=10, decay=decay)
        one, five = (adam(1e-3, config, count)._learning_rate for count in (1, 5))
        for step in (0, 10, 15, 20, 30):
            assert float(five(5 * step)) == pytest.approx(float(one(step)), rel=1e-5, abs=1e-9)


def test_adam_is_that_of_keras_and_computes_once_what_its_variables_share():
    """To the bit, as it stands and compiled; a graph has two powers, however many variables."""
    import keras
    import tensorflow as tf

    def step_of(optimizer, variables):
        return lambda *gradients: optimizer.apply(gradients, variables)

    rng = np.random.default_rng(0)
    start = [rng.standard_normal(shape, np.float32) for shape in ((5, 7), (3,), (2, 3, 4))]
    gradients = [[rng.standard_normal(v.shape, np.float32) for v in start] for _ in range(4)]
    config = Config(beta_1=0.5, beta_2=0.9, decay_from=1, decay_steps=3)
    mine = [adam(0.1, config) for _ in range(2)]
    theirs = keras.optimizers.Adam(mine[0]._learning_rate, 0.5, 0.9, epsilon=1e-8)
    states = []
    for optimizer, compiled in ((theirs, False), (mine[0], False), (mine[1], True)):
        variables = [keras.Variable(value) for value in start]
        optimizer.build(variables)

        function = step_of(optimizer, variables)
        function = tf.function(function, autograph=False) if compiled else function
        for given in gradients:
            function(*map(tf.constant, given))
        states.append([np.array(v.value) for v in (*variables, *optimizer.variables)])
    for other in states[1:]:
        for one, two in zip(states[0], other, strict=True):
            np.testing.assert_array_equal(one, two)
    graph = function.get_concrete_function(*map(tf.constant, gradients[0])).graph
    assert [operation.type for operation in graph.get_operations()].count("Pow") == 2


def test_bfloat16_is_read_off_the_processor(tmp_path):
    file = tmp_path / "cpuinfo"
    file.write_text("flags : sse avx512_bf16 avx2\n")
    assert cpu_has_bfloat16(file)
    file.write_text("flags : sse avx512f avx2\n")
    assert not cpu_has_bfloat16(file)
    assert not cpu_has_bfloat16(Path("/nonexistent"))
