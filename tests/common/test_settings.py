"""A configuration goes through config.yaml, and through a user's editor."""

from dataclasses import dataclass, field
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
        ("steps:", "steps nothing: legal is a whole number"),
        ("steps: [3]", r"steps \[3\]: legal is a whole number"),
        ("rate: fast", "rate fast: legal is a number"),
        ("rate: {a: 3}", "rate .*: legal is a number"),
        ("flip: 1", "flip 1: legal are true and false"),
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
    assert "\n" not in str(no.value)


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
