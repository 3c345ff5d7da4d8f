"""Pix2Pix and CycleGAN as PyTorch's users write them, to measure ours against (`make bench`).

The same networks, sizes and order of steps: eager in float32, or tuned as PyTorch's guide says for
processors: compiled, channels last, bfloat16 by autocast. Nothing here is used for anything else.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable

import torch
from torch import nn


def _convolution(before, after, kernel, stride, padding, bias=True):
    return nn.Conv2d(before, after, kernel, stride, padding, bias=bias)


def _adam(*models):
    parameters = itertools.chain(*(model.parameters() for model in models))
    return torch.optim.Adam(parameters, 2e-4, (0.5, 0.999))


def _learn(optimizer, loss):
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()


def _asked(model, wanted):
    for parameter in model.parameters():
        parameter.requires_grad_(wanted)


def _running(model: nn.Module, tuned: bool) -> Callable:
    """How a model is run: as it is, or compiled."""
    if not tuned:
        return model
    compiled = torch.compile(model.to(memory_format=torch.channels_last))

    def run(x):
        with torch.autocast("cpu", torch.bfloat16):
            return compiled(x.contiguous(memory_format=torch.channels_last)).float()

    return run


class UNet(nn.Module):
    """256 pixels to one and back (Isola et al. 2017)."""

    def __init__(self, width=64, levels=8):
        super().__init__()
        widths = [width * min(2**level, 8) for level in range(levels)]
        self.down, self.up = nn.ModuleList(), nn.ModuleList()
        for level, after in enumerate(widths):
            before = widths[level - 1] if level else 3
            layers = [] if level == 0 else [nn.LeakyReLU(0.2)]
            layers.append(_convolution(before, after, 4, 2, 1, bias=False))
            if 0 < level < levels - 1:
                layers.append(nn.BatchNorm2d(after))
            self.down.append(nn.Sequential(*layers))
        for number, after in enumerate([*widths[-2::-1], 3]):
            before = widths[-1 - number] * (1 if number == 0 else 2)
            last = number == levels - 1
            layers = [nn.ReLU(), nn.ConvTranspose2d(before, after, 4, 2, 1, bias=last)]
            layers += [nn.Tanh()] if last else [nn.BatchNorm2d(after)]
            layers += [nn.Dropout(0.5)] if number < 3 else []
            self.up.append(nn.Sequential(*layers))

    def forward(self, x):
        """Down, keeping every map; up, taking them in again."""
        maps = []
        for down in self.down:
            x = down(x)
            maps.append(x)
        for number, up in enumerate(self.up):
            x = up(x if number == 0 else torch.cat([x, maps[-1 - number]], 1))
        return x


def patchgan(channels, norm, width=64):
    """The 70×70 PatchGAN; instance norm has no parameters, so its layers have biases."""
    bias = norm is nn.InstanceNorm2d
    layers = [_convolution(channels, width, 4, 2, 1), nn.LeakyReLU(0.2)]
    for times, stride in ((2, 2), (4, 2), (8, 1)):
        layers.append(_convolution(width * times // 2, width * times, 4, stride, 1, bias=bias))
        layers += [norm(width * times), nn.LeakyReLU(0.2)]
    return nn.Sequential(*layers, _convolution(width * 8, 1, 4, 1, 1))


class Block(nn.Module):
    """A residual block with reflected borders."""

    def __init__(self, width):
        super().__init__()
        self.layers = nn.Sequential(
            *(nn.ReflectionPad2d(1), _convolution(width, width, 3, 1, 0)),
            *(nn.InstanceNorm2d(width), nn.ReLU()),
            *(nn.ReflectionPad2d(1), _convolution(width, width, 3, 1, 0)),
            nn.InstanceNorm2d(width),
        )

    def forward(self, x):
        """The sum, and nothing after it."""
        return x + self.layers(x)


def resnet(blocks, width=64):
    """c7s1-64, d128, d256, blocks, u128, u64, c7s1-3 (Zhu et al. 2017)."""
    layers = [nn.ReflectionPad2d(3), _convolution(3, width, 7, 1, 0)]
    layers += [nn.InstanceNorm2d(width), nn.ReLU()]
    for after in (2 * width, 4 * width):
        layers += [_convolution(after // 2, after, 3, 2, 1), nn.InstanceNorm2d(after), nn.ReLU()]
    layers += [Block(4 * width) for _ in range(blocks)]
    for after in (2 * width, width):
        layers.append(nn.ConvTranspose2d(2 * after, after, 3, 2, 1, output_padding=1))
        layers += [nn.InstanceNorm2d(after), nn.ReLU()]
    return nn.Sequential(*layers, nn.ReflectionPad2d(3), _convolution(width, 3, 7, 1, 0), nn.Tanh())


class Pix2Pix:
    """Pix2Pix in PyTorch: a step of the discriminator, then of the generator, on the same fake.

    Args:
        tuned: Whether to compile, with channels last and bfloat16.
    """

    def __init__(self, tuned: bool = False):
        self._d, generator = patchgan(6, nn.BatchNorm2d), UNet()
        self.g_optimizer, self.d_optimizer = _adam(generator), _adam(self._d)
        self.g, self.d = _running(generator, tuned), _running(self._d, tuned)
        self.bce = nn.BCEWithLogitsLoss()

    def step(self, given, real):
        """Losses of both."""
        fake = self.g(given)
        _asked(self._d, True)
        logits = self.d(torch.cat([real, given], 1)), self.d(torch.cat([fake.detach(), given], 1))
        d_loss = self.bce(logits[0], torch.ones_like(logits[0]))
        d_loss = d_loss + self.bce(logits[1], torch.zeros_like(logits[1]))
        _learn(self.d_optimizer, d_loss)
        _asked(self._d, False)
        logits = self.d(torch.cat([fake, given], 1))
        g_loss = self.bce(logits, torch.ones_like(logits)) + 100 * nn.functional.l1_loss(fake, real)
        _learn(self.g_optimizer, g_loss)
        return float(d_loss.detach()), float(g_loss.detach())


class CycleGAN:
    """CycleGAN in PyTorch: a step of both translators, then of both discriminators with pools.

    Args:
        blocks: Residual blocks of a translator.
        tuned: Whether to compile, with channels last and bfloat16.
    """

    def __init__(self, blocks: int, tuned: bool = False):
        translators = resnet(blocks), resnet(blocks)
        self._d = {side: patchgan(3, nn.InstanceNorm2d) for side in "ab"}
        self.g_optimizer, self.d_optimizer = _adam(*translators), _adam(*self._d.values())
        self.a_to_b, self.b_to_a = (_running(model, tuned) for model in translators)
        self.discriminators = {side: _running(model, tuned) for side, model in self._d.items()}
        self.pools = {"a": [], "b": []}

    def step(self, a, b):
        """Losses of both."""
        l1, mse = nn.functional.l1_loss, nn.functional.mse_loss
        fake_b, fake_a = self.a_to_b(a), self.b_to_a(b)
        for discriminator in self._d.values():
            _asked(discriminator, False)
        loss = 10 * (l1(self.b_to_a(fake_b), a) + l1(self.a_to_b(fake_a), b))
        loss = loss + 5 * (l1(self.a_to_b(b), b) + l1(self.b_to_a(a), a))
        for side, fake in (("a", fake_a), ("b", fake_b)):
            logits = self.discriminators[side](fake)
            loss = loss + mse(logits, torch.ones_like(logits))
        _learn(self.g_optimizer, loss)
        d_loss = 0.0
        for side, real, fake in (("a", a, fake_a), ("b", b, fake_b)):
            _asked(self._d[side], True)
            logits = (
                self.discriminators[side](real),
                self.discriminators[side](self._exchanged(side, fake)),
            )
            d_loss = d_loss + 0.5 * mse(logits[0], torch.ones_like(logits[0]))
            d_loss = d_loss + 0.5 * mse(logits[1], torch.zeros_like(logits[1]))
        _learn(self.d_optimizer, d_loss)
        return float(d_loss.detach()), float(loss.detach())

    def _exchanged(self, side, fake):
        pool, fake = self.pools[side], fake.detach()
        if len(pool) < 50:
            pool.append(fake)
        elif random.random() > 0.5:
            place = random.randrange(50)
            pool[place], fake = fake, pool[place]
        return fake


def parameters(model):
    """Trainable parameters."""
    return sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)
