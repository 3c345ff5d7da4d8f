"""Make shapes with a trained 3D-GAN: `python -m recipes.voxel_gan.infer --help`."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from common.commands.infer import LatentFlags, from_latents, main
from common.commands.made import names_folder
from common.run.loaded import LoadedRun
from common.translation.fitted import MOST, read_fitted
from data.errors import Refused
from data.surfaces import check_writable

from .config import Config
from .shapes import SHAPE_ENDINGS, Shapes


@dataclass
class Flags(LatentFlags):
    """Make shapes with the networks of a run; all else is known from the run's folder."""

    out: Path | None = None
    """A file, whose ending says what: .png (a sheet), .webp (turning), .npz (arrays), .obj, .ply,
    .stl or .glb (a mesh); or a folder for all of these of each shape; None: a sheet in the run's
    folder."""
    count: int = 25
    """Number of shapes."""
    input: str | None = None
    """A picture or a folder of pictures: predict a shape from each, with a run that has an
    encoder."""
    mesh: Literal["obj", "ply", "stl", "glb"] = "obj"
    """Format of the meshes in a folder --out."""

    endings = SHAPE_ENDINGS
    pictured = ("voxels",)

    def check(self, loaded: LoadedRun) -> None:
        """As `LatentFlags.check`."""
        super().check(loaded)
        if self.count > MOST:
            raise Refused(f"--count {self.count}: legal is 1 to {MOST}")
        if self.out is not None:
            check_writable(f".{self.mesh}" if names_folder(self.out) else self.out.suffix)
        if self.input is None:
            return
        if "encoder" not in loaded.networks:
            raise Refused(
                f"--input: {self.run} learned shapes alone; legal with a run that has an encoder "
                "(python -m recipes.voxel_gan.train views)"
            )
        for flag in ("interpolate", "arithmetic", "numbered"):
            if getattr(self, flag):
                raise Refused(f"--{flag} and --input: legal is one of them")

    def title(self, kind: str) -> str:
        """As `LatentFlags.title`: "shapes", or "predicted" from pictures."""
        if self.input is not None:
            return "predicted"
        title = super().title(kind)
        return "shapes" if title == kind else title


def make(loaded: LoadedRun, flags: Flags) -> Shapes:
    """Make shapes from latents, or predict them from pictures.

    Raises:
        Refused: a network's file is damaged, or there is no picture that can be read.
    """
    if flags.input is None:
        made = from_latents(loaded, flags)
        kept = (made.samples, made.inputs, "shapes", made.title, made.columns, made.numbered)
        return Shapes(*kept, mesh=f".{flags.mesh}")
    config = loaded.config
    size, channels = config.input_size, config.input_channels
    levels = loaded.levels("input")
    names, pictures = read_fitted(flags.input, size, channels, config.fit, levels=levels)
    # Only now the slow import; the networks come first, as they import TensorFlow quietly.
    generator, encoder = loaded.network("generator"), loaded.network("encoder")
    from .predict import predict

    shapes = predict(encoder, generator, pictures)
    title = flags.title("voxels")
    return Shapes(shapes, {"input": pictures}, title=title, mesh=f".{flags.mesh}", names=names)


if __name__ == "__main__":
    sys.exit(main(__file__, Config, make, Flags))
