"""A `keras.Model` as the blocks that a diagram shows.

A layer with weights begins a block; normalisation, activation and reshaping that follow it are
part of it. Where a map is used twice (a skip), what follows belongs to the block that uses it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

import keras

_ACTIVATIONS = {
    **{"ReLU": "ReLU", "Relu": "ReLU", "LeakyReLU": "LeakyReLU", "LeakyRelu": "LeakyReLU"},
    **{"Tanh": "tanh", "Sigmoid": "sigmoid", "Softmax": "softmax", "ELU": "ELU", "PReLU": "PReLU"},
    **{"Silu": "SiLU", "Gelu": "GELU", "Softplus": "softplus", "Exp": "exp"},
}
_JOINS = {
    **{"Concatenate": "concat", "Add": "add", "Multiply": "×", "Subtract": "−", "Average": "mean"},
    **{"Maximum": "max", "Minimum": "min", "Dot": "dot", "Matmul": "matmul", "Stack": "stack"},
    **{"Absolute": "| |", "AddNoise": "noise", "AdaIN": "AdaIN"},
}
# What does not show: the shape of what follows tells it.
_SILENT = ("Cast", "Flatten", "ZeroPadding", "Pad", "Identity", "Cropping", "Reshape", "Squeeze")
# What belongs to the block after it, whatever its input is.
_BEFORE = ("Flatten", "ZeroPadding", "Pad", "UpSampling")


@dataclass(frozen=True)
class Block:
    """One row of a diagram."""

    #: Words for what is computed, in their order.
    does: tuple[str, ...]
    #: Shape of what comes out, without the batch.
    shape: tuple[int | None, ...]
    #: Indices of the blocks that it is computed from.
    sources: tuple[int, ...]
    #: "input", "layer", "join" or "model".
    kind: str
    #: Name of an Input, or of a model's output.
    name: str = ""
    is_output: bool = False
    #: How often this row and those of the same group stand there, one after the other.
    repeats: int = 1


@dataclass
class _Place:
    """Where a tensor comes from: blocks, and words that the block that uses it begins with."""

    sources: list[int]
    words: list[str] = field(default_factory=list)


def blocks_of(model: keras.Model, sizes: dict[str, tuple[int, ...]] | None = None) -> list[Block]:
    """Return a model's blocks in the order in which they are computed.

    Args:
        model: A functional model.
        sizes: Shapes, without the batch, for Inputs that leave theirs open.
    """
    return _collapsed(_Reader(_of_size(model, sizes or {})).blocks)


def described(blocks: list[Block]) -> str:
    """Return blocks in words, one a line: what a diagram shows, for tests and for screen readers.

    Sources other than the block above are named by their row.
    """
    lines = []
    for row, block in enumerate(blocks):
        others = ", ".join(str(s) for s in block.sources if s != row - 1)
        words = (
            *(row, block.name, in_words(block.shape), ", ".join(block.does)),
            f"from {others}" if others else "",
            f"×{block.repeats}" if block.repeats > 1 else "",
            "out" if block.is_output else "",
        )
        lines.append(" ".join(str(word) for word in words if word != ""))
    return "\n".join(lines)


def in_words(shape: tuple[int | None, ...]) -> str:
    """Return a shape in words: 20×20×96."""
    return "×".join("?" if side is None else f"{side:,}" for side in shape) or "1"


def receptive_field(model: keras.Model) -> int:
    """Return how many pixels a side each output of a convolutional model depends on."""
    field_, jump = 1, 1
    for layer in model.layers:
        if isinstance(layer, keras.layers.Conv2D):
            field_ += (layer.kernel_size[0] - 1) * layer.dilation_rate[0] * jump
            jump *= layer.strides[0]
    return field_


def _of_size(model: keras.Model, sizes: dict) -> keras.Model:
    """The model on inputs of the given shapes."""
    if not any(None in tensor.shape[1:] for tensor in model.inputs):
        return model
    inputs = [
        keras.Input(sizes.get(tensor.name, tensor.shape[1:]), name=tensor.name, dtype=tensor.dtype)
        for tensor in model.inputs
    ]
    one = not isinstance(model.input, list | tuple | dict)
    return keras.models.clone_model(model, input_tensors=inputs[0] if one else inputs)


class _Reader:
    def __init__(self, model: keras.Model):
        self.blocks: list[Block] = []
        self._places: dict[int, _Place] = {}
        # Functional models keep their calls; a layer that is called twice has two.
        calls = _calls(model)
        self._uses = Counter(id(t) for call in calls for t in call.input_tensors)
        self._names = {id(t): name for t, name in zip(model.outputs, _names(model), strict=True)}
        for call in calls:
            self._read(call)
        for tensor in model.outputs:
            self._end(tensor)

    def _read(self, call) -> None:
        operation, kind = call.operation, type(call.operation).__name__
        (out, *_) = call.output_tensors
        shape = tuple(out.shape[1:])
        if kind == "InputLayer":
            self._add(out, Block((), shape, (), "input", name=out.name))
            return
        places = [self._places[id(tensor)] for tensor in call.input_tensors]
        words = [word for place in places for word in place.words]
        sources = list(dict.fromkeys(s for place in places for s in place.sources))
        if isinstance(operation, keras.Model):
            self._add(out, Block((*words, operation.name), shape, tuple(sources), "model"))
        elif len(call.input_tensors) > 1:
            self._join(call, out, shape, places, words, sources)
        elif _has_weights(operation) and not _normalises(kind):
            own = _told(call)
            self._add(out, Block((*words, *own), shape, tuple(sources), "layer"))
        else:
            self._decorate(call, out, shape, places[0])

    def _add(self, out, block: Block) -> None:
        self.blocks.append(block)
        self._places[id(out)] = _Place([len(self.blocks) - 1])

    def _join(self, call, out, shape, places, words, sources) -> None:
        kind = type(call.operation).__name__
        word = _JOINS.get(kind, kind.lower())
        # A map that is scaled or moved by an Input: that Input goes into the map's own block.
        first, *others = sources
        raw = all(self.blocks[s].kind == "input" for s in others)
        if word in ("×", "add") and raw and not words and self._ours(call.input_tensors[0], first):
            block = self.blocks[first]
            more = tuple(f"{word} {self.blocks[s].name}" for s in others)
            self._renew(first, block, (*block.does, *more), shape, (*block.sources, *others))
            self._places[id(out)] = _Place([first])
        elif self._uses[id(out)] == 1 and id(out) not in self._names and word != "add":
            self._places[id(out)] = _Place(sources, [*words, word])
        else:
            self._add(out, Block((*words, word), shape, tuple(sources), "join"))

    def _decorate(self, call, out, shape, place: _Place) -> None:
        kind = type(call.operation).__name__
        words = [] if kind.startswith(_SILENT) else [*_told(call)]
        (tensor,), (first, *_) = call.input_tensors, place.sources
        if not kind.startswith(_BEFORE) and not place.words and self._ours(tensor, first):
            block = self.blocks[first]
            self._renew(first, block, (*block.does, *words), shape, block.sources)
            self._places[id(out)] = _Place([first])
        else:
            self._places[id(out)] = _Place(place.sources, [*place.words, *words])

    def _ours(self, tensor, block: int) -> bool:
        """Whether a block ends with a tensor that nothing else uses."""
        alone = self._uses[id(tensor)] == 1 and id(tensor) not in self._names
        return alone and self.blocks[block].kind != "input"

    def _renew(self, index: int, block: Block, does, shape, sources) -> None:
        self.blocks[index] = replace(block, does=does, shape=shape, sources=sources)

    def _end(self, tensor) -> None:
        """Mark the block of an output; words that no block has taken make one of their own."""
        place, name = self._places[id(tensor)], self._names[id(tensor)]
        if place.words or self.blocks[place.sources[0]].kind == "input":
            shape = tuple(tensor.shape[1:])
            self._add(tensor, Block(tuple(place.words), shape, tuple(place.sources), "join"))
            place = self._places[id(tensor)]
        (last,) = place.sources
        self.blocks[last] = replace(self.blocks[last], name=name, is_output=True)


def _calls(model: keras.Model) -> list:
    """The calls of a model's operations, each after those that it depends on."""
    found, order = set(), []

    def visit(tensor):
        operation, number, _ = tensor._keras_history
        call = operation._inbound_nodes[number]
        if id(call) in found:
            return
        found.add(id(call))
        for parent in call.input_tensors:
            visit(parent)
        order.append(call)

    for tensor in (*model.inputs, *model.outputs):
        visit(tensor)
    return order


def _names(model: keras.Model) -> list[str]:
    names = [layer.name if layer else "" for layer in (_layer_of(t) for t in model.outputs)]
    # Names that Keras numbers by itself say nothing.
    return [name if name in ("logits", "logit", "pictures") else "" for name in names]


def _layer_of(tensor):
    return tensor._keras_history[0]


def _has_weights(operation) -> bool:
    return bool(getattr(operation, "weights", None))


def _normalises(kind: str) -> bool:
    return kind.endswith("Normalization")


def _told(call) -> tuple[str, ...]:
    """What an operation does, in few words; "↓2" halves a map, "↑2" doubles it."""
    operation, kind = call.operation, type(call.operation).__name__
    if kind.startswith(("Conv", "SeparableConv", "DepthwiseConv")):
        kernel = "×".join(map(str, operation.kernel_size))
        stride = operation.strides if isinstance(operation.strides, int) else operation.strides[0]
        up = "Transpose" in kind
        scaled = f" {'↑' if up else '↓'}{stride}" if stride > 1 else ""
        return (f"{'transposed ' if up else ''}conv {kernel}{scaled}",)
    if kind in ("EqualisedConv2D", "ModulatedConv2D"):
        kernel = f"{operation.kernel_size}×{operation.kernel_size}"
        scaled = {"up": " ↑2", "down": " ↓2", "half": " ↓2"}.get(operation.scale, "")
        return (f"{'modulated ' if kind[0] == 'M' else ''}conv {kernel}{scaled}",)
    if kind.startswith("UpSampling"):
        return (f"enlarge ↑{operation.size[0]}",)
    if kind == "GroupNormalization":
        each = operation.groups in (-1, call.output_tensors[0].shape[-1])
        return ("instance norm" if each else "group norm",)
    if kind.startswith("Dropout"):
        return (f"dropout {operation.rate:g}",)
    if kind == "Activation":
        return (operation.activation.__name__,)
    if kind.startswith("MaxPooling"):
        return (f"max pool {'×'.join(map(str, operation.pool_size))}",)
    plain = {
        "OneHot": "one-hot",
        "GetItem": "part",
        "BatchNormalization": "batch norm",
        "LayerNormalization": "layer norm",
        "UnitNormalization": "length 1",
        "Dense": "dense",
        "Embedding": "embedding",
        "Multiply": "scale",
        "TrueDivide": "scale",
        "EqualisedDense": "dense",
        "PixelNorm": "pixel norm",
        "LearnedConstant": "learned constant",
        "MinibatchDeviation": "batch's deviation",
    }
    if kind in plain:
        return (plain[kind],)
    if kind in _ACTIVATIONS:
        return (_ACTIVATIONS[kind],)
    for start, words in (("GlobalAverage", "mean over places"), ("AveragePool", "mean pool")):
        if kind.startswith(start):
            return (words,)
    return (kind.lower(),)


def _collapsed(blocks: list[Block]) -> list[Block]:
    """Blocks with groups that stand there three times or more kept once."""
    for length in range(1, len(blocks) // 3 + 1):
        for start in range(len(blocks) - 3 * length + 1):
            times = 1
            while _alike(blocks, start, start + times * length, length):
                times += 1
            if times >= 3 and length > 1:
                return _collapsed(_without(blocks, start, length, times))
    return blocks


def _alike(blocks: list[Block], first: int, second: int, length: int) -> bool:
    if second + length > len(blocks):
        return False

    def sign(start: int) -> list:
        return [
            (b.does, b.shape, b.kind, b.is_output, tuple(start + i - s for s in b.sources))
            for i, b in enumerate(blocks[start : start + length])
        ]

    return blocks[first].repeats == 1 and sign(first) == sign(second)


def _without(blocks: list[Block], start: int, length: int, times: int) -> list[Block]:
    gone, end = length * (times - 1), start + length * times
    group = [replace(b, repeats=times) for b in blocks[start : start + length]]

    def moved(source: int) -> int:
        return source - gone if source >= start + length else source

    rest = [replace(b, sources=tuple(map(moved, b.sources))) for b in blocks[end:]]
    return [*blocks[:start], *group, *rest]
