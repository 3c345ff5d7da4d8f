"""`python -m recipes new`: what it refuses, and that what it makes runs at once."""

import ast
import errno
import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from common.commands import new
from data.errors import EnvironmentFailure, Refused
from tests.conftest import ROOT, called, pictures, refused

KINDS = list(new.TEMPLATES)


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """This project without its pictures: recipes are made in it, never in the real one."""
    place = tmp_path_factory.mktemp("tree")
    for part in ("common", "data", "recipes"):
        without = shutil.ignore_patterns("__pycache__", "*.png", "*.webp")
        shutil.copytree(ROOT / part, place / part, ignore=without)
    return place


@pytest.fixture(scope="module", params=KINDS)
def copy(request, tree):
    """A copy of each kind, made from the command line: (kind, name, what was printed)."""
    name = f"my_{request.param.lower()}"
    words = [] if request.param == "GAN" else ["--like", request.param]
    code, out, err = refused("recipes", "new", name, *words, cwd=tree, path=tree)
    assert (code, err) == (0, "")
    return request.param, name, out


@pytest.fixture
def recipes(tmp_path):
    for name in new.TEMPLATES.values():
        shutil.copytree(ROOT / "recipes" / name, tmp_path / "recipes" / name)
    return tmp_path / "recipes"


def listing(folder):
    files = (str(file.relative_to(folder)) for file in folder.rglob("*"))
    return sorted(file for file in files if "__pycache__" not in file)


# --- the copy ---


def test_says_what_to_do_next(copy, tree):
    kind, name, out = copy
    train, change, chapter = out.splitlines()
    assert f"python -m recipes.{name}.train" in train and "tiny" in train
    assert change.endswith(f'grep -n "{new.MARK}" recipes/{name}/*')
    assert (tree / chapter.split()[-1]).is_file()


def test_is_the_template_under_another_name(copy, tree):
    kind, name, _ = copy
    template, folder = tree / "recipes" / new.TEMPLATES[kind], tree / "recipes" / name
    assert {f.name for f in folder.glob("*.*")} == {f.name for f in template.glob("*.*")}
    for file in folder.glob("*.*"):
        text = file.read_text()
        assert "template" not in text.lower(), file
        text = text.replace(new.class_name(name), "Template").replace(name, template.name)
        assert text == (template / file.name).read_text()
        assert oct(file.stat().st_mode) == oct((template / file.name).stat().st_mode)
    assert oct(folder.stat().st_mode) == oct(template.stat().st_mode)
    classes = {
        node.name
        for file in folder.glob("*.py")
        for node in ast.parse(file.read_text()).body
        if isinstance(node, ast.ClassDef)
    }
    own = {f"{new.class_name(name)}{part}" for part in ("", "Generator", "Discriminator")}
    assert (own if kind != "plain" else {"MyPlain", "MyPlainNetwork"}) <= classes


def test_every_place_to_change_is_marked(copy, tree):
    _, name, _ = copy
    for file in (tree / "recipes" / name).glob("*.*"):
        # There is nothing to be changed in how a training is started.
        assert (new.MARK in file.read_text()) == (file.name != "train.py"), file


def test_is_listed_and_what_it_was_copied_from_is_not(copy, tree):
    _, name, _ = copy
    code, out, _ = refused("recipes", cwd=tree, path=tree)
    assert code == 0 and f"\n{name} " in out and "_template" not in out


def test_is_taken_then(copy, tree):
    _, name, _ = copy
    before = listing(tree)
    code, out, err = refused("recipes", "new", name, cwd=tree, path=tree)
    assert (code, out) == (2, "") and f"there is recipes/{name} already" in err
    assert listing(tree) == before


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    """120 pictures, and as many pairs, of which about a tenth is kept for testing.

    Nothing is known of them: so no net is taught to measure them, which would take longest.
    """
    place = tmp_path_factory.mktemp("photos")
    pictures(place / "single", size=(32, 32), count=120)
    pictures(place / "pairs", size=(64, 32), count=120)
    return {"GAN": place / "single", "plain": place / "single", "translator": place / "pairs"}


def test_trains_resumes_infers_and_evaluates(copy, tree, photos, tmp_path):
    kind, name, _ = copy

    def command(what, *words):
        code, out, err = called(f"recipes.{name}.{what}", *words, cwd=tmp_path, path=tree)
        assert code == 0, err
        return out

    command("train", "tiny", "--steps", 2, "--data", photos[kind])
    (run,) = (tmp_path / "runs" / name).iterdir()
    assert "going on from step 2" in command("train", "--resume", run, "--steps", 3)
    if kind == "translator":
        Image.effect_noise((40, 24), 50).save(tmp_path / "photo.png")
        command("infer", "--run", run, "--input", "photo.png", "--out", "made.png")
        with Image.open(tmp_path / "made.png") as picture:
            assert picture.size == (40, 24)
    else:
        words = ["--temperature", 0] if kind == "plain" else []
        command("infer", "--run", run, "--count", 3, "--out", "made.npz", *words)
        with np.load(tmp_path / "made.npz") as made:
            assert made["images"].shape == (3, 16, 16, 1)
            # At temperature 0 all latents are the same.
            assert made["latent"].any() == (kind != "plain")
    command("evaluate", "--run", run)
    scores = json.loads((run / "evaluation.json").read_text())
    assert scores["step"] == 3 and {"trained", "untrained", "real"} <= scores["scores"].keys()
    values = scores["scores"]["trained"].values()
    assert values and np.isfinite(list(values)).all()
    if kind == "plain":
        assert scores["scores"]["mean picture"]["error"] > 0
        words = ("--run", run, "--temperature", 11)
        code, _, err = refused(f"recipes.{name}.infer", *words, cwd=tmp_path, path=tree)
        assert code == 2 and err == "error: --temperature 11.0: legal is 0 to 10\n"


# --- names ---


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("MyGan", "lower-case letters"),
        ("my-gan", "lower-case letters"),
        ("2gan", "lower-case letters"),
        ("мой", "lower-case letters"),
        ("", "lower-case letters"),
        ("../gan", "lower-case letters"),
        ("gan\n", "lower-case letters"),
        ("_mine", "lower-case letters"),
        ("__main__", "lower-case letters"),
        ("a" * 21, "up to 20"),
        ("lambda", "a word of Python's"),
        ("none", "its class, None"),
        ("exception", "its class, Exception"),
        ("data", "a command"),
        ("dcgan", "already"),
        ("gan", "its class, GAN, would hide"),
        ("config", "its class, Config, would hide"),
    ],
)
def test_names_that_cannot_be(name, why):
    with pytest.raises(Refused) as no:
        new.check_name(ROOT / "recipes", name, ROOT / "recipes" / "_template")
    assert why in str(no.value) and "\n" not in str(no.value)


@pytest.mark.parametrize("name", ["my_gan", "match", "json", "test", "a", "generators"])
def test_names_that_can_be(name):
    new.check_name(ROOT / "recipes", name, ROOT / "recipes" / "_template")


@pytest.mark.parametrize(
    "arguments", [["MyGan"], [], ["one", "two"], ["one", "--like", "vae"]], ids=" ".join
)
def test_a_bad_command_line_is_refused_in_one_line(arguments, tree):
    before = listing(tree)
    code, out, err = refused("recipes", "new", *arguments, cwd=tree, path=tree)
    assert (code, out, err.count("\n")) == (2, "", 1) and err.startswith("error: ")
    assert listing(tree) == before


def test_no_recipe_is_named_as_a_command():
    """It could not be reached through `python -m recipes`."""
    compared = (
        node.comparators[0].value
        for node in ast.walk(ast.parse((ROOT / "recipes" / "__main__.py").read_text()))
        if isinstance(node, ast.Compare)
        and isinstance(node.left, ast.Name)
        and node.left.id == "name"
        and isinstance(node.comparators[0], ast.Constant)
    )
    assert set(compared) == set(new.COMMANDS)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("my_gan", "MyGAN"),
        ("dcgan", "DcGAN"),
        ("wall_papers", "WallPapers"),
        ("gan_2", "GAN2"),
        ("a__b_", "AB"),
    ],
)
def test_class_names(name, kind):
    assert new.class_name(name) == kind and kind.isidentifier()


@pytest.mark.parametrize("kind", KINDS)
def test_the_longest_name_makes_no_line_too_long(kind, recipes):
    folder = new.create(recipes, "a" * new._LONGEST, kind)
    lines = [line for file in folder.glob("*.py") for line in file.read_text().splitlines()]
    assert 90 < max(map(len, lines)) <= 100


# --- failures ---


def test_half_a_copy_never_stays(recipes, monkeypatch):
    write, before = Path.write_text, listing(recipes)

    def interrupted(path, *arguments, **options):
        if path.name == "gan.py":
            raise KeyboardInterrupt
        return write(path, *arguments, **options)

    monkeypatch.setattr(Path, "write_text", interrupted)
    with pytest.raises(KeyboardInterrupt):
        new.create(recipes, "my_gan")
    assert listing(recipes) == before


@pytest.mark.parametrize(("where", "what"), [(Path, "mkdir"), (os, "rename")])
def test_a_folder_that_cannot_be_written(recipes, monkeypatch, where, what):
    before = listing(recipes)

    def fails(*arguments, **options):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(where, what, fails)
    with pytest.raises(EnvironmentFailure, match="my_gan cannot be written: Permission denied"):
        new.create(recipes, "my_gan")
    assert listing(recipes) == before


def test_a_tree_without_what_is_to_be_copied(recipes):
    shutil.rmtree(recipes / "_template_plain")
    with pytest.raises(EnvironmentFailure, match="_template_plain, which is to be copied"):
        new.create(recipes, "my_gan", "plain")
    assert not (recipes / "my_gan").exists()
