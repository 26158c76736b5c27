from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.maps.blocks import BLOCK, Window, blocks, draw_attributes, window_around
from e2far_jax.rendering.rasteriser import interpolate, rasterise


def test_blocks_draw_what_one_picture_would():
    random = np.random.default_rng(0)
    points = (random.random((60, 3)) * [700.0, 560.0, 100.0]).astype(np.float32)
    triangles = jnp.asarray(random.permutation(60).reshape(20, 3))
    attributes = random.random((60, 2)).astype(np.float32)
    window = Window(40, 20, BLOCK + 90, BLOCK + 8)
    depth, values = draw_attributes(points, triangles, attributes, window)
    fragments = jax.jit(rasterise, static_argnums=(2, 3))(points, triangles, 540, 660)
    whole = np.asarray(interpolate(fragments, triangles, jnp.asarray(attributes)))
    shown = window.cut(np.asarray(fragments.triangle))
    assert 0.2 < (shown >= 0).mean() < 0.9
    np.testing.assert_array_equal(np.isnan(depth), shown < 0)
    np.testing.assert_allclose(values, window.cut(whole), atol=1e-4)
    np.testing.assert_allclose(
        depth[shown >= 0], window.cut(np.asarray(fragments.depth))[shown >= 0], atol=0.01
    )


def test_blocks_cover_each_pixel_once():
    window = Window(3, 5, 2 * BLOCK + 1, BLOCK)
    counts = np.zeros((window.height, window.width), int)
    for block, place in blocks(window):
        counts[place] += 1
        assert counts[place].shape == (block.height, block.width)
        assert (place[1].start, place[0].start) == (block.left - 3, block.top - 5)
    assert (counts == 1).all()


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ([[10.2, 20.7, 0.0], [30.1, 40.0, 5.0]], Window(10, 20, 21, 20)),
        ([[-50.0, -3.0, 0.0], [400.0, 7.5, 0.0]], Window(0, 0, 100, 8)),
        ([[150.0, 10.0, 0.0], [160.0, 20.0, 0.0]], Window(100, 10, 0, 10)),
        ([[np.nan, 1.0, 0.0], [3.0, 4.0, 0.0]], Window(3, 4, 0, 0)),
        (np.zeros((0, 3)), Window(0, 0, 0, 0)),
    ],
)
def test_windows_stay_within_the_picture(points, expected):
    assert window_around(np.array(points), (100, 80)) == expected


def test_what_was_cut_is_pasted_back():
    picture = np.arange(60.0).reshape(6, 10)
    window = Window(2, 1, 5, 3)
    pasted = window.paste(window.cut(picture), (10, 6), -1.0)
    np.testing.assert_array_equal(pasted[1:4, 2:7], picture[1:4, 2:7])
    assert (pasted == -1.0).sum() == 45
