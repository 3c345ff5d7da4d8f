"""Fast paths against Keras' own layers: values, derivatives of both orders, files."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from common.layers import instance_norm, reflect
from common.machine import fast_paths
from common.machine.fast_paths import speed_up
from common.optimizers import Adam

CASES = {
    "kernel in blocks": ((8, 12, 16), layers.Conv2D(128, 4, 2, "same")),
    "kernel in patches": ((9, 9, 8), layers.Conv2D(256, 5, 2, "valid")),
    "kernel in patches, odd sides": ((7, 5, 8), layers.Conv2D(256, 4, 2, "same")),
    "kernel in patches, no stride": ((4, 4, 8), layers.Conv2D(256, 3, padding="same")),
    "kernel of a transposed one": ((4, 4, 256), layers.Conv2DTranspose(16, 5, 2, "valid")),
    "kernel of a transposed one, blocks": ((4, 4, 128), layers.Conv2DTranspose(64, 4, 2, "same")),
    "positions": ((4, 6, 8), layers.Conv2DTranspose(3, 4, 2, "same", activation="tanh")),
    "positions in voxels": ((2, 3, 4, 8), layers.Conv3DTranspose(1, 4, 2, "same", use_bias=False)),
    "positions on the way back": ((4, 6, 4, 1), layers.Conv3D(8, 4, 2, "same")),
    "batch norm": ((4, 6, 5), layers.BatchNormalization(momentum=0.8, epsilon=1e-5)),
    "batch norm of voxels": ((2, 3, 4, 5), layers.BatchNormalization()),
    "instance norm": ((4, 6, 5), lambda x: instance_norm(x)),
    "instance norm, affine": ((6, 6, 3), lambda x: instance_norm(x, affine=True)),
    "cropping": ((5, 6, 2), layers.Cropping2D(((1, 0), (1, 2)))),
    "reflection": ((5, 4, 2), lambda x: reflect(x, 1)),
    "wide reflection": ((8, 9, 2), lambda x: reflect(x, 3)),
}
# As it is in a network: of maps that a convolution has made in bfloat16.
OF_MAPS = {"instance norm of a map": ((4, 6, 5), lambda x: instance_norm(layers.Conv2D(5, 1)(x)))}
# What is left as it is, for one reason or another.
PLAIN = {
    "few channels": ((8, 8, 4), layers.Conv2D(16, 4, 2, "same")),
    "a large map": ((40, 40, 4), layers.Conv2D(128, 4, 2, "same")),
    "two strides": ((8, 8, 3), layers.Conv2D(256, 4, (2, 1), "same")),
    "groups": ((8, 8, 4), layers.Conv2D(256, 4, 2, "same", groups=2)),
    "vectors": ((5,), layers.BatchNormalization()),
    "statistics of several devices": ((4, 4, 3), layers.BatchNormalization(synchronized=True)),
    "no scale": ((4, 4, 3), layers.BatchNormalization(scale=False)),
    "groups of channels": ((4, 4, 6), layers.GroupNormalization(2)),
    "a small map": ((7, 7, 2), lambda x: reflect(x, 3)),
}


def both(shape, layer):
    """Two models of a layer with the same weights, the second of them sped up."""
    inputs = keras.Input(shape)
    plain = keras.Model(inputs, layer(inputs))
    fast = keras.models.clone_model(plain)
    rng = np.random.default_rng(1)
    weights = [rng.uniform(0.5, 1.5, w.shape) for w in plain.get_weights()]
    for model in (plain, fast):
        model.set_weights(weights)
    speed_up(fast)
    return plain, fast


def given(shape, count=3):
    rng = np.random.default_rng(0)
    return tf.constant(rng.normal(0.5, 1, (count, *shape)), "float32")


def everything(model, x):
    """Outputs, gradients, gradients of the gradients' squares, and all weights afterwards."""
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            outputs = model(x, training=True)
            score = tf.reduce_sum(tf.sin(outputs))
        first = inner.gradient(score, [x, *model.trainable_variables])
        squares = tf.add_n([tf.reduce_sum(tf.square(g)) for g in first])
    second = outer.gradient(squares, [x, *model.trainable_variables])
    found = [outputs, *first, *second, *model.weights]
    return [None if each is None else np.array(each) for each in found]


def assert_alike(one, other, relative):
    assert len(one) == len(other)
    for mine, same in zip(one, other, strict=True):
        if mine is None:
            assert same is None
        else:
            np.testing.assert_allclose(mine, same, rtol=0, atol=relative * np.abs(same).max())


@pytest.mark.parametrize("name", [*CASES, *PLAIN])
def test_values_and_both_derivatives_are_those_of_keras(name):
    shape, layer = (CASES | PLAIN)[name]
    for count in (3, 1):
        x = given(shape, count)
        plain, fast = both(shape, layer)
        assert_alike(everything(fast, x), everything(plain, x), 2e-5)


@pytest.mark.parametrize("name", [*CASES, *OF_MAPS])
def test_in_bfloat16_they_are_as_exact(name):
    shape, layer = (CASES | OF_MAPS)[name]
    exact, _ = both(shape, layer)
    truth = first_order(exact, given(shape))
    off = []
    for model in both(shape, layer):
        for part in model.layers:
            part.dtype_policy = "mixed_bfloat16"
        found = first_order(model, given(shape))
        pairs = zip(found, truth, strict=True)
        off.append([np.abs(f - t).max() / np.abs(t).max() for f, t in pairs])
    if name in ("batch norm", "batch norm of voxels", "instance norm of a map"):
        assert "FusedBatchNormV3" in operations(model, given(shape))
    plain, fast = np.array(off)
    assert (fast <= 1.5 * plain + 0.004).all(), off
    # The comparison is one of roundings to eight bits, or of nothing where none is computed.
    assert plain.max() > 1e-4 or name in ("cropping", "reflection", "wide reflection")


def first_order(model, x):
    with tf.GradientTape() as tape:
        tape.watch(x)
        score = tf.reduce_sum(tf.sin(tf.cast(model(x, training=True), "float32")))
    return [np.array(g) for g in tape.gradient(score, [x, *model.trainable_variables])]


def operations(model, x) -> set[str]:
    """Kinds of operations that a forward and a backward pass consist of."""

    @tf.function(autograph=False)
    def passes(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            score = tf.reduce_sum(model(x, training=True))
        return tape.gradient(score, [x, *model.trainable_variables])

    graph = passes.get_concrete_function(x).graph
    return {operation.type for operation in graph.get_operations()}


@pytest.mark.parametrize(
    ("name", "taken", "instead_of"),
    [
        ("kernel in blocks", "SpaceToDepth", "Conv2DBackpropFilter"),
        ("kernel in patches", "ExtractImagePatches", "Conv2DBackpropFilter"),
        ("kernel of a transposed one", "ExtractImagePatches", "Conv2DBackpropFilter"),
        ("positions", "Pack", "Conv2DBackpropInput"),
        ("positions on the way back", "Pack", "Conv3DBackpropInputV2"),
        ("batch norm", "FusedBatchNormV3", "SquaredDifference"),
        ("batch norm of voxels", "FusedBatchNormV3", "SquaredDifference"),
        ("instance norm", "FusedBatchNormV3", "SquaredDifference"),
        ("cropping", "Slice", "StridedSliceGrad"),
        ("reflection", "ReverseV2", "MirrorPad"),
    ],
)
def test_the_fast_path_is_taken(name, taken, instead_of):
    shape, layer = CASES[name]
    # One sample, of which instance normalisation gains in float32, too.
    plain, fast = (operations(model, given(shape, 1)) for model in both(shape, layer))
    assert taken in fast - plain and instead_of in plain - fast


@pytest.mark.parametrize("name", PLAIN)
def test_it_is_not_taken_where_it_gains_nothing(name):
    shape, layer = PLAIN[name]
    plain, fast = (operations(model, given(shape)) for model in both(shape, layer))
    assert plain == fast


def test_sides_that_are_unknown_are_left_alone():
    plain, fast = both((None, None, 4), layers.Conv2D(128, 4, 2, "same"))
    unknown = tf.TensorSpec((None, None, None, 4))
    assert operations(plain, unknown) == operations(fast, unknown)


@pytest.mark.parametrize("name", ["kernel in blocks", "batch norm"])
def test_on_a_gpu_all_stays_as_it_is(name, monkeypatch):
    monkeypatch.setattr(fast_paths.backend, "has_gpu", lambda: True)
    shape, layer = CASES[name]
    plain, fast = (operations(model, given(shape)) for model in both(shape, layer))
    assert plain == fast


def test_a_saved_network_knows_nothing_of_it(tmp_path):
    """Not in the file, and not in what is loaded; sampling computes as Keras does."""
    inputs = keras.Input((8, 8, 16))
    x = layers.BatchNormalization()(layers.Conv2D(128, 4, 2, "same")(reflect(inputs, 2)))
    plain = keras.Model(inputs, layers.Conv2DTranspose(3, 4, 2, "same")(x))
    fast = keras.models.clone_model(plain)
    fast.set_weights(plain.get_weights())
    speed_up(fast)
    assert fast.get_config() == keras.models.clone_model(fast).get_config()
    fast.save(tmp_path / "fast.keras")
    loaded = keras.saving.load_model(tmp_path / "fast.keras", compile=False, safe_mode=True)
    x = given((8, 8, 16))
    assert operations(loaded, x) == operations(plain, x) != operations(fast, x)
    np.testing.assert_array_equal(loaded(x), plain(x))


class Normalised(layers.Layer):
    """Normalisation over some axes as its definition says it; it has no weights."""

    def __init__(self, axes):
        super().__init__()
        self._axes = axes

    def call(self, x):
        """Normalise; ε 1e-5."""
        mean = keras.ops.mean(x, self._axes, keepdims=True)
        variance = keras.ops.mean(keras.ops.square(x - mean), self._axes, keepdims=True)
        return (x - mean) / keras.ops.sqrt(variance + 1e-5)


@pytest.mark.parametrize(
    ("axes", "norm", "count"),
    [
        ((0, 1, 2), layers.BatchNormalization(epsilon=1e-5), 3),
        ((1, 2), lambda x: instance_norm(x), 1),
    ],
)
def test_penalties_through_a_normalisation_are_exact(axes, norm, count):
    """Keras' own variance takes the mean for a constant, and lacks a term in second derivatives."""
    inputs = keras.Input((4, 5, 3))
    convolution = layers.Conv2D(6, 1, activation="tanh")
    x = convolution(inputs)
    exact, fast = keras.Model(inputs, Normalised(axes)(x)), keras.Model(inputs, norm(x))
    speed_up(fast)
    x = given((4, 5, 3), count)

    def of_penalty(model):
        with tf.GradientTape() as outer:
            with tf.GradientTape() as inner:
                inner.watch(x)
                score = tf.reduce_sum(tf.sin(model(x, training=True)))
            penalty = tf.reduce_sum(tf.square(inner.gradient(score, x)))
        return np.array(outer.gradient(penalty, convolution.kernel.value))

    truth = of_penalty(exact)
    np.testing.assert_allclose(of_penalty(fast), truth, rtol=0, atol=1e-4 * np.abs(truth).max())


def test_gradients_of_some_rows_are_made_dense():
    """A row that is named twice has the sum of both; so it is with Adam of a dense gradient."""
    start = np.ones((4, 2), np.float32)
    found = []
    for make_dense in (False, True):
        variable, optimizer = keras.Variable(start), Adam(0.1, 0.5, 0.9, epsilon=1e-8)
        for _ in range(3):
            values = tf.constant([[1.0, 2.0], [3.0, -1.0]])
            gradient = tf.IndexedSlices(values, tf.constant([2, 2]), tf.constant([4, 2]))
            gradient = tf.convert_to_tensor(gradient) if make_dense else gradient
            optimizer.apply([gradient], [variable])
        found.append(variable.numpy())
    np.testing.assert_array_equal(*found)


def test_a_layer_in_another_precision_keeps_it():
    """As its policy says, whatever comes in: also what the fused kernel does not take."""
    for layer in (
        layers.BatchNormalization(dtype="bfloat16"),
        layers.GroupNormalization(-1, dtype="float32"),
    ):
        inputs = keras.Input((4, 4, 3))
        x = layers.Conv2D(3, 1, dtype="mixed_bfloat16")(inputs)
        model = keras.Model(inputs, layer(x))
        plain = model(given((4, 4, 3)), training=True)
        speed_up(model)
        fast = model(given((4, 4, 3)), training=True)
        assert fast.dtype == plain.dtype == layer.compute_dtype
        np.testing.assert_allclose(np.array(fast, "f4"), np.array(plain, "f4"), atol=0.05)


def test_adam_in_one_operation_is_keras_own():
    """Of large variables; of others to the bit (test_parts.py)."""
    rng = np.random.default_rng(0)
    start = rng.normal(size=(512, 513)).astype(np.float32)
    ours, theirs = keras.Variable(start), keras.Variable(start)
    one, other = Adam(1e-2, 0.5, 0.99, epsilon=1e-8), keras.optimizers.Adam(1e-2, 0.5, 0.99, 1e-8)

    @tf.function(autograph=False)
    def step(gradient):
        one.apply([gradient], [ours])

    one.build([ours])
    for _ in range(4):
        gradient = tf.constant(rng.normal(size=start.shape), "float32")
        step(gradient)
        other.apply([gradient], [theirs])
    for mine, same in zip([ours, *one.variables], [theirs, *other.variables], strict=True):
        np.testing.assert_allclose(mine.numpy(), same.numpy(), rtol=1e-5, atol=1e-7)
    graph = step.get_concrete_function(gradient).graph
    assert "ResourceApplyAdam" in {operation.type for operation in graph.get_operations()}


def test_networks_are_trained_by_fast_paths_and_sampled_without():
    """Of DCGAN at 64 pixels: its generator's step, and the average that samples are made by."""
    from recipes.dcgan.config import Config
    from recipes.dcgan.gan import DCGAN

    gan = DCGAN(Config(image_size=64, channels=3, batch_size=4, precision="float32"))
    x = tf.zeros((4, 100))
    assert "FusedBatchNormV3" in operations(gan.generator.model, x)
    with gan.average.ema_models() as (sampled,):
        assert "FusedBatchNormV3" not in operations(sampled, x)


@pytest.mark.parametrize("averaging", [0.0, 0.9])
def test_samples_of_a_training_are_those_of_its_file_to_the_bit(averaging, tmp_path):
    from common.trainer import generate
    from recipes.dcgan.config import Config
    from recipes.dcgan.gan import DCGAN

    config = Config(image_size=16, width=8, channels=3, averaging=averaging, precision="float32")
    gan = DCGAN(config)
    latents = np.random.default_rng(0).normal(size=(64, config.latent_size)).astype(np.float32)
    with gan.average.ema_models() as (generator,):
        made = generate(generator, {"latent": latents})
        generator.save(tmp_path / "g.keras")
    loaded = keras.saving.load_model(tmp_path / "g.keras", compile=False)
    np.testing.assert_array_equal(made, generate(loaded, {"latent": latents}))
    # The control: what the training itself computes with differs, by roundings.
    trained = np.array(gan.generator.model(latents, training=False))
    assert 0 < np.abs(trained - made).max() < 1e-5 or averaging
