from __future__ import annotations

import dataclasses

import jax.numpy as jnp
import numpy as np

from e2far_jax.gallery.turntable import (
    YAWS,
    describe_expression,
    expression_tiles,
    turntable_rows,
)
from tests.rendering.heads import ball_head


def test_every_face_is_turned_neutral_and_with_an_expression():
    head = ball_head()
    rows = list(turntable_rows(head, identities=1, seed=3, size=32))
    labels = [row.label for row in rows]
    assert labels[0] == "mean face, neutral"
    assert labels[1].startswith("mean face, ")
    assert labels[2] == "identity 1, neutral"
    assert "neutral" not in labels[1] + labels[3]
    assert all(len(row.tiles) == len(YAWS) for row in rows)
    pictures = [np.stack([tile.picture for tile in row.tiles]).astype(int) for row in rows]
    for first in range(4):
        for second in range(first):
            assert np.abs(pictures[first] - pictures[second]).max() > 10
    again = list(turntable_rows(head, identities=1, seed=3, size=32))
    np.testing.assert_array_equal(again[3].tiles[2].picture, rows[3].tiles[2].picture)


def test_opposite_yaws_of_a_symmetric_head_are_mirror_images():
    head = ball_head()
    ball = dataclasses.replace(head, mean=head.mean * jnp.array([1.0, 1.0, 0.9]))
    tiles = next(turntable_rows(ball, 0, 0, 48)).tiles
    left, right = (tiles[i].picture.astype(int) < 240 for i in (1, -2))
    assert (left[:, ::-1] == right).mean() > 0.97  # light comes from one side, outlines do not


def test_each_expression_has_its_own_picture():
    head = ball_head()
    tiles = list(expression_tiles(head, 48))
    names = [name.replace("mouthClose", "mouthClose, jawOpen") for name in head.expression_names]
    assert [tile.caption for tile in tiles] == ["neutral", *names]
    neutral = tiles[0].picture.astype(int)
    jaw = tiles[1 + head.expression_names.index("jawOpen")].picture.astype(int)
    assert np.abs(jaw - neutral).max() > 10


def test_expressions_without_names_are_numbered():
    head = dataclasses.replace(ball_head(), expression_names=(), expression_prior="normal")
    assert [tile.caption for tile in expression_tiles(head, 32)][:2] == ["neutral", "expression 1"]


def test_the_strongest_expressions_are_told():
    head = ball_head()
    weights = jnp.array([0.3, 0.0, 0.91, 0.02, 0.5])
    assert describe_expression(head, weights, shown=2) == "jawOpen 0.9, somethingElse 0.5"
    assert describe_expression(head, weights, shown=9).endswith("eyeBlink_L 0.3")
    assert describe_expression(head, 0.04 * weights, shown=3) == "neutral"
