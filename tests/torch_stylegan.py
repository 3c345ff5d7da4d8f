"""StyleGAN and StyleGAN2 as PyTorch's users write them, to measure ours against (`make bench`).

The same networks, sizes, penalties and order of steps, in eager float32; nothing here is used for
anything else.
"""

from __future__ import annotations

import copy
import math

import torch
from torch import nn
from torch.nn import functional as F

ROOT_2 = math.sqrt(2)


def _leaky(x):
    return F.leaky_relu(x, 0.2)


class Dense(nn.Module):
    """Dense layer with an equalised rate."""

    def __init__(self, before, after, gain=ROOT_2, multiplier=1.0, bias_gain=1.0):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(after, before) / multiplier)
        self.bias = nn.Parameter(torch.zeros(after))
        self.scale = gain / math.sqrt(before) * multiplier
        self.multiplier = multiplier * bias_gain

    def forward(self, x):
        """x·W + b."""
        return F.linear(x, self.weight * self.scale, self.bias * self.multiplier)


class Convolution(nn.Module):
    """Convolution with an equalised rate; what doubles or halves comes before or after it."""

    def __init__(
        self, before, after, kernel=3, gain=ROOT_2, scale="same", bias=True, bias_gain=1.0
    ):
        super().__init__()
        self.bias_gain = bias_gain
        self.weight = nn.Parameter(torch.randn(after, before, kernel, kernel))
        self.bias = nn.Parameter(torch.zeros(after)) if bias else None
        self.factor, self.scale = gain / math.sqrt(before * kernel * kernel), scale
        self.padding = 0 if scale == "half" else kernel // 2

    def forward(self, x):
        """Maps N×C×H×W."""
        if self.scale == "up":
            x = F.interpolate(x, scale_factor=2)
        stride = 2 if self.scale == "half" else 1
        bias = None if self.bias is None else self.bias * self.bias_gain
        x = F.conv2d(x, self.weight * self.factor, bias, stride, self.padding)
        return F.avg_pool2d(x, 2) if self.scale == "down" else x


class Modulated(nn.Module):
    """StyleGAN2's convolution: a kernel for each sample, all in one grouped call."""

    def __init__(self, before, after, style, kernel=3, up=False, demodulate=True):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(after, before, kernel, kernel))
        self.style = Dense(style, before, 1.0)
        self.up, self.demodulate, self.padding = up, demodulate, kernel // 2
        self.factor = 1 / math.sqrt(before * kernel * kernel)

    def forward(self, x, w):
        """Maps N×C×H×W and styles N×L."""
        count, before, height, width = x.shape
        kernels = self.weight * self.factor * (self.style(w) + 1)[:, None, :, None, None]
        if self.demodulate:
            norms = kernels.square().sum((2, 3, 4), keepdim=True)
            kernels = kernels * torch.rsqrt(norms + 1e-8)
        x = x.reshape(1, count * before, height, width)
        if self.up:
            kernels = kernels.transpose(1, 2).flatten(0, 1)
            x = F.conv_transpose2d(x, kernels, stride=2, groups=count)
        else:
            x = F.conv2d(x, kernels.flatten(0, 1), padding=self.padding, groups=count)
        return x.view(count, -1, *x.shape[2:])


def blur(x, taps=(1, 2, 1), pad=(1, 1), gain=1.0):
    """Filter by a binomial kernel."""
    taps = torch.tensor(taps, dtype=x.dtype)
    kernel = torch.outer(taps, taps) * (gain / taps.sum() ** 2)
    channels = x.shape[1]
    x = F.pad(x, (*pad, *pad))
    return F.conv2d(x, kernel.expand(channels, 1, *kernel.shape), groups=channels)


class Mapping(nn.Module):
    """From z to w."""

    def __init__(self, config):
        super().__init__()
        size, rate = config.latent_size, config.mapping_multiplier
        biased = {"bias_gain": ROOT_2 if config.generation == 2 else 1.0}
        layers = range(config.mapping_layers)
        dense = [Dense(size, size, multiplier=rate, **biased) for _ in layers]
        self.dense = nn.ModuleList(dense)

    def forward(self, z):
        """Latents N×L."""
        w = z * torch.rsqrt(z.square().mean(1, keepdim=True) + 1e-8)
        for layer in self.dense:
            w = _leaky(layer(w))
        return w


class Synthesis(nn.Module):
    """The first generation's synthesis network."""

    def __init__(self, config):
        super().__init__()
        self.sizes = config.map_sizes
        widths = [config.width_at(size) for size in self.sizes]
        self.constant = nn.Parameter(torch.ones(1, widths[0], 4, 4))
        self.convolutions = nn.ModuleList(
            Convolution(a, b, scale="up" if index % 2 else "same", bias=False)
            for index, (a, b) in enumerate(zip(widths, widths[1:], strict=False))
        )
        self.styles = nn.ModuleList(Dense(config.latent_size, 2 * w, 1.0) for w in widths)
        self.scales = nn.ParameterList(torch.zeros(1, w, 1, 1) for w in widths)
        self.biases = nn.ParameterList(torch.zeros(1, w, 1, 1) for w in widths)
        self.colours = Convolution(widths[-1], 3, 1, 1.0)

    def forward(self, styles):
        """Styles N×layers×L; noise is drawn here."""
        x = self.constant.expand(len(styles), -1, -1, -1)
        for index, size in enumerate(self.sizes):
            if index:
                x = self.convolutions[index - 1](x)
                x = x if index % 2 else blur(x)
            noise = torch.randn(len(styles), 1, size, size)
            x = _leaky(x + noise * self.scales[index] + self.biases[index])
            scale, shift = self.styles[index](styles[:, index])[..., None, None].chunk(2, 1)
            x = F.instance_norm(x, eps=1e-8) * (scale + 1) + shift
        return self.colours(x)


class ModulatedSynthesis(nn.Module):
    """The second generation's synthesis network."""

    def __init__(self, config):
        super().__init__()
        self.sizes, style = config.map_sizes, config.latent_size
        widths = [config.width_at(4), *(config.width_at(size) for size in self.sizes)]
        self.constant = nn.Parameter(torch.randn(1, widths[0], 4, 4))
        self.convolutions = nn.ModuleList(
            Modulated(a, b, style, up=index % 2 == 1)
            for index, (a, b) in enumerate(zip(widths, widths[1:], strict=False))
        )
        self.scales = nn.ParameterList(torch.zeros(1) for _ in self.sizes)
        self.biases = nn.ParameterList(torch.zeros(1, w, 1, 1) for w in widths[1:])
        self.colours = nn.ModuleList(
            Modulated(w, 3, style, 1, demodulate=False) for w in widths[1::2]
        )
        self.colour_biases = nn.ParameterList(torch.zeros(1, 3, 1, 1) for _ in widths[1::2])

    def forward(self, styles):
        """Styles N×layers×L; noise is drawn here."""
        x, picture = self.constant.expand(len(styles), -1, -1, -1), None
        for index, size in enumerate(self.sizes):
            x = self.convolutions[index](x, styles[:, index])
            if index % 2:
                x = blur(x, (1, 3, 3, 1), gain=4)
            noise = torch.randn(len(styles), 1, size, size)
            x = _leaky(x + noise * self.scales[index] + self.biases[index]) * math.sqrt(2)
            if index % 2 == 0:
                level = index // 2
                more = self.colours[level](x, styles[:, index + 1]) + self.colour_biases[level]
                picture = more if picture is None else _doubled(picture) + more
        return picture


def _doubled(picture):
    zeros = picture.new_zeros(*picture.shape[:2], 2 * picture.shape[2], 2 * picture.shape[3])
    zeros[:, :, ::2, ::2] = picture
    return blur(zeros, (1, 3, 3, 1), (2, 1), gain=4)


class Discriminator(nn.Module):
    """Both generations' discriminators."""

    def __init__(self, config):
        super().__init__()
        self.second, self.group = config.generation == 2, config.deviation_group
        biased = {"bias_gain": ROOT_2 if self.second else 1.0}
        self.first = Convolution(3, config.width_at(config.image_size), 1, **biased)
        self.levels = nn.ModuleList()
        down = "half" if self.second else "down"
        for size in reversed(config.resolutions[1:]):
            a, b = config.width_at(size), config.width_at(size // 2)
            parts = [Convolution(a, a, **biased), Convolution(a, b, scale=down, **biased)]
            if self.second:
                parts.append(Convolution(a, b, 1, 1.0, "half", bias=False))
            self.levels.append(nn.ModuleList(parts))
        last = config.width_at(4)
        self.convolution = Convolution(last + 1, last, **biased)
        self.dense = nn.Sequential(Dense(16 * last, config.widest, **biased))
        self.logit = Dense(config.widest, 1, 1.0)

    def forward(self, picture):
        """Logits N×1."""
        x = _leaky(self.first(picture))
        for level in self.levels:
            y = _leaky(level[0](x))
            if self.second:
                y = _leaky(level[1](blur(y, (1, 3, 3, 1), (2, 2))))
                x = (y + level[2](blur(x, (1, 3, 3, 1)))) / math.sqrt(2)
            else:
                x = _leaky(level[1](blur(y)))
        groups = x.view(-1, self.group, *x.shape[1:])
        deviation = (groups.var(1, unbiased=False) + 1e-8).sqrt().mean((1, 2, 3))
        maps = deviation.repeat_interleave(self.group)[:, None, None, None].expand(-1, 1, 4, 4)
        x = _leaky(self.convolution(torch.cat([x, maps], 1)))
        return self.logit(_leaky(self.dense(x.flatten(1))))


class StyleGAN:
    """Both networks and their step, with the penalties that a configuration asks for."""

    def __init__(self, config):
        self.config, self.steps, self.usual = config, 0, torch.zeros(())
        self.mapping = Mapping(config)
        self.synthesis = (ModulatedSynthesis if config.generation == 2 else Synthesis)(config)
        self.discriminator = Discriminator(config)
        self.average = copy.deepcopy(nn.ModuleList([self.mapping, self.synthesis]))
        parameters = [*self.mapping.parameters(), *self.synthesis.parameters()]
        self.g_optimizer = torch.optim.Adam(parameters, 1e-3, (0.0, 0.99), 1e-8)
        self.d_optimizer = torch.optim.Adam(
            self.discriminator.parameters(), 1e-3, (0.0, 0.99), 1e-8
        )

    def styles(self, count):
        """Styles of two latents, mixed."""
        config = self.config
        w, w_2 = (self.mapping(torch.randn(count, config.latent_size)) for _ in range(2))
        cut = torch.randint(1, config.style_layers, ())
        above = (torch.arange(config.style_layers) >= cut)[None, :, None]
        return torch.where(above, w_2[:, None], w[:, None])

    def step(self, real):
        """Update each network once, and what is due of the penalties."""
        config = self.config
        fake = self.synthesis(self.styles(len(real)))
        every_step = config.r1_every == 1
        real = real.detach().requires_grad_(every_step)
        logits = self.discriminator(real)
        loss = F.softplus(-logits).mean() + F.softplus(self.discriminator(fake.detach())).mean()
        if every_step:
            loss = loss + self._r1(logits, real)
        _learn(self.d_optimizer, loss)
        if not every_step and self.steps % config.r1_every == 0:
            seen = real.detach().requires_grad_(True)
            _learn(self.d_optimizer, config.r1_every * self._r1(self.discriminator(seen), seen))
        self.discriminator.requires_grad_(False)
        _learn(self.g_optimizer, F.softplus(-self.discriminator(fake)).mean())
        self.discriminator.requires_grad_(True)
        if config.path_length and self.steps % config.path_length_every == 0:
            _learn(self.g_optimizer, config.path_length_every * self._path(len(real) // 2))
        with torch.no_grad():
            now = [*self.mapping.parameters(), *self.synthesis.parameters()]
            for mine, theirs in zip(self.average.parameters(), now, strict=True):
                mine.lerp_(theirs, 1 - config.averaging)
        self.steps += 1
        return float(loss.detach())

    def _r1(self, logits, real):
        (slope,) = torch.autograd.grad(logits.sum(), real, create_graph=True)
        return self.config.r1 / 2 * slope.square().sum((1, 2, 3)).mean()

    def _path(self, count):
        styles = self.styles(count)
        picture = self.synthesis(styles)
        y = torch.randn_like(picture) / self.config.image_size
        (slope,) = torch.autograd.grad((picture * y).sum(), styles, create_graph=True)
        lengths = slope.square().sum(2).mean(1).sqrt()
        usual = self.usual.lerp(lengths.mean(), 0.01)
        self.usual = usual.detach()
        return self.config.path_length * (lengths - usual).square().mean()


def _learn(optimizer, loss):
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
