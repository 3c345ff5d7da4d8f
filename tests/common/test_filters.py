"""Random filters, in which pictures are compared."""

import numpy as np

from common.filters import random_filters

RNG = np.random.default_rng(0)


def test_random_filters_are_called_so_and_are_the_same_each_time():
    net, again = random_filters(3), random_filters(3)
    assert net.name == "random filters"
    picture = RNG.uniform(-1, 1, (1, 48, 64, 3)).astype(np.float32)
    maps = net(picture)
    assert [m.shape[1:3] for m in maps.values()] == [(44, 60), (20, 28), (8, 12), (2, 4)]
    np.testing.assert_array_equal(maps["scale2"], again(picture)["scale2"])
    assert not np.array_equal(maps["scale2"], random_filters(4)(picture)["scale2"])
    # Each filter has length 1, so the maps are as large as the picture's values.
    assert 0.1 < float(np.mean(maps["scale1"])) < 1
    grey = picture[..., :1]
    np.testing.assert_array_equal(net(grey)["scale1"], net(grey.repeat(3, -1))["scale1"])
