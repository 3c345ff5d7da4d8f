"""Flags that other programs have for what is counted, or called, otherwise here."""

from __future__ import annotations

from common.config import Config, flag
from data.plurals import number_of


def elsewhere(config: Config) -> dict[str, str]:
    """Return such flags of a training, and what to say of each.

    Args:
        config: The recipe's settings.
    """
    size = config.batch_size
    rates = " and ".join(map(flag, config.rates()))
    epochs = (
        f"what is counted here are steps (--steps), each of --batch-size samples ({size}); an "
        f"epoch of 1000 samples is {number_of(max(1, 1000 // size), 'steps')}"
    )
    rate = f"each network has a learning rate of its own: {rates}"
    data = "where the pictures are is said by --data"
    run = "the folder of a run is said by --run"
    more = "to go on with a run: --resume DIR"
    devices = "devices are chosen by --strategy, and by CUDA_VISIBLE_DEVICES which ones"
    told = {
        epochs: ("epochs", "epoch", "n_epochs", "num_epochs", "max_epochs", "nepoch", "niter"),
        rate: ("lr", "learning_rate", "lr_g", "lr_d", "g_lr", "d_lr"),
        data: ("dataset", "dataroot", "data_dir", "data_path", "input_dir"),
        run: ("out", "outdir", "output", "output_dir", "save_dir", "checkpoints_dir", "name"),
        more: ("continue", "continue_train", "restore", "checkpoint", "ckpt"),
        devices: ("gpu", "gpus", "gpu_ids", "device"),
    }
    words = {name: advice for advice, names in told.items() for name in names}
    return {
        spelling: advice
        for name, advice in words.items()
        if not hasattr(config, name)
        for spelling in (f"--{name}", flag(name))
    }
