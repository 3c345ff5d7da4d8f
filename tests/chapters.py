"""`make chapters`: make what the chapters show, from the source and from trained runs.

First what needs no training: code is printed from the source, and diagrams are drawn from the
networks; `make chapters QUICK=1` ends there. Then the pictures, which are of the runs of
`make results` with seed 0; what is missing is trained (about half an hour on two cores).
RECIPE=dcgan makes those of one chapter.

Pictures of photographs need them: FACES=FOLDER, FACADES=FOLDER, FRUITS=FOLDER and MONET=FOLDER
name the folders. Where one is not named, its pictures stay as they are. These trainings take
longer, up to hours; what was interrupted goes on. What is committed stays below 300 kB.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

import data
from common.batches import rng_for
from common.callbacks.animation import animate
from data.command import run_program
from data.contact import beside
from data.errors import Refused
from data.figure import new_figure, to_picture
from data.resize import fitted
from data.sheet import grid, save
from data.worlds.paintings import MANNERS
from tests.console import carried_out, shown_in
from tests.pages import sheets
from tests.pages.curves import curves
from tests.pages.drawings import write_drawings
from tests.pages.marks import write_pages
from tests.photographs import FACADES, FACES, FRUITS, MONET, PORTRAITS, RUNS
from tests.results import missing, trained

ROOT = Path(__file__).parent.parent
#: The two networks' losses, and how often the discriminator is right.
LOSSES = {
    "losses": ["generator/adversarial", "discriminator/adversarial"],
    "D's pairwise accuracy": ["discriminator/pairwise_accuracy"],
}


def main() -> None:
    """Make what RECIPE and QUICK in the environment ask for; without them, everything."""
    chosen, quick = os.environ.get("RECIPE"), os.environ.get("QUICK", "0")
    if chosen and chosen not in CHAPTERS:
        raise Refused(f"RECIPE={chosen}: there are {', '.join(CHAPTERS)}")
    if quick not in ("0", "1"):
        raise Refused(f"QUICK={quick}: legal are 0 and 1")
    write_drawings([chosen] if chosen else None)
    if quick == "0":
        RUNS.mkdir(parents=True, exist_ok=True)
        for make in [CHAPTERS[chosen]] if chosen else [worlds, *CHAPTERS.values()]:
            make()
    # Last: a page shows the pictures that there are.
    for page in write_pages():
        print(page.relative_to(ROOT))


def worlds() -> None:
    """A contact sheet of each world, and what the worlds that come in two are made of."""
    pictures = ROOT / "data" / "pictures"
    for name, count in (
        ("houses", 60),
        ("digits", 90),
        ("stacked_digits", 30),
        ("facades", 32),
        ("faces", 48),
        ("eyes", 32),
        ("furniture:views:128", 30),
        ("paintings", 28),
        ("seasons", 28),
        ("ring", 0),
        ("grid", 0),
    ):
        words = ("--count", count) if count else ()
        file = pictures / f"{name.split(':')[0]}.png"
        _python("data", name, *words, "--out", file)
    facades, seasons = data.find("facades").world, data.find("seasons:summer").world
    styles = facades.in_styles(1, np.arange(7), 128)
    save(grid(np.concatenate([styles.inputs[:1], styles.samples]), 8), pictures / "styles.png")
    few = np.arange(1, 5)
    winters, _ = seasons.counterpart(few, 128)
    both = np.stack([seasons.draw(few, 128).samples, winters], axis=1)
    save(grid(both.reshape(-1, 128, 128, 3), 8), pictures / "counterparts.png")
    fruits = [data.find(f"fruit:{name}").world for name in ("apples", "oranges", "bananas")]
    rows = [world.draw(np.arange(11), 64).samples for world in fruits]
    save(grid(np.concatenate(rows), 11), pictures / "fruit.png")
    few, apples = np.arange(2, 7), fruits[0]
    rows = [apples.draw(few, 96).samples]
    rows += [apples.counterpart(few, 96, to=world)[0] for world in fruits[1:]]
    save(grid(np.concatenate(rows), 5), pictures / "same_fruit.png")
    plain = data.find("paintings:scenes").world
    manners = [data.find(f"paintings:{name}").world for name in MANNERS]
    each = [plain.counterpart(np.array([12]), 156, to=world)[0] for world in (plain, *manners)]
    save(grid(np.concatenate(each), 6), pictures / "manners.png")


def data_prep() -> None:
    """The contact sheets that the commands of chapter 2 make."""
    chapter = ROOT / "recipes" / "data_prep"
    with tempfile.TemporaryDirectory() as place:
        for shown in shown_in(chapter / "README.md"):
            carried_out(shown, Path(place))
        text = (chapter / "README.md").read_text(encoding="utf-8")
        for sheet in Path(place).glob("*.png"):
            # Not every sheet that a command makes is shown.
            if f"(pictures/{sheet.name})" in text:
                shutil.copy(sheet, chapter / "pictures" / sheet.name)


def first_gan() -> None:
    """The first GAN: games in the plane, and what its ideas look like."""
    pictures = ROOT / "recipes" / "first_gan" / "pictures"
    ring, vanilla_ring = trained("first_gan", "ring")
    grid, vanilla_grid = trained("first_gan", "grid")
    digits, _ = trained("first_gan", "digits")
    # Most is learned before the second sheet of the run; the same training, looked at more often.
    often = ("--steps", 1000, "--sample-every", 50, "--log-every", 10)
    early = _anew("first_gan", "early", *often)
    minimax = ("--loss", "minimax", "--blur", 0, "--watchdog", "warn")
    bare = _anew("first_gan", "minimax", *minimax, *often)
    save_learning(early, ring, pictures / "ring.webp")
    runs = [ring, vanilla_ring, grid, vanilla_grid]
    save(lost([Image.open(run / "samples" / "latest.png") for run in runs]), pictures / "lost.png")
    both = {"with help": ring, "vanilla": vanilla_ring}
    save(curves(both, LOSSES), pictures / "curves.png")
    save(curves({"the beginning": early}, LOSSES), pictures / "beginning.png")
    both = {"default": early, "minimax, no blur": bare}
    save(curves(both, LOSSES), pictures / "minimax.png")
    made = _tiles(digits / "samples" / "latest.png", 64)
    save(beside_real(made, "digits", 32, rows=4, each=4), pictures / "digits.png")
    _python("recipes.first_gan.optimal", "--out", pictures / "optimal.png")
    save(_slopes(), pictures / "slopes.png")
    save(_folded(ring), pictures / "folded.png")
    # The first sheet of a training is drawn before anything is learned.
    began = _anew("first_gan", "pretrained", "--pretrain-discriminator", 500, "--steps", 1)
    frames = [began / "samples" / f"step-{step:07d}.png" for step in (0, 1)]
    save(beside(*(Image.open(frame) for frame in frames)), pictures / "pretrained.png")


def _anew(recipe: str, name: str, *flags) -> Path:
    """A short training of a chapter's own; returns its run."""
    run = RUNS / f"{recipe}-{name}"
    shutil.rmtree(run, ignore_errors=True)
    _python(f"recipes.{recipe}.train", *flags, "--run", run)
    return run


#: The steps at which the ring is shown: where something is learned, many.
SHOWN = (0, 50, 100, 150, 200, 300, 400, 600, 800, 1000, 2000, 4000, 8000, 13000, 19000, 25000)
SHOWN += (30000, 36000)


def save_learning(early: Path, ring: Path, path: Path) -> None:
    """Animate a training in the plane, with the step and what the colours mean."""
    frames = []
    for step in SHOWN:
        name = f"step-{step:07d}.png"
        source = early if step <= 1000 else ring
        frames.append(RUNS / "frames" / name)
        save(with_key(Image.open(source / "samples" / name), step), frames[-1])
    animate(frames, path, most=len(frames), each=450)


def with_key(sheet: Image.Image, step: int) -> Image.Image:
    """A sheet of points under its step, and above a key of its colours."""
    key = (("#000000", "real"), ("#ffd700", "fake"), ("#2166ac", "D: real"), ("#b2182b", "D: fake"))
    return sheets.keyed(sheets.titled(sheet, f"step {step:,}"), key)


def lost(last: list[Image.Image]) -> Image.Image:
    """The last sheets of ring and grid, each with and without help, under their titles."""
    titles = ("ring, with help", "ring, vanilla", "grid, with help", "grid, vanilla")
    both = zip(last, titles, strict=True)
    return sheets.in_rows([sheets.titled(each.convert("RGB"), title) for each, title in both], 2)


def beside_real(made: list[np.ndarray], spec: str, side: int, rows: int, each: int) -> Image.Image:
    """Made pictures, and as many real ones that were held out, to their right.

    Args:
        made: uint8 H×W×C each.
        spec: The data set that they were learned from.
        side: Pixels a side at which it was learned.
        rows: Rows of the sheet.
        each: Pictures of either kind in a row.
    """
    real = data.find(spec).load("test", side, rows * each, 0).samples
    lines = [
        [*made[row * each : (row + 1) * each], None, *real[row * each : (row + 1) * each]]
        for row in range(rows)
    ]
    heads = [""] * (2 * each + 1)
    heads[each // 2], heads[each + 1 + each // 2] = "made", "real"
    return sheets.headed(lines, heads, narrow=(each,))


def _tiles(sheet: Path, shown: int) -> list[np.ndarray]:
    """The pictures of a sheet, of so many pixels on it, in their order."""
    return [tile for row in sheets.tiles_of(sheet, shown) for tile in row]


def _slopes() -> Image.Image:
    """What the generator minimises, and how steeply, for logits from sure to fooled."""
    from recipes.first_gan.gan import FirstLoss

    logits = np.linspace(-6, 6, 121, dtype=np.float32)
    figure = new_figure(7, 3)
    left, right = figure.subplots(1, 2)
    for name, minimax in (("minimax", True), ("non-saturating", False)):
        loss = [float(FirstLoss(minimax).generator(logit)) for logit in logits]
        left.plot(logits, loss, label=name)
        right.plot(logits, np.abs(np.gradient(loss, logits)), label=name)
    left.set(title="the generator's loss", xlabel="D(G(z))")
    right.set(title="its slope", xlabel="D(G(z))")
    left.legend()
    return to_picture(figure)


def _folded(run: Path) -> Image.Image:
    """Where each latent goes: the plane of latents and the plane of points in equal colours."""
    from common.machine import backend

    latents = rng_for(0, "folded").standard_normal((6000, 2)).astype(np.float32)
    points = np.asarray(backend.load_network(run / "generator.keras")(latents))
    colour = np.arctan2(latents[:, 1], latents[:, 0])
    figure = new_figure(7, 3.5)
    for axes, place, title in zip(
        figure.subplots(1, 2), (latents, points), ("latents", "samples"), strict=True
    ):
        axes.scatter(*place.T, s=3, c=colour, cmap="hsv", linewidths=0)
        axes.set(title=title, aspect="equal")
    return to_picture(figure)


def dcgan() -> None:
    """The small configuration, seed 0: its pictures, growth, walks and sums; and faces."""
    pictures = ROOT / "recipes" / "dcgan" / "pictures"
    run, _ = trained("dcgan", "houses")
    infer = ("recipes.dcgan.infer", "--run", run)
    _python(*infer, "--interpolate", 6, "--out", pictures / "interpolation.png")
    # Low houses at dusk − tall ones at dusk + tall ones by day, chosen from numbered.webp.
    words, sums = "14,41,54 - 31,39,45 + 16,34,55", RUNS / "sums.npz"
    _python(*infer, "--arithmetic", words, "--out", sums)
    save(arithmetic(np.load(sums)["images"]), pictures / "arithmetic.png")
    _python(*infer, "--numbered", "--count", 64, "--out", pictures / "numbered.webp")
    made = [tile[::2, ::2] for tile in _tiles(run / "samples" / "latest.png", 80)]
    save(beside_real(made, "houses", 40, rows=4, each=3), pictures / "samples.png")
    save(curves({"houses": run}, LOSSES), pictures / "curves.png")
    frames = [
        grown(Image.open(frame), int(frame.stem.removeprefix("step-")))
        for frame in sorted((run / "samples").glob("step-*.png"))
    ]
    save_growth(frames, pictures / "growth.webp")
    why = missing("dcgan", "mnist")
    if why:
        print(f"mnist.png stays as it is: {why}", file=sys.stderr)
    else:
        digits, _ = trained("dcgan", "mnist")
        # Pictures of 28 pixels stand on a sheet three times as large.
        made = [tile[::3, ::3] for tile in _tiles(digits / "samples" / "latest.png", 84)]
        rows = [made[row * 7 : row * 7 + 7] for row in range(3)]
        save(sheets.headed(rows, [""] * 7), pictures / "mnist.png")
    if photographs := FACES.run():
        save_faces(photographs)


def grown(sheet: Image.Image, step: int) -> Image.Image:
    """The first eight pictures of a sheet, enlarged, under their step."""
    # Of 80 pixels each, with gaps of 2.
    some = sheet.convert("RGB").crop((0, 0, 4 * 82 - 2, 2 * 82 - 2))
    large = some.resize((2 * some.width, 2 * some.height), Image.Resampling.NEAREST)
    return sheets.titled(large, f"step {step:,}")


def save_growth(frames: list[Image.Image], path: Path) -> None:
    """Animate how pictures grow, in at most twelve frames."""
    folder = RUNS / "frames" / path.stem
    files = [folder / f"{number:04d}.png" for number in range(len(frames))]
    for frame, file in zip(frames, files, strict=True):
        save(frame, file)
    animate(files, path, most=12, each=350)


def save_faces(run: Path) -> None:
    """Faces that a run has made, and how its training went.

    The real ones are people: they are not shown.
    """
    pictures = ROOT / "recipes" / "dcgan" / "pictures"
    # Pictures of 48 pixels stand on a sheet twice as large.
    made = [tile[::2, ::2] for tile in _tiles(run / "samples" / "latest.png", 96)]
    rows = [made[row * 6 : row * 6 + 6] for row in range(4)]
    save(sheets.headed(rows, [""] * 6), pictures / "faces.webp")
    save(curves({"faces": run}, LOSSES), pictures / "faces_curves.png")


def arithmetic(made: np.ndarray) -> Image.Image:
    """A sum of latents: three rows of terms with their averages, then the results.

    Args:
        made: uint8 20×H×W×C as `common.commands.latents.arithmetic` orders them.
    """
    rows = made.reshape(5, 4, *made.shape[1:])
    names = ("low, dusk", "− tall, dusk", "+ tall, day", "= low, day", "")
    return sheets.headed(rows, ("", "", "", "mean of the three"), names)


def cgan() -> None:
    """Digits by label and in a row, and houses in words that no training picture had together."""
    pictures = ROOT / "recipes" / "cgan" / "pictures"
    digits, _ = trained("cgan", "digits")
    houses, _ = trained("cgan", "houses")
    save_digits(digits, 64, pictures / "samples.png", rows=8)
    infer = ("recipes.cgan.infer", "--run")
    words = ("--text", "2026", "--lines", 5)
    _python(*infer, digits, *words, "--out", pictures / "text.png")
    words = ("--showing", "red tower winter", "--count", 24)
    _python(*infer, houses, *words, "--out", pictures / "words.png")
    save(curves({"digits": digits, "houses": houses}, LOSSES), pictures / "curves.png")
    if why := missing("cgan", "mnist"):
        print(f"mnist.png stays as it is: {why}", file=sys.stderr)
    else:
        # Pictures of 28 pixels stand on a sheet three times as large.
        save_digits(trained("cgan", "mnist")[0], 84, pictures / "mnist.png", rows=6)


def save_digits(run: Path, side: int, path: Path, rows: int) -> None:
    """The first rows of a sheet of digits, a column a label."""
    made = _tiles(run / "samples" / "latest.png", side)
    lines = [made[10 * row : 10 * row + 10] for row in range(rows)]
    save(sheets.headed(lines, [str(digit) for digit in range(10)]), path)


def autoencoder() -> None:
    """Digits decoded, walked between and laid out in a plane; faces; what is found by codes."""
    pictures = ROOT / "recipes" / "autoencoder" / "pictures"
    run, *_ = trained("autoencoder", "digits")
    rows = translations(run / "samples" / "latest.png", 64, 3)
    save(sheets.headed(_two_across(rows[:8]), DECODED), pictures / "samples.png")
    faces, *_ = trained("autoencoder", "faces")
    rows = translations(faces / "samples" / "latest.png", 64, 3)
    save(sheets.headed(_two_across(rows[:8]), DECODED), pictures / "faces.png")
    points, *_ = trained("autoencoder", "plane")
    infer = ("recipes.autoencoder.infer", "--run")
    _python(*infer, points, "--plane", 16, "--out", pictures / "plane.png")
    with tempfile.TemporaryDirectory() as place:
        asked = Path(place)
        for number, pixels in enumerate(data.find("digits").load("test", 32, 8, 1).samples):
            Image.fromarray(pixels[..., 0]).save(asked / f"{number}.png")
        ends = ("--between", asked / "0.png", asked / "1.png")
        _python(*infer, run, *ends, "--out", pictures / "walk.png")
        words = ("--input", asked, "--in", "digits", "--count", 9, "--out", asked / "search.png")
        _python("recipes.autoencoder.search", "--run", run, *words)
        shutil.copy(asked / "search.png", pictures / "search.png")
    shown = {"nats": [f"autoencoder/{term}" for term in ("reconstruction", "divergence")]}
    save(curves({"digits": run}, shown), pictures / "curves.png")


#: Headings of two pictures a row.
DECODED = ("real", "reconstructed", "from noise", "real", "reconstructed", "from noise")


def simgan() -> None:
    """Eyes before and after, beside real ones, and what the game looks like without its parts."""
    pictures = ROOT / "recipes" / "simgan" / "pictures"
    run, *_ = trained("simgan", "eyes")
    # Eyes of 55×35 pixels stand on a sheet twice as large.
    rows = _two_across(sheets.tiles_of(run / "samples" / "latest.png", (70, 110)))
    heads = 2 * ("simulated", "refined", "a real one")
    save(sheets.headed(rows, heads, tile=70), pictures / "samples.png")
    shown = {
        "adversarial": LOSSES["losses"],
        "weighted": ["generator/self-regularisation"],
    }
    save(curves({"eyes": run}, shown), pictures / "curves.png")


def pix2pix() -> None:
    """Façades with and without an adversary, and photographs where they are to be had."""
    pictures = ROOT / "recipes" / "pix2pix" / "pictures"
    run, alone = trained("pix2pix", "facades")
    with_d, without = (translations(r / "samples" / "latest.png", 64, 3) for r in (run, alone))
    save(sheets.headed(_two_across(with_d[:6]), TRANSLATED), pictures / "samples.png")
    save(against_l1(with_d, without), pictures / "l1.png")
    both = {"with D": run, "L1 alone": alone}
    shown = {"L1, weighted": ["generator/l1"], "D's accuracy": LOSSES["D's pairwise accuracy"]}
    save(curves(both, shown), pictures / "curves.png")
    _real("pix2pix", "photographs", pictures / "photographs.png", 64, 3, {1: ""})
    if photographs := FACADES.run():
        rows = translations(photographs / "samples" / "latest.png", 128, 3)
        save(made_alone(rows, {1: ""}, 8), pictures / "facades128.webp")


#: Headings of two pairs a row.
TRANSLATED = ("label map", "made", "real", "label map", "made", "real")


def translations(sheet: Path, side: int, columns: int) -> list[list[np.ndarray]]:
    """The rows of a translator's sheet: what belongs to each input, `columns` pictures."""
    flat = _tiles(sheet, side)
    return [flat[i : i + columns] for i in range(0, len(flat) - columns + 1, columns)]


def _two_across(rows: list[list[np.ndarray]]) -> list[list[np.ndarray]]:
    return [[*first, *second] for first, second in zip(rows[::2], rows[1::2], strict=True)]


def against_l1(with_d: list, without: list, count: int = 4) -> Image.Image:
    """The same label maps with an adversary, without one, and as they were drawn."""
    rows = [[w[0], w[1], o[1], w[2]] for w, o in zip(with_d, without, strict=True)]
    return sheets.headed(rows[:count], ("label map", "L1 and adversary", "L1 alone", "real"))


def cyclegan() -> None:
    """Seasons; fruit and paintings where they are to be had."""
    pictures = ROOT / "recipes" / "cyclegan" / "pictures"
    run, _ = trained("cyclegan", "seasons")
    rows = translations(run / "samples" / "latest.png", 64, 6)
    save(sheets.headed(rows[:4], SEASONS), pictures / "samples.png")
    shown = {
        "adversarial": LOSSES["losses"],
        "weighted": ["generator/cycle", "generator/identity"],
    }
    save(curves({"seasons": run}, shown), pictures / "curves.png")
    # What came back stands for what went in.
    words = {2: "painting, back", 1: "→ photo", 5: "photo, back", 4: "→ painting"}
    _real("cyclegan", "monet2photo", pictures / "paintings.png", 64, 6, words)
    if paintings := MONET.run():
        rows = translations(paintings / "samples" / "latest.png", 128, 6)
        save(made_alone(rows, words, 5), pictures / "monet128.webp")
    if fruits := FRUITS.run():
        rows = translations(fruits / "samples" / "latest.png", 128, 6)
        words = {2: "apple, back", 1: "→ orange", 5: "orange, back", 4: "→ apple"}
        save(made_alone(rows, words, 5), pictures / "apple2orange.webp")


#: Headings of CycleGAN's rows.
SEASONS = ("summer", "→ winter", "→ back", "winter", "→ summer", "→ back")


def style_transfer() -> None:
    """Worlds in one manner by each method, and five photographs in the manner of five paintings.

    PAINTINGS=FOLDER names a folder with `content` and `style`, five pictures each; VGG16=FILE the
    weights with which the same sheet is made once more. Each takes about half an hour.
    """
    pictures = ROOT / "recipes" / "style_transfer" / "pictures"
    made = []
    for name in ("adversarial", "optimise", "feedforward"):
        run, *_ = trained("style_transfer", name)
        made.append(translations(run / "samples" / "latest.png", 64, 2)[:6])
        if name == "adversarial":
            save(curves({"one painting": run}, LOSSES), pictures / "curves.png")
    rows = [[one[0][0], *(each[1] for each in one)] for one in zip(*made, strict=True)]
    heads = ("content", "adversarial", "optimise", "feedforward")
    save(sheets.headed(rows, heads), pictures / "methods.png")
    place = os.environ.get("PAINTINGS")
    if not place:
        print("sheet.webp stays as it is: PAINTINGS=FOLDER names the pictures", file=sys.stderr)
        return
    save_paintings(Path(place), (), pictures / "sheet.webp")
    if file := os.environ.get("VGG16"):
        words = ("--features", "vgg16", "--vgg", file)
        save_paintings(Path(place), words, pictures / "sheet_vgg16.webp")
    else:
        print("sheet_vgg16.webp stays as it is: VGG16=FILE names the weights", file=sys.stderr)


def save_paintings(place: Path, words: tuple[str, ...], path: Path, side: int = 256) -> None:
    """A sheet of every content of a folder in the manner of every painting of it.

    It holds what was made alone: photographs and paintings may not be ours to pass on, and are
    named by their files.

    Args:
        place: A folder with `content` and `style`.
        words: Further words for infer.
        path: The sheet. What is made lies in a folder of its name, and is not made twice.
        side: Pixels of a picture's longer side.
    """
    contents, styles = (sorted((place / name).glob("*.jpg")) for name in ("content", "style"))
    folder = RUNS / f"style_transfer-{path.stem}"
    folder.mkdir(parents=True, exist_ok=True)
    reduced = []
    for file in contents:
        with Image.open(file) as picture:
            small = picture.convert("RGB")
            small.thumbnail((side, side), Image.Resampling.LANCZOS)
        reduced.append(folder / f"{file.stem}.png")
        small.save(reduced[-1])
    rows = []
    for painting in styles:
        row = []
        for file in reduced:
            out = folder / f"{file.stem}-{painting.stem}.png"
            if not out.exists():
                words_of_one = ("--content", file, "--style", painting, "--out", out, *words)
                _python("recipes.style_transfer.infer", *words_of_one)
            row.append(_square(out))
        rows.append(row)
    heads, names = ([_titled(file) for file in files] for files in (contents, styles))
    save(sheets.headed(rows, heads, names), path)


def _titled(file: Path) -> str:
    """A file's name without its year, in words."""
    return re.sub(r"[_-]+|\d{4}", " ", file.stem).strip()


def _square(file: Path, side: int = 160) -> np.ndarray:
    """The middle of a picture, uint8 side×side×3."""
    with Image.open(file) as picture:
        return np.asarray(fitted(picture.convert("RGB"), side))


def _real(
    recipe: str, name: str, path: Path, side: int, columns: int, made: dict[int, str]
) -> None:
    """What was made in the last sheet of a trial on data that may not be there."""
    why = missing(recipe, name)
    if why:
        print(f"{path.name} stays as it is: {why}", file=sys.stderr)
        return
    run, _ = trained(recipe, name)
    rows = translations(run / "samples" / "latest.png", side, columns)
    save(made_alone(rows, made, 6), path)


def made_alone(rows: list, made: dict[int, str], count: int, across: int = 3) -> Image.Image:
    """What a network made of photographs, without the photographs: they are not ours to pass on.

    Args:
        rows: A translator's, as of `translations`.
        made: Which of their columns to show, in this order, and the heading of each.
        count: How many rows.
        across: How many pictures beside each other, where it is one column.
    """
    shown = [[row[column] for column in made] for row in rows[:count]]
    if len(made) > 1:
        return sheets.headed(shown, list(made.values()))
    flat = [tile for row in shown for tile in row]
    shown = [flat[i : i + across] for i in range(0, len(flat) - across + 1, across)]
    return sheets.headed(shown, [""] * across)


def _python(*words) -> None:
    subprocess.run([sys.executable, "-m", *map(str, words)], cwd=ROOT, check=True)


def voxel_gan() -> None:
    """Furniture out of noise, turning, and what is predicted from views of it."""
    pictures = ROOT / "recipes" / "voxel_gan" / "pictures"
    plain, ungated = trained("voxel_gan", "furniture")
    views, _ = trained("voxel_gan", "views")
    for flags, file in (
        (("--count", 20), "shapes.png"),
        (("--count", 6), "turning.webp"),
        (("--interpolate", 4), "morph.png"),
    ):
        _python("recipes.voxel_gan.infer", "--run", plain, *flags, "--out", pictures / file)
    rows = translations(views / "predicted.png", 96, 3)
    save(sheets.headed(_two_across(rows), VIEWS), pictures / "predicted.png")
    shown = {"adversarial": LOSSES["losses"], "D": ["discriminator/accuracy"]}
    save(curves({"with gate": plain, "without": ungated}, shown), pictures / "curves.png")


def siamese() -> None:
    """Faces that were never seen, in the plane of their embeddings; how the losses go."""
    pictures = ROOT / "recipes" / "siamese" / "pictures"
    run, _ = trained("siamese", "faces")
    with Image.open(run / "plane.png") as plane:
        save(plane.copy(), pictures / "plane.webp")
    shown = {"triplet": ["encoder/triplet"], "semi-hard": ["encoder/semi_hard"]}
    save(curves({"faces": run}, shown), pictures / "curves.png")


def siamese_gan() -> None:
    """Houses beside the plane of their vectors, and what a vector of one number is."""
    pictures = ROOT / "recipes" / "siamese_gan" / "pictures"
    save(one_number(), pictures / "length1.png")
    run, _ = trained("siamese_gan", "houses")
    frames = [
        with_plane(Image.open(frame), int(frame.stem.removeprefix("step-")))
        for frame in sorted((run / "samples").glob("step-*.png"))
    ]
    save_growth(frames, RUNS / "frames" / "siamese_gan.webp")
    shutil.copy(RUNS / "frames" / "siamese_gan.webp", pictures / "plane.webp")
    with Image.open(run / "samples" / "latest.png") as sheet:
        # Eight pictures a row, of 64 pixels each, with gaps of 2; the plane is to their right.
        alone = RUNS / "frames" / "siamese_gan.png"
        save(sheet.crop((0, 0, 8 * 66 - 2, 8 * 66 - 2)), alone)
    made = [tile[::2, ::2] for tile in _tiles(alone, 64)]
    save(beside_real(made, "houses", 32, rows=4, each=4), pictures / "samples.png")
    shown = {
        "from the point": [f"discriminator/{kind}_distance" for kind in ("real", "fake")],
        "D's pairwise accuracy": LOSSES["D's pairwise accuracy"],
    }
    save(curves({"houses": run}, shown), pictures / "curves.png")


def with_plane(sheet: Image.Image, step: int) -> Image.Image:
    """Eighteen pictures of a sheet and the plane beside them, under their step."""
    whole = sheet.convert("RGB")
    across, high = 3 * 66 - 2, 6 * 66 - 2
    both = Image.new("RGB", (across + 400, 400), "white")
    both.paste(whole.crop((0, 0, across, high)), (0, 3))
    both.paste(whole.crop((whole.width - 400, 0, whole.width, 400)), (across, 0))
    return sheets.titled(both, f"step {step:,}")


def one_number() -> Image.Image:
    """What D minimises for fake pictures with a vector of one number, beside LSGAN's."""
    from common.loss import LeastSquares
    from common.vectors import Anchored

    anchored, lsgan = Anchored(margin=1.0), LeastSquares()
    vectors = np.linspace(-1.5, 2, 141, dtype=np.float32)
    losses = {
        "margin": [float(anchored.discriminator(0 * v, v)) for v in vectors[:, None, None]],
        # Real pictures at 0 and fake ones at 1, without the ½.
        "LSGAN": [2 * float(lsgan.discriminator(1 + 0 * v, 1 - v)) for v in vectors],
    }
    figure = new_figure(7, 3)
    left, right = figure.subplots(1, 2)
    for (name, loss), style in zip(losses.items(), ("-", "--"), strict=True):
        left.plot(vectors, loss, style, label=name)
        right.plot(vectors, np.gradient(loss, vectors), style, label=name)
    left.set(title="D's loss for a fake picture", xlabel="D(G(z))", ylim=(0, 6.5))
    right.set(title="its slope", xlabel="D(G(z))")
    left.legend()
    return to_picture(figure)


def travelgan() -> None:
    """Apples and oranges, apples and bananas, and the lengths of differences."""
    pictures = ROOT / "recipes" / "travelgan" / "pictures"
    run, _ = trained("travelgan", "fruit")
    rows = translations(run / "samples" / "latest.png", 64, 4)
    heads = ("apples", "→ oranges", "oranges", "→ apples")
    save(sheets.headed(rows[:6], heads), pictures / "samples.png")
    one, alone = trained("travelgan", "one")
    shown = {
        "adversarial": LOSSES["losses"],
        "weighted": [f"siamese/{term}" for term in ("margin", "euclidean", "cosine")],
    }
    save(curves({"fruit": run}, shown), pictures / "curves.png")
    unfloored = one.with_name(f"{one.name}-no-floor")
    ratios = {"‖v′‖ / ‖v‖": ["siamese/length_ratio", "discriminator/length_ratio"]}
    runs = {"three networks": run, "one": one, "one, no floor": unfloored}
    save(curves(runs, ratios), pictures / "ratio.png")
    both = [missing("travelgan", name) for name in ("bananas", "one-bananas")]
    if why := next(filter(None, both), ""):
        print(f"bananas.png stays as it is: {why}", file=sys.stderr)
    else:
        save_bananas(pictures / "bananas.png")
    words = {1: "→ motorbike", 3: "→ aeroplane"}
    _real("travelgan", "planes", pictures / "planes.webp", 64, 4, words)


def save_bananas(path: Path) -> None:
    """The same apples as bananas, by three networks and by one discriminator's."""
    three, one = (trained("travelgan", name)[0] for name in ("bananas", "one-bananas"))
    rows = zip(
        translations(three / "samples" / "latest.png", 64, 4),
        translations(one / "samples" / "latest.png", 64, 2),
        strict=True,
    )
    shown = [[first[0], first[1], second[1]] for first, second in rows]
    save(sheets.headed(shown[:6], ("apples", "TraVeLGAN", "one")), path)


def sdgan() -> None:
    """One identity in many observations, made ones and photographs; walks, and an inversion."""
    pictures = ROOT / "recipes" / "sdgan" / "pictures"
    run, single = trained("sdgan", "faces")
    for flags, file in (
        (("--identities", 6, "--observations", 8), "faces.webp"),
        (("--walk", "identity", "--identities", 3), "who.webp"),
        (("--walk", "observation", "--identities", 3), "how.webp"),
    ):
        _python("recipes.sdgan.infer", "--run", run, *flags, "--out", pictures / file)
    # People whom the run never saw, and others whose observations are taken.
    people = data.find("faces").world.draw(np.arange(0, 32, 4), 64, split="test").samples
    with tempfile.TemporaryDirectory() as place:
        for name, some in (("who", people[:4]), ("how", people[4:])):
            (Path(place) / name).mkdir()
            for number, picture in enumerate(some):
                save(Image.fromarray(picture), Path(place) / name / f"{number}.png")
        asked = ("--input", Path(place) / "who", "--observed-as", Path(place) / "how")
        _python("recipes.sdgan.infer", "--run", run, *asked, "--out", pictures / "inverted.webp")
    shown = {"losses": LOSSES["losses"]}
    both = {"pairs": run, "single pictures": single}
    save(curves(both, shown), pictures / "curves.png")
    balanced, _ = trained("sdgan", "began")
    _python("recipes.sdgan.infer", "--run", balanced, "--out", pictures / "began.webp")
    balance = {"k": ["discriminator/balance"], "M": ["discriminator/convergence"]}
    save(curves({"SD-BEGAN": balanced}, balance), pictures / "balance.png")
    if why := missing("sdgan", "lfw"):
        print(f"the sheet of photographs stays as it is: {why}", file=sys.stderr)
        return
    photographed, _ = trained("sdgan", "lfw")
    _python("recipes.sdgan.infer", "--run", photographed, "--out", pictures / "photographs.webp")


def stylegan() -> None:
    """Faces with others' styles, under other noise, truncated, walking, and made to smile."""
    pictures = ROOT / "recipes" / "stylegan" / "pictures"
    run, *_ = trained("stylegan", "faces")
    infer = ("recipes.stylegan.infer", "--run", run)
    for flags, file in (
        (("--mixing", 5), "mixing.png"),
        (("--noises", 6), "noises.png"),
        (("--walk", 90), "walk.webp"),
        (("--edit", "smiling=2", "--count", 16), "edited.png"),
    ):
        _python(*infer, *flags, "--out", pictures / file)
    with tempfile.TemporaryDirectory() as place:
        rows = []
        for psi in (1, 0.7, 0.5, 0):
            file = Path(place) / f"{psi}.png"
            _python(*infer, "--truncation", psi, "--count", 8, "--out", file)
            rows.append(_tiles(file, 64)[:8])
        names = [f"ψ = {psi}" for psi in (1, 0.7, 0.5, 0)]
        save(sheets.headed(rows, [""] * 8, names), pictures / "truncation.png")
    if photographs := PORTRAITS.run():
        # Made alone: people who were photographed are not shown.
        flags = ("--mixing", 4, "--out", pictures / "portraits.webp")
        _python("recipes.stylegan.infer", "--run", photographs, *flags)
    shown = LOSSES | {"R1": ["discriminator/r1"]}
    save(curves({"faces": run}, shown), pictures / "curves.png")


#: Headings of two views a row.
VIEWS = ("view", "predicted", "true", "view", "predicted", "true")

#: The chapters in their order, and what makes their pictures.
CHAPTERS: dict[str, Callable[[], None]] = {
    make.__name__: make
    for make in (
        *(data_prep, first_gan, dcgan, cgan, autoencoder, pix2pix),
        *(cyclegan, simgan, style_transfer, voxel_gan, siamese, siamese_gan, travelgan),
        *(sdgan, stylegan),
    )
}

if __name__ == "__main__":
    sys.exit(run_program(main))
