"""Chapters keep to their pattern: what they print, draw, link and show is so."""

import configparser
import re
import shlex
from functools import cache

import pytest
import yaml

from common.commands import train
from data.__main__ import Flags as DataFlags
from data.command import read_flags
from tests import tables
from tests.conftest import ROOT
from tests.pages import marks
from tests.pages.report import block as block_of
from tests.pages.report import filled, printed

PAGES = marks.pages()
CHAPTERS = sorted(page for page in (ROOT / "recipes").glob("*/README.md") if marks.finished(page))
#: What every chapter has; a chapter without networks has neither drawing of them nor losses.
PARTS = ("The idea", "What goes wrong", "Exercises", "Summary", "More")
OF_NETWORKS = ("Run it", "The networks", "The code", "The losses", "What to expect")
LARGEST = 300_000


def named(pages):
    return [pytest.param(page, id=str(page.relative_to(ROOT))) for page in pages]


@cache
def text_of(page):
    return page.read_text(encoding="utf-8")


def prose(page):
    """A page without what stands in blocks of code and in comments."""
    text = re.sub(r"^ *```.*?^ *```", "", text_of(page), flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)


@pytest.mark.parametrize("page", named(PAGES))
def test_what_stands_between_marks_is_what_there_is(page):
    assert marks.renewed(text_of(page), page.parent) == text_of(page), "`make chapters QUICK=1`"


@pytest.mark.parametrize("page", named(PAGES))
def test_links_inside_the_repository_resolve(page):
    targets = re.findall(r"\]\(([^)\s]+)\)", prose(page))
    targets += re.findall(r'(?:src|href)="([^"]+)"', prose(page))
    for target in targets:
        path, _, anchor = target.partition("#")
        if "://" in path or path.startswith("mailto:"):
            continue
        file = (page.parent / path).resolve() if path else page
        assert file.exists() and ROOT in (file, *file.parents), target
        if anchor:
            assert anchor in anchors(file), f"{target}: there are {', '.join(anchors(file))}"


def anchors(page):
    """The anchors of a page's headings, as GitHub makes them."""
    lines = re.findall(r"^#+ +(.+)$", prose(page), re.MULTILINE)
    plain = (re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", line) for line in lines)
    return [re.sub(r"[^\w\- ]", "", line.strip().lower()).replace(" ", "-") for line in plain]


@pytest.mark.parametrize("page", named(CHAPTERS))
def test_a_chapter_has_its_parts(page):
    text, names = text_of(page), re.findall(r"^## (.+)$", text_of(page), re.MULTILINE)
    networks = (page.parent / "train.py").is_file()
    for part in (*PARTS, *(OF_NETWORKS if networks else ())):
        assert part in names, f"no part: {part}"
    if networks:
        assert "](pictures/networks.svg)" in text and "```math" in text
        assert names.index("Run it") < names.index("The networks") < names.index("The code")
    assert re.search(r"\]\(pictures/[\w.-]+\.svg\)", text), "no diagram"
    assert marks.asked_in(text), "no code"
    assert re.search(r"https://(arxiv\.org|doi\.org)/", text), "no link to its paper"
    exercises, summary = (under(text, name) for name in ("Exercises", "Summary"))
    assert exercises.count("<details>") >= 3 and "</summary>" in exercises, "no answers"
    assert len(re.findall(r"^\* ", summary, re.MULTILINE)) == 5, "a summary has five lines"
    last = text.strip().splitlines()[-1]
    assert "../../README.md#recipes" in last and ("→" in last or "←" in last), last
    first = text.index("![")
    assert first < text.index("## The idea"), "a picture comes first"


def under(text, name):
    """What stands under a heading."""
    return re.split(r"^## ", text.partition(f"\n## {name}\n")[2], flags=re.MULTILINE)[0]


@pytest.mark.parametrize("page", named(CHAPTERS))
def test_tables_of_results_have_at_most_five_columns(page):
    for block in re.findall(r"<!-- results: .*?<!-- end of results -->", text_of(page), re.DOTALL):
        header = next((line for line in block.splitlines() if line.startswith("|")), None)
        assert header, f"not measured yet: {block.splitlines()[0]}"
        assert header.count("|") - 1 <= 5, header


@pytest.mark.parametrize("page", named(CHAPTERS))
def test_every_picture_of_a_chapter_is_shown(page):
    for picture in (page.parent / "pictures").iterdir():
        assert f"(pictures/{picture.name})" in text_of(page), f"{picture.name} is nowhere"


def test_pictures_are_small():
    pictures = [
        p for f in (*ROOT.glob("*/pictures"), *ROOT.glob("*/*/pictures")) for p in f.iterdir()
    ]
    assert len(pictures) > 30
    for picture in pictures:
        assert picture.stat().st_size <= LARGEST, picture


def test_what_is_cited_is_this_version():
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    assert cited["version"] == setup["metadata"]["version"]


def test_a_new_recipes_chapter_need_not_be_finished():
    assert {page.parent.name for page in CHAPTERS} >= {"data_prep", "first_gan", "dcgan"}
    for template in (ROOT / "recipes").glob("_template*/README.md"):
        assert not marks.finished(template)


# --- commands ---


def commands(page):
    """The command lines of `python -m` in blocks that are not run anyway, and within lines."""
    for block in re.findall(r"^ *```(?:bash|sh)?\n(.*?)^ *```", text_of(page), re.DOTALL | re.M):
        for line in re.sub(r"\\\n", " ", block).splitlines():
            # Around pipes and into files are further words.
            for piece in re.split(r" \| | > | && ", line.split("  #")[0]):
                if piece.strip().startswith("python -m"):
                    yield piece.strip()
    # In prose a command may be named without what it needs.
    named = re.findall(r"`(python -m [^`\n]+)`", prose(page))
    yield from (line for line in named if re.match(r"python -m \S+ [^-]", line))


def check(command):
    """Read a command's flags as the command does."""
    _, _, module, *words = shlex.split(command, comments=True)
    parts = module.split(".")
    if parts[0] == "data":
        read_flags(DataFlags, words, program=module)
    elif parts[0] == "recipes" and len(parts) == 3 and words:
        check_recipe(*parts[1:], words)
    elif module == "recipes" and len(words) > 2 and words[1] in ("train", "infer", "evaluate"):
        check_recipe(*words[:2], words[2:])


def check_recipe(recipe, command, words):
    from importlib import import_module

    if {"--help", "-h"} & set(words) or not (ROOT / "recipes" / recipe).is_dir():
        return
    presets = getattr(import_module(f"recipes.{recipe}.config"), "PRESETS", None)
    program = f"python -m recipes.{recipe}.{command}"
    if command == "train" and "--resume" in words:
        read_flags(train._resume_flags(type(presets["small"])), words, program=program)
    elif command == "train":
        train._flags(recipe, presets, words).config.check()
    else:
        flags = getattr(import_module(f"recipes.{recipe}.{command}"), "Flags", None)
        if flags:
            read_flags(flags, words, program=program)


@pytest.mark.parametrize("page", named(PAGES))
def test_commands_on_a_page_can_be_given(page):
    for command in commands(page):
        # DIR and the like stand for something; every other word is meant.
        try:
            check(command.replace("[--steps N]", "--steps 9").replace(" …", ""))
        except (Exception, SystemExit) as no:
            raise AssertionError(f"{command}: {no}") from no


def test_what_is_checked_of_a_command():
    for wrong in (
        "python -m recipes.dcgan.train --widht 3",
        "python -m recipes.dcgan.train --image-size 100",
        "python -m recipes.dcgan.infer --run x --cuont 3",
        "python -m data houses --nothing",
    ):
        with pytest.raises(Exception, match="legal|--"):
            check(wrong)
    check("python -m recipes.dcgan.train --image-size 96   # a remark")


# --- marks ---


def test_code_is_printed_as_it_stands(tmp_path):
    file = "tests/pages/marks.py"
    assert marks.printed(f"{file} write_pages").startswith("def write_pages() -> list[Path]:\n    ")
    both = marks.printed("common/network.py Network.update Network.log")
    # Methods stand in their class, which is named once.
    assert both.startswith("class Network:\n    def update(self") and both.count("class ") == 1
    assert '"""Apply' in both
    bare = marks.printed("common/network.py Network.update Network.log -docstrings")
    assert '"""' not in bare and "    self.logged.update(values)" in bare
    whole = marks.printed("recipes/first_gan/gan.py FirstLoss -docstrings")
    assert '"""' not in whole and "class FirstLoss(Loss):\n    def __init__" in whole
    with pytest.raises(LookupError, match="has no Network.nothing"):
        marks.printed("common/network.py Network.nothing")


def test_a_page_that_is_old_is_told_from_one_that_is_not(tmp_path):
    mark = "<!-- code: common/network.py named_inputs -->\n{}<!-- end of code -->\n"
    old = mark.format("```python\nold\n```\n")
    new = marks.renewed(old, tmp_path)
    assert "def named_inputs(" in new and "old" not in new and marks.renewed(new, tmp_path) == new
    mark = "<!-- picture: a.png | A | *What.* -->\n<!-- end of picture -->"
    assert marks.renewed(mark, tmp_path) == mark
    (tmp_path / "a.png").touch()
    shown = marks.renewed(mark, tmp_path)
    assert "\n![A](a.png)\n\n*What.*\n<!-- end" in shown
    assert marks.renewed(shown, tmp_path) == shown
    (tmp_path / "a.png").unlink()
    assert marks.renewed(shown, tmp_path) == mark


def test_an_excerpt_is_part_of_the_whole_table():
    trial = next(iter(tables.read_results(ROOT / "recipes" / "dcgan").values()))
    some, whole = tables.excerpt(trial, ["real", "trained"]), tables.details(trial)
    assert some.splitlines()[0] == "| | real | trained |"
    rows = {line.split(" | ")[0]: line for line in whole.splitlines() if line.startswith("| ")}
    for line in some.splitlines()[2:]:
        if line.startswith("| "):
            for cell in line.strip("| ").split(" | "):
                assert cell in rows[line.split(" | ")[0]]
    with pytest.raises(LookupError, match="no nobody"):
        tables.excerpt(trial, ["nobody"])
    measure = next(iter(trial["measures"]))
    chosen = tables.excerpt(trial, ["real"], [measure]).splitlines()
    assert chosen[2].startswith(f"| {measure} | ") and not chosen[3]
    with pytest.raises(LookupError, match="no nonsense"):
        tables.excerpt(trial, ["real"], ["nonsense"])


def test_a_table_compares_experiments_of_several_recipes():
    page = ROOT / "recipes" / "dcgan" / "README.md"
    mark = "<!-- results: {} | | coverage -->\n<!-- end of results -->"
    made = tables.renewed(page, mark.format("houses first_gan/digits")).splitlines()
    assert made[1] == "| | coverage | command |"
    assert [row.split(" | ")[0] for row in made[3:5]] == ["| houses", "| first_gan/digits"]
    assert "python -m recipes.first_gan.train" in made[4]
    unknown = mark.format("houses first_gan/never")
    assert tables.renewed(page, unknown) == unknown


def test_what_is_printed_goes_to_its_place_on_a_page(capsys):
    with printed() as kept:
        print("fast")
    assert kept.getvalue() == "fast\n" == capsys.readouterr().out
    page = (ROOT / "BENCH.md").read_text(encoding="utf-8")
    anew = filled(page, {"ours": block_of(kept.getvalue()), "starts": "Soon."})
    assert "<!-- bench: ours -->\n```\nfast\n```\n<!-- end of bench -->" in anew
    assert "<!-- bench: starts -->\nSoon.\n<!-- end" in anew
    # The rest stays, and so does what another part has.
    between = page.partition("<!-- bench: dcgan -->")[2].partition("<!-- bench: starts -->")[0]
    assert anew.startswith("# Speed and memory") and between in anew
    with pytest.raises(LookupError, match="no mark for nothing"):
        filled(page, {"nothing": ""})
