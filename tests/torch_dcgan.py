"""DCGAN as PyTorch's users write it, to measure ours against (`make bench`).

The same networks, sizes and order of updates as `recipes.dcgan` at 64 pixels with 4×4 kernels:
eager in float32, or tuned as PyTorch's guide says for processors: compiled, channels last, bfloat16
by autocast. Nothing here is used for anything else.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

LATENT, WIDTH, SIZE = 100, 64, 64
_WIDTHS = [WIDTH * 2**step for step in range(4)]


def _started(module: nn.Module) -> nn.Module:
    for layer in module.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
            nn.init.normal_(layer.weight, 0.0, 0.02)
        elif isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d):
            nn.init.normal_(layer.weight, 1.0, 0.02)
    return module


def generator() -> nn.Module:
    """Build G: latents → 3×64×64 in [-1, 1]."""
    down = _WIDTHS[::-1]
    side = SIZE // 2 ** len(down)
    layers = [nn.Linear(LATENT, side * side * down[0], bias=False)]
    layers += [nn.BatchNorm1d(side * side * down[0]), nn.ReLU()]
    layers += [nn.Unflatten(1, (down[0], side, side))]
    for before, after in zip(down, down[1:], strict=False):
        layers += [nn.ConvTranspose2d(before, after, 4, 2, 1, bias=False)]
        layers += [nn.BatchNorm2d(after), nn.ReLU()]
    layers += [nn.ConvTranspose2d(WIDTH, 3, 4, 2, 1, bias=False), nn.Tanh()]
    return _started(nn.Sequential(*layers))


def discriminator() -> nn.Module:
    """Build D: pictures → logits."""
    layers = []
    for number, after in enumerate(_WIDTHS):
        before = _WIDTHS[number - 1] if number else 3
        layers += [nn.Conv2d(before, after, 4, 2, 1, bias=False)]
        layers += [nn.BatchNorm2d(after)] if number else []
        layers += [nn.LeakyReLU(0.2)]
    side = SIZE // 2 ** len(_WIDTHS)
    return _started(
        nn.Sequential(*layers, nn.Flatten(), nn.Linear(_WIDTHS[-1] * side * side, 1, bias=False))
    )


class DCGAN:
    """Both networks and their step.

    Args:
        tuned: Whether to compile, with channels last and bfloat16.
    """

    def __init__(self, tuned: bool):
        self._g, self._d, self._tuned = generator(), discriminator(), tuned
        self._optimizers = [
            torch.optim.Adam(model.parameters(), 2e-4, (0.5, 0.999)) for model in (self._g, self._d)
        ]
        if tuned:
            self._g = torch.compile(self._g.to(memory_format=torch.channels_last))
            self._d = torch.compile(self._d.to(memory_format=torch.channels_last))

    def step(self, real: torch.Tensor, latent: torch.Tensor) -> list[float]:
        """Update D and then G, by the non-saturating loss; returns both losses."""
        g_optimizer, d_optimizer = self._optimizers
        if self._tuned:
            real = real.contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16, enabled=self._tuned):
            fake = self._g(latent)
            d_loss = _bce(self._d(real), 1.0) + _bce(self._d(fake.detach()), 0.0)
        d_optimizer.zero_grad(set_to_none=True)
        d_loss.backward()
        d_optimizer.step()
        for parameter in self._d.parameters():
            parameter.requires_grad_(False)
        with torch.autocast("cpu", torch.bfloat16, enabled=self._tuned):
            g_loss = _bce(self._d(fake), 1.0)
        g_optimizer.zero_grad(set_to_none=True)
        g_loss.backward()
        g_optimizer.step()
        for parameter in self._d.parameters():
            parameter.requires_grad_(True)
        return [d_loss.item(), g_loss.item()]


def _bce(logits: torch.Tensor, told: float) -> torch.Tensor:
    logits = logits.float()
    return functional.binary_cross_entropy_with_logits(logits, torch.full_like(logits, told))
