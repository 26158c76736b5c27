from __future__ import annotations

import dataclasses
import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.data.batch import Batch
from e2far_jax.evaluation.evaluate import evaluate, predict_all
from e2far_jax.geometry.cameras import Camera
from e2far_jax.models import Prediction
from tests.random_faces import random_model


def batches(count: int, size: int = 4) -> list[Batch]:
    """Examples 0 to count - 1, whose every number tells which one it is."""
    found = []
    for start in range(0, count, size):
        index = np.arange(start, start + size, dtype=np.int32)
        numbers = index.astype(np.float32)
        found.append(
            Batch(
                image=np.broadcast_to(numbers[:, None, None, None], (size, 2, 2, 3)),
                identity=np.sin(numbers[:, None] * np.arange(1, 6, dtype=np.float32)),
                expression=np.cos(numbers[:, None] * np.arange(1, 5, dtype=np.float32)),
                rotation=np.tile(np.eye(3, dtype=np.float32), (size, 1, 1)),
                scale=1 + 0.1 * numbers,
                translation=np.zeros((size, 2), np.float32),
                landmarks=np.zeros((size, 68, 2), np.float32),
                index=index,
                level=index % 3 - 1,
                valid=index < count,
            )
        )
    return found


def predict(images: jax.Array) -> Prediction:
    """Half the true coefficients, and a camera that is off by 3 pixels to the right."""
    number = images[:, 0, 0, 0]
    rotation = jnp.tile(jnp.eye(3), (len(number), 1, 1))
    camera = Camera(rotation, 1 + 0.1 * number, jnp.tile(jnp.array([3.0, 0.0]), (len(number), 1)))
    return Prediction(
        0.5 * jnp.sin(number[:, None] * jnp.arange(1.0, 6.0)),
        jnp.cos(number[:, None] * jnp.arange(1.0, 5.0)),
        camera,
    )


def test_every_example_counts_once_and_the_filling_does_not() -> None:
    predicted, true, levels = predict_all(predict, batches(10))
    assert len(predicted.identity) == len(true.identity) == 10
    np.testing.assert_allclose(true.camera.scale, 1 + 0.1 * np.arange(10), rtol=1e-6)
    assert levels.tolist() == [-1, 0, 1] * 3 + [-1]
    np.testing.assert_allclose(predicted.identity, 0.5 * true.identity, atol=1e-6)


def test_no_batches_are_refused() -> None:
    with pytest.raises(ValueError, match="no batches"):
        predict_all(predict, [])


def test_figures_of_a_known_network() -> None:
    model = random_model()
    evaluation = evaluate(*predict_all(predict, batches(70)), model)
    # Half the way in every coefficient: correlated, with half the slope.
    for row in evaluation.identity:
        np.testing.assert_allclose([row.correlation, row.slope], [1.0, 0.5], atol=1e-4)
    np.testing.assert_allclose([row.slope for row in evaluation.expression], 1.0, atol=1e-4)
    np.testing.assert_allclose(evaluation.rotation_degrees, 0.0, atol=0.05)
    errors = evaluation.shapes.errors
    assert errors["E2FAR"]["neutral"].mean < 0.6 * errors["mean face"]["neutral"].mean
    assert evaluation.shapes.count == 70
    assert evaluation.landmark_percent > 0.1
    assert "mean face" in evaluation.table()
    assert evaluation.scalars()["slope/identity/identity 1"] == pytest.approx(0.5, abs=1e-4)


def test_perfect_predictions_have_no_error() -> None:
    model = random_model()
    _, true, levels = predict_all(predict, batches(6))
    figures = evaluate(true, true, levels, model).scalars()
    for name in ("neutral_mm", "expressive_mm", "rotation_degrees", "landmark_percent"):
        assert figures[name] == pytest.approx(0.0, abs=0.02), name


def test_blendshape_weights_are_clipped_before_they_are_judged() -> None:
    model = dataclasses.replace(random_model(), expression_prior="unit")
    _, true, levels = predict_all(predict, batches(6))
    true = dataclasses.replace(true, expression=jnp.ones_like(true.expression))
    beyond = dataclasses.replace(true, expression=7.0 * true.expression)
    assert evaluate(beyond, true, levels, model).scalars()["expressive_mm"] < 0.01


def test_a_network_without_a_camera_has_no_camera_figures() -> None:
    predicted, true, levels = predict_all(predict, batches(6))
    evaluation = evaluate(dataclasses.replace(predicted, camera=None), true, levels, random_model())
    assert evaluation.rotation_degrees is None
    assert "rotation_degrees" not in evaluation.scalars()
    assert "rotation" in evaluation.table()  # of the levels, with nothing in it
    assert evaluation.levels[0].rotation_degrees is None


def test_each_level_has_all_figures_of_its_own_examples() -> None:
    """As an evaluation of these examples alone would have them."""
    model = random_model()
    predicted, true, levels = predict_all(predict, batches(70))
    # Worse where it is more difficult: a constant error on top at level 1.
    worse = np.where(levels == 1, 0.5, 0.0)[:, None].astype(np.float32)
    predicted = dataclasses.replace(predicted, identity=predicted.identity + worse)
    evaluation = evaluate(predicted, true, levels, model)
    assert sorted(evaluation.levels) == [0, 1]
    for level, part in evaluation.levels.items():
        rows = np.flatnonzero(levels == level)
        sides = [jax.tree.map(lambda leaf, r=rows: leaf[r], s) for s in (predicted, true)]
        alone = evaluate(*sides, np.full(len(rows), -1, np.int32), model)
        assert part.shapes.count == len(rows)
        assert part.scalars() == pytest.approx(alone.scalars(), abs=1e-3)
        assert alone.levels == {}
    easy, hard = (evaluation.levels[level].scalars() for level in (0, 1))
    assert hard["neutral_mm"] > easy["neutral_mm"] + 0.3
    lines = evaluation.table().split("\n\n")[1].splitlines()
    assert [line.split()[0] for line in lines] == ["level", "0", "1", "all"]
    assert f"{hard['neutral_mm']:.2f} [" in lines[2]
    assert f" {hard['neutral_mm_of_mean_face']:.2f} " in lines[2]
    stored = json.loads(json.dumps(evaluation.to_dict()))
    assert stored["levels"]["1"]["rotation_degrees"] == pytest.approx(hard["rotation_degrees"])
    mean_face = stored["levels"]["1"]["shape_rmse_mm"]["errors"]["mean face"]["neutral"]["mean"]
    assert mean_face == pytest.approx(hard["neutral_mm_of_mean_face"])
