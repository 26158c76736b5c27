"""The rasteriser against a slow loop, and against shapes whose pictures are known."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.rendering.rasteriser import interpolate, rasterise
from e2far_jax.rendering.triangle_boxes import EDGE_TOLERANCE, bounding_boxes
from tests.rendering.heads import sphere

draw = jax.jit(rasterise, static_argnums=(2, 3))


def slow_picture(vertices: np.ndarray, triangles: np.ndarray, height: int, width: int):
    """Every pixel against every triangle in double precision.

    Returns the nearest triangle, its weights and depth, and where no rounding can decide: away
    from all edges, and with a gap behind the nearest surface.
    """
    nearest = np.full((height, width), -1)
    weights = np.zeros((height, width, 3))
    depths = np.full((2, height, width), -np.inf)  # of the nearest and of the next surface
    sure = np.ones((height, width), bool)
    x, y = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    for number, triangle in enumerate(triangles):
        points = vertices[triangle].astype(np.float64)
        if not np.isfinite(points).all():
            continue
        edges = [points[(k + 2) % 3, :2] - points[(k + 1) % 3, :2] for k in range(3)]
        area = edges[2][0] * edges[0][1] - edges[2][1] * edges[0][0]
        if area >= -1e-9:
            continue
        sides = []
        for k in range(3):
            from_edge = np.stack([x, y], axis=-1) - points[(k + 1) % 3, :2]
            sides.append(edges[k][0] * from_edge[..., 1] - edges[k][1] * from_edge[..., 0])
            sure &= np.abs(sides[k]) > 5e-3 * np.linalg.norm(edges[k])
        inside = np.all(np.array(sides) < 0, axis=0)
        share = np.stack(sides, axis=-1) / area
        depth = share @ points[:, 2]
        wins = inside & (depth > depths[0])
        depths[1] = np.where(
            wins, depths[0], np.where(inside, np.maximum(depths[1], depth), depths[1])
        )
        depths[0] = np.where(wins, depth, depths[0])
        nearest[wins], weights[wins] = number, share[wins]
    gap = np.where(nearest >= 0, depths[0] - np.where(depths[1] > -np.inf, depths[1], -1e9), 1.0)
    return nearest, weights, depths[0], sure & (gap > 1e-2)


def plain_picture(vertices: jax.Array, triangles: jax.Array, height: int, width: int) -> jax.Array:
    """The nearest triangles as the rasteriser defines them, each looked at over every pixel."""
    boxes = bounding_boxes(vertices.T[:, triangles.T], height, width)
    bits = max(len(triangles) - 1, 1).bit_length()
    drawn = (boxes.width > 0) & (boxes.height > 0)
    front = jnp.where(drawn, boxes.depths, -jnp.inf).max()
    back = jnp.where(drawn, boxes.depths, jnp.inf).min()
    levels = min(2 ** (32 - bits) - 2, 2**24 - 1)

    def draw_one(index: jax.Array, state: tuple[jax.Array, jax.Array]):
        box = boxes[index]
        across, down = jnp.arange(width) - box.column, jnp.arange(height)[:, None] - box.row
        weights = tuple(
            box.origin[k] + across * box.across[k] + down * box.down[k] for k in range(3)
        )
        tolerance = EDGE_TOLERANCE * (jnp.abs(box.across) + jnp.abs(box.down))
        inside = (across >= 0) & (across < box.width) & (down >= 0) & (down < box.height)
        for weight, slack in zip(weights, tolerance, strict=True):
            inside &= weight >= -slack
        depth = weights[0] * box.depths[0] + weights[1] * box.depths[1] + weights[2] * box.depths[2]
        steps = jnp.clip((front - depth) * (levels / (front - back)), 0, levels).astype(jnp.uint32)
        wins = inside & (steps < state[0])
        return jnp.where(wins, steps, state[0]), jnp.where(wins, index, state[1])

    nothing = jnp.full((height, width), 2**32 - 1, jnp.uint32), jnp.full((height, width), -1)
    return jax.lax.fori_loop(0, len(triangles), draw_one, nothing)[1]


def soup(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Triangles of every size, anywhere around a picture of 40 x 50 pixels."""
    generator = np.random.default_rng(seed)
    centres = generator.uniform(-20, 70, (160, 1, 3))
    sizes = np.repeat([0.3, 6.0, 20.0, 2000.0], [40, 100, 15, 5])[:, None, None]
    centres[..., 2] -= sizes[..., 0] / 20  # most of the huge ones lie behind
    spread = generator.normal(size=(160, 3, 3)) * sizes
    spread[..., 2] = generator.normal(size=(160, 3)) * 10
    vertices = (centres + spread).reshape(-1, 3)
    odd = [
        [5, 5, 0],
        [9, 9, 0],
        [30, 30, 0],
        [np.nan, 4, 0],
        [20, 1, 0],
        [4, np.inf, 0],
        [8, 8, -np.inf],
    ]
    triangles = np.arange(480).reshape(-1, 3)
    odd_triangles = [
        [480, 481, 482],
        [480, 480, 481],
        [481, 483, 484],
        [480, 485, 484],
        [480, 484, 486],
    ]
    odd_triangles += [triangle[::-1] for triangle in odd_triangles]
    vertices = np.concatenate([vertices, odd])
    triangles = np.concatenate([odd_triangles[:2], triangles, odd_triangles[2:]])
    return vertices.astype(np.float32), triangles.astype(np.int32)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_equals_a_slow_loop(seed):
    vertices, triangles = soup(seed)
    nearest, weights, depth, sure = slow_picture(vertices, triangles, 40, 50)
    fragments = draw(jnp.asarray(vertices), jnp.asarray(triangles), 40, 50)
    assert sure.mean() > 0.8
    assert len(np.unique(nearest[sure])) > 12
    np.testing.assert_array_equal(fragments.triangle[sure], nearest[sure])
    covered = sure & (nearest >= 0)
    np.testing.assert_allclose(fragments.depth[covered], depth[covered], atol=5e-3)
    np.testing.assert_allclose(fragments.barycentric[covered], weights[covered], atol=2e-3)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("size", [(40, 50), (33, 21)])
def test_tiles_find_the_triangles_that_a_plain_search_finds(seed, size):
    vertices, triangles = map(jnp.asarray, soup(seed))
    expected = jax.jit(plain_picture, static_argnums=(2, 3))(vertices, triangles, *size)
    found = draw(vertices, triangles, *size).triangle
    assert (np.asarray(expected) >= 0).any()
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(("width", "height"), [(1, 1), (4, 4), (5, 4), (4, 5), (9, 13), (64, 2)])
@pytest.mark.parametrize("corner", [(0, 0), (3, 7), (57, 51)])
def test_boxes_of_every_size_are_filled(width, height, corner):
    x, y = corner
    ends = np.array([[x, y], [x, y + height], [x + width, y + height], [x + width, y]], np.float32)
    vertices = jnp.pad(jnp.asarray(ends), [(0, 0), (0, 1)])
    drawn = np.asarray(draw(vertices, jnp.array([[0, 1, 2], [0, 2, 3]]), 64, 64).triangle >= 0)
    expected = np.zeros((64, 64), bool)
    expected[y : y + height, x : x + width] = True
    np.testing.assert_array_equal(drawn, expected)


def test_tiny_triangles_that_hold_a_pixel_centre_are_drawn():
    centres = np.array([[3.5, 4.5], [10.5, 0.5], [0.5, 11.5]])
    corners = np.array([[-1e-2, -1e-2], [0.0, 2e-2], [1e-2, -1e-2]])
    points = (centres[:, None] + corners).reshape(-1, 2)
    vertices = jnp.asarray(np.pad(points, [(0, 0), (0, 1)]), jnp.float32)
    drawn = draw(vertices, jnp.arange(9).reshape(3, 3), 12, 12).triangle
    assert {(3, 4, 0), (10, 0, 1), (0, 11, 2)} == {
        (int(x), int(y), int(drawn[y, x])) for y, x in zip(*np.nonzero(drawn >= 0), strict=True)
    }


def test_a_tilted_plane_has_the_depth_of_its_equation():
    points = jnp.array([[-50.0, -70.0], [-20.0, 200.0], [300.0, 10.0]])
    depth = 0.3 * points[:, 0] - 0.7 * points[:, 1] + 5.0
    vertices = jnp.concatenate([points, depth[:, None]], axis=1)
    fragments = draw(vertices, jnp.array([[0, 1, 2]]), 64, 48)
    x, y = jnp.meshgrid(jnp.arange(48) + 0.5, jnp.arange(64) + 0.5)
    assert (fragments.triangle == 0).all()
    np.testing.assert_allclose(fragments.depth, 0.3 * x - 0.7 * y + 5.0, atol=1e-3)
    np.testing.assert_allclose(fragments.barycentric.sum(axis=-1), 1.0, atol=1e-6)


def test_a_sphere_shows_its_normals():
    normals, triangles = sphere(4)
    points = 40.0 * normals * [1, -1, 1] + [50.0, 50.0, 0.0]
    fragments = draw(jnp.asarray(points, jnp.float32), jnp.asarray(triangles), 100, 100)
    seen = interpolate(fragments, jnp.asarray(triangles), jnp.asarray(normals, jnp.float32))
    x, y = np.meshgrid(np.arange(100) + 0.5 - 50.0, 50.0 - np.arange(100) - 0.5)
    radius = np.hypot(x, y) / 40.0
    np.testing.assert_array_equal(fragments.triangle[radius < 0.99] >= 0, True)
    np.testing.assert_array_equal(fragments.triangle[radius > 1.0], -1)
    inner = radius < 0.9
    expected = np.stack([x / 40, y / 40, np.sqrt(np.maximum(1 - radius**2, 0))], axis=-1)
    np.testing.assert_allclose(seen[inner], expected[inner], atol=0.01)
    np.testing.assert_array_equal(seen[radius > 1.0], 0.0)
    assert jnp.isneginf(fragments.depth[radius > 1.0]).all()


@pytest.mark.parametrize("jitter", [0.0, 0.3])
def test_shared_edges_leave_no_hole(jitter):
    side = np.arange(-1.5, 42.0, 1.0)  # without jitter, vertices and diagonals hit pixel centres
    x, y = np.meshgrid(side, side)
    noise = np.random.default_rng(3).uniform(-jitter, jitter, (2, *x.shape))
    vertices = np.stack([x + noise[0], y + noise[1], 0 * x], axis=-1).reshape(-1, 3)
    index = np.arange(len(side) ** 2).reshape(len(side), -1)
    a, b, c, d = index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:]
    triangles = np.stack([[a, b, c], [a, c, d]], axis=-1).reshape(3, -1, 2).transpose(1, 2, 0)
    triangles = triangles.reshape(-1, 3)
    fragments = draw(jnp.asarray(vertices, jnp.float32), jnp.asarray(triangles), 40, 40)
    assert (fragments.triangle >= 0).all()


def test_the_nearer_triangle_wins_and_the_first_among_equals():
    square = jnp.array([[0.0, 0.0], [0.0, 30.0], [30.0, 0.0]])
    vertices = jnp.concatenate(
        [jnp.pad(square, [(0, 0), (0, 1)], constant_values=depth) for depth in (1.0, 2.0, 2.0)]
    )
    behind, near, twin = jnp.arange(9).reshape(3, 3)
    for triangles, winner in (((behind, near, twin), 1), ((near, twin, behind), 0)):
        drawn = draw(vertices, jnp.stack(triangles), 10, 10).triangle
        np.testing.assert_array_equal(drawn, winner)


def test_back_faces_are_not_drawn():
    vertices = jnp.array([[0.0, 0.0, 0.0], [0.0, 30.0, 0.0], [30.0, 0.0, 0.0]])
    assert (draw(vertices, jnp.array([[0, 2, 1]]), 10, 10).triangle == -1).all()
    assert (draw(vertices, jnp.array([[0, 1, 2]]), 10, 10).triangle == 0).all()


def test_vmap_and_map_equal_a_loop():
    vertices = jnp.stack([jnp.asarray(soup(seed)[0]) for seed in range(3)])
    triangles = jnp.asarray(soup(0)[1])

    def draw_one(points):
        return draw(points, triangles, 40, 50)

    looped = jax.tree.map(lambda *leaves: jnp.stack(leaves), *map(draw_one, vertices))
    for batched in (jax.vmap(draw_one), lambda points: jax.lax.map(draw_one, points)):
        fragments = batched(vertices)
        assert (fragments.triangle != looped.triangle).mean() < 1e-3  # rounding on an edge
        same = fragments.triangle == looped.triangle
        np.testing.assert_allclose(fragments.depth[same], looped.depth[same], atol=1e-2)


def test_the_number_of_rounds_changes_nothing():
    vertices, triangles = map(jnp.asarray, soup(4))
    whole = draw(vertices, triangles, 40, 50)
    in_rounds = jax.jit(lambda v, t: rasterise(v, t, 40, 50, tiles=37))(vertices, triangles)
    np.testing.assert_array_equal(in_rounds.triangle, whole.triangle)


def test_nothing_to_draw():
    vertices = jnp.zeros((3, 3))
    for triangles in (jnp.zeros((0, 3), jnp.int32), jnp.array([[0, 1, 2]])):
        fragments = draw(vertices, triangles, 4, 5)
        assert fragments.triangle.shape == (4, 5)
        assert (fragments.triangle == -1).all()
        assert (interpolate(fragments, triangles, vertices) == 0).all()


def test_too_many_triangles_are_refused():
    triangles = jax.ShapeDtypeStruct((2**24 + 1, 3), jnp.int32)
    with pytest.raises(ValueError, match="16777217 triangles"):
        jax.eval_shape(lambda t: rasterise(jnp.zeros((3, 3)), t, 4, 4), triangles)
