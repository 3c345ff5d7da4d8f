"""A configuration goes through config.yaml, and through a user's editor."""

import dataclasses
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

import pytest
import yaml

from common.config import Config
from common.run.folder import Run
from common.run.settings import from_dict, to_dict
from data.errors import Refused


@dataclass(kw_only=True)
class Settings(Config):
    image_size: int | tuple[int, int] | None = 64
    rate: float = 0.5
    layers: Literal[0, 1, 2] = 1
    pairs: Literal["edges", "grey"] | None = None
    words: dict[str, tuple[str, ...]] = field(default_factory=dict)


def read(text):
    return from_dict(Settings, yaml.safe_load(text))


def test_settings_come_back():
    for size in (None, 64, (16, 32)):
        config = Settings(image_size=size, words={"label": ("a", "b")}, data="12", pairs="edges")
        assert from_dict(Settings, yaml.safe_load(yaml.safe_dump(to_dict(config)))) == config


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("steps: 16.0", "steps", 16),
        ("steps: '16'", "steps", 16),
        ("steps: 1e3", "steps", 1000),
        ("steps: 10.", "steps", 10),
        ("rate: 1e-4", "rate", 1e-4),
        ("rate: 1", "rate", 1.0),
        ("data: 123", "data", "123"),
        ("data: 2024-05-06", "data", "2024-05-06"),
        ("image_size: [16, 32.0]", "image_size", (16, 32)),
        ("image_size: 32.0", "image_size", 32),
        ("image_size: '32'", "image_size", 32),
        ("image_size: null", "image_size", None),
        ("image_size:", "image_size", None),
        ("layers: 2.0", "layers", 2),
        ("flip: yes", "flip", True),
        ("words: {label: [1, b]}", "words", {"label": ("1", "b")}),
        ("\ufeffsteps: 16\r\n", "steps", 16),
    ],
)
def test_what_was_edited_by_hand_has_its_settings_type(text, name, value):
    found = getattr(read(text), name)
    assert found == value and type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("steps: 16.5", "steps 16.5: legal is a whole number"),
        ("steps: true", "steps True: legal is a whole number"),
        ("steps: .inf", "steps inf: legal is a whole number"),
        ("steps: " + "9" * 400, "steps 9{100}…: legal is a whole number"),
        ("steps: 2024-05-06", "steps 2024-05-06: legal is a whole number"),
        ("steps: &a [*a, *a]", r"steps \[.*\]: legal is a whole number"),
        ("steps:", "steps nothing: legal is a whole number"),
        ("steps: [3]", r"steps \[3\]: legal is a whole number"),
        ("rate: fast", "rate fast: legal is a number"),
        ("rate: {a: 3}", "rate .*: legal is a number"),
        ("flip: 1", "flip 1: legal are true and false"),
        ("flip: falsd", "flip falsd: legal are true and false"),
        ("data: on", "data True: legal is text, in quotes"),
        ("layers: 3", "layers 3: legal are 0, 1, 2"),
        ("layers: true", "layers True: legal are 0, 1, 2"),
        ("pairs: nice", "pairs nice: legal are edges, grey; legal is null"),
        ("image_size: [16]", "legal is a whole number; legal is a list; legal is null"),
        ("words: 3", "words 3: legal is a table"),
        ("1: 3", "does not know: 1"),
        ('data: ["a\\nb"]', "legal is text"),
    ],
)
def test_what_cannot_be_read_is_one_line(text, words):
    with pytest.raises(Refused, match=words) as no:
        read(text)
    assert "\n" not in str(no.value) and len(str(no.value)) < 250


# "A billion laughs": each name is a hundred of the one before.
MULTIPLIED = "a: &a [x, x]\n" + "\n".join(
    f"{b}: &{b} [{', '.join([f'*{a}'] * 99)}]" for a, b in pairwise("abcdefghi")
)


def test_a_list_of_lists_without_end_is_told_in_a_line():
    values = {"steps": yaml.safe_load(MULTIPLIED)["i"]}
    with pytest.raises(Refused, match=r"config.yaml: steps \[+.*\.\.\..*: legal is") as no:
        from_dict(Settings, values)
    assert len(str(no.value)) < 250


def written(folder, **more):
    """A config.yaml with some entries of its own: text as it stands, else as YAML has it."""
    whole = {"recipe": "dcgan", "config": {}, "data": {}, "made_with": {}} | more
    lines = [
        f"{name}: {value}" if isinstance(value, str) else yaml.safe_dump({name: value})
        for name, value in whole.items()
    ]
    (folder / "config.yaml").write_text("\n".join(lines))
    return folder


@pytest.mark.parametrize(
    "value",
    ["|6", "!!int abc", "!!float abc", "!!timestamp abc", "2024-99-99", "9" * 5000, "[" * 500]
    + ["{" * 500, "!!int ''", "!!binary é", "*a", "!!python/object/apply:os.getcwd []"],
)
def test_a_value_that_yaml_itself_cannot_read(tmp_path, value):
    """Its reader raises five kinds of exceptions for these."""
    with pytest.raises(Refused, match="is damaged: not the configuration of a run$"):
        Run.open(written(tmp_path, config=f"{{steps: {value}}}"), "dcgan")


@pytest.mark.parametrize(
    "more",
    [
        {"recipe": ["dcgan"]},
        {"networks": ["../other/generator"]},
        {"networks": [".."]},
        {"shapes": []},
        {"shapes": {"generator": 3}},
        {"changes": 3},
        {"data": {"levels": [0, 255]}},
        {"data": {"levels": {"real": ["black", "white"]}}},
        {"data": {"labels": 3}},
        {"data": {"labels": [[0, 0, 999]]}},
        {"data": {"labels": [[0, 0, 0], [0]]}},
    ],
)
def test_an_entry_that_code_cannot_rely_on(tmp_path, more):
    with pytest.raises(Refused, match="is damaged: not the configuration of a run$"):
        Run.open(written(tmp_path, **more), "dcgan")


def test_entries_as_they_are_written(tmp_path):
    """The control."""
    facts = {"levels": {"real": [0, 4095.0]}, "labels": [[0, 0, 0], [255, 1, 2]], "halves": True}
    shapes = {"generator": {"inputs": {"latent": [8]}, "outputs": [[4, 4, 1]]}}
    more = {"data": facts, "shapes": shapes, "networks": ["generator"], "changes": []}
    assert Run.open(written(tmp_path, **more), "dcgan").facts["data"] == facts
    with pytest.raises(Refused, match="is a run of a�b, not of dcgan"):
        Run.open(written(tmp_path, recipe='"a\\nb"'), "dcgan")


@pytest.mark.parametrize(
    "text",
    ["", "- a", "recipe: dcgan", "\x00", "config: {}\ndata: {}\nrecipe: dcgan\nmade_with:"]
    + ["config: {}\ndata: {}\nrecipe: dcgan\nnetworks: generator", "a: !!python/object:os.system x"]
    + ["config: {}\ndata: {}\nrecipe: dcgan\nnetworks: [1]", "recipe: dcgan\nconfig:\ndata: {}"],
)
def test_a_file_that_is_no_configuration(tmp_path, text):
    (tmp_path / "config.yaml").write_text(text)
    with pytest.raises(Refused, match="is damaged: not the configuration of a run"):
        Run.open(tmp_path, "dcgan")


def test_a_training_that_outlives_its_rates_is_told_so():
    """`--steps 20000` alone leaves the fall of a preset's rates where it is."""
    from common.commands.train import _rest_of_rates

    config = Config(steps=100, decay_from=50, decay_steps=50)
    assert not _rest_of_rates(config)
    assert not _rest_of_rates(dataclasses.replace(config, steps=200, decay_steps=0))
    words = _rest_of_rates(dataclasses.replace(config, steps=2000))
    assert words.startswith("learning rates have fallen by step 100 of 2,000, and stay low")
    assert "--decay-from and --decay-steps" in words
