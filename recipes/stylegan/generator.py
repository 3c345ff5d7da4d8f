"""StyleGAN's generator: mapping, mixing, truncation and synthesis in one model."""

import keras

from common.network import Generator

from .inputs import LATENTS
from .layers import Truncation
from .mapping import mapping_network
from .synthesis import synthesis_network


class StyleGenerator(Generator):
    """Generator whose layers are each told a style (Karras et al. 2019)."""

    def buildModel(self) -> keras.Model:
        """Build the model: two latents and noise → pictures (N, size, size, C).

        Inputs: `latent` and `latent_2` (N, L); `mix` (N, layers), 1 where a layer's style is the
        second latent's; `truncation` (N, layers), ψ; `noise`, as the synthesis network's.
        """
        config = self.config
        mapping, synthesis = mapping_network(config), self.build_synthesis()
        mean_style = Truncation(name="mean_style", dtype="float32")
        return self.assembled(mapping, mean_style, synthesis)

    def assembled(self, mapping, mean_style, synthesis) -> keras.Model:
        """Put the model together from mapping, truncation and synthesis."""
        config = self.config
        latent, latent_2 = (keras.Input((config.latent_size,), name=n) for n in LATENTS)
        mix, psi = (keras.Input((config.style_layers,), name=n) for n in ("mix", "truncation"))
        w = mapping(latent)
        styles = mean_style([mixed(w, mapping(latent_2), mix), w, psi])
        noise = [keras.Input(tensor.shape[1:], name="noise") for tensor in synthesis.inputs[1:]]
        picture = synthesis([styles, *noise])
        return keras.Model([latent, latent_2, mix, psi, *noise], picture, name="generator")

    def build_synthesis(self) -> keras.Model:
        """Build the synthesis network of the configured generation."""
        return synthesis_network(self.config)


def mixed(w, w_2, mix):
    """Styles of all layers, N×layers×L: of w where `mix` N×layers is 0, of w_2 where it is 1."""
    return w[:, None] + mix[..., None] * (w_2 - w)[:, None]
