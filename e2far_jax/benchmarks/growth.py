"""How the cost of a shaded picture grows with the mesh's triangles and the picture's pixels."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int

from e2far_jax.benchmarks.rows import Row
from e2far_jax.benchmarks.setting import Setting
from e2far_jax.benchmarks.timing import rates_by_turns
from e2far_jax.geometry.boxes import bounding_box
from e2far_jax.geometry.cameras import Camera
from e2far_jax.morphable.settings import load_face_model
from e2far_jax.rendering.preview import render_mesh

PARTS = (1, 2, 3, 4)  # into how many parts edges are cut; triangles are as many squared
SIDES = (90, 180, 270, 360)  # pixels
_USUAL_SIDE = 180

Mesh = tuple[Float[np.ndarray, "N 3"], Int[np.ndarray, "F 3"]]


def growth_suite(setting: Setting) -> Iterator[Row]:
    """Milliseconds of a picture of the mean face: finer and finer meshes, larger pictures."""
    model = load_face_model(setting.rendered)
    mesh = np.asarray(model.mean), np.asarray(model.triangles)
    finer = [subdivide(mesh, parts) for parts in PARTS]
    cases = [(mesh, _USUAL_SIDE) for mesh in finer] + [(mesh, side) for side in SIDES]
    drawers = {str(k): _drawer(*case) for k, case in enumerate(cases)}
    speeds = rates_by_turns(drawers, 1, setting.repeats, seconds=0.2)
    times = [tuple(1000 / rate for rate in speeds[name]) for name in drawers]
    for (drawn, side), values in zip(cases, times, strict=True):
        yield Row(f"mesh, {len(drawn[1])} triangles, {side} px", "ms/image", values)
    if setting.plot:
        triangles = [len(drawn[1]) / 1000 for drawn, _ in cases[: len(PARTS)]]
        pixels = [side * side / 1000 for _, side in cases[len(PARTS) :]]
        plot_growth(Path(setting.plot), triangles, times[: len(PARTS)], pixels, times[len(PARTS) :])


def subdivide(mesh: Mesh, parts: int) -> tuple[Float[np.ndarray, "P 3"], Int[np.ndarray, "Q 3"]]:
    """The same surface, every triangle cut into parts^2; corners are no longer shared."""
    vertices, triangles = mesh
    places = [(i, j) for i in range(parts + 1) for j in range(parts + 1 - i)]
    number = {place: k for k, place in enumerate(places)}
    cuts = [(number[i, j], number[i + 1, j], number[i, j + 1]) for i, j in places if i + j < parts]
    cuts += [
        (number[i + 1, j], number[i + 1, j + 1], number[i, j + 1])
        for i, j in places
        if i + j < parts - 1
    ]
    weights = np.array([(parts - i - j, i, j) for i, j in places], np.float32) / parts
    points = np.einsum("pk,fkc->fpc", weights, vertices[triangles]).reshape(-1, 3)
    first = len(places) * np.arange(len(triangles))[:, None, None]
    return points.astype(np.float32), (first + np.array(cuts)).reshape(-1, 3).astype(np.int32)


def plot_growth(
    path: Path,
    triangles: Sequence[float],
    by_triangles: Sequence[tuple[float, ...]],
    pixels: Sequence[float],
    by_pixels: Sequence[tuple[float, ...]],
) -> None:
    """Draw the least times over thousands of triangles and of pixels, with straight lines."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 3.2), layout="constrained")
    panels = figure.subplots(1, 2)
    for panel, sizes, times, what in (
        (panels[0], triangles, by_triangles, f"thousand triangles, {_USUAL_SIDE} px"),
        (panels[1], pixels, by_pixels, f"thousand pixels, {triangles[0]:.1f} thousand triangles"),
    ):
        least = [min(values) for values in times]
        slope, start = np.polyfit(sizes, least, 1)
        ends = np.array([0.0, max(sizes)])
        panel.plot(ends, start + slope * ends, color="0.7", label=f"{start:.1f} + {slope:.3f} x")
        panel.plot(sizes, least, "o", color="tab:blue", label="measured")
        panel.set(xlabel=what, ylabel="ms a picture", xlim=(0, None), ylim=(0, None))
        panel.legend(loc="upper left", frameon=False)
    figure.savefig(path, dpi=110)


def _drawer(mesh: Mesh, side: int) -> Callable[[], object]:
    """What draws a mesh once, so that it fills a picture of this side."""
    vertices, triangles = map(jnp.asarray, mesh)
    box = bounding_box(vertices[:, :2] * jnp.array([1.0, -1.0]))
    scale = 0.9 * side / (box[2:] - box[:2]).max()
    middle = (box[:2] + box[2:]) / 2.0
    camera = Camera(jnp.eye(3), scale, side / 2.0 - scale * middle)
    return lambda: jax.block_until_ready(render_mesh(vertices, triangles, camera, side, side))
