from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from e2far_jax.editing.edits import neutral, with_expression_of, with_identity_of, with_weights
from e2far_jax.editing.names import EditError


def test_named_weights_are_set_and_the_others_stay(face):
    name = [*face.expression_weights][2]
    changed = with_weights(face, {name: 0.25})
    np.testing.assert_allclose(changed.expression[[0, 1, 3]], face.expression[[0, 1, 3]])
    assert changed.expression[2] == 0.25
    moved = changed.vertices - face.vertices
    column = np.asarray(face.model.expression_basis)[..., 2]
    np.testing.assert_allclose(moved, (0.25 - face.expression[2]) * column, atol=1e-3)


def test_blendshape_weights_are_clipped_and_deviations_are_not(face):
    name = next(iter(face.expression_weights))
    wanted = 1.0 if face.model.expression_prior == "unit" else 7.0
    assert with_weights(face, {name: 7.0}).expression[0] == wanted


def test_neutral(face):
    np.testing.assert_array_equal(neutral(face).vertices, face.neutral_vertices)


def test_an_expression_goes_over_and_the_person_stays(face):
    other = dataclasses.replace(
        face, expression=face.expression[::-1].copy(), identity=-face.identity
    )
    changed, lost = with_expression_of(face, other)
    np.testing.assert_allclose(changed.expression, other.expression)
    np.testing.assert_array_equal(changed.identity, face.identity)
    assert lost == []


def test_expressions_go_over_by_their_names(face):
    names = tuple(face.expression_weights)
    if not face.model.expression_names:
        pytest.skip("the model names no expressions")
    other_model = dataclasses.replace(
        face.model, name="other", expression_names=("frown", *reversed(names[1:]))
    )
    other = dataclasses.replace(face, model=other_model)
    changed, lost = with_expression_of(face, other)
    by_name = other.expression_weights
    assert lost == ["frown"]
    assert changed.expression_weights == {name: by_name.get(name, 0.0) for name in names}
    alien = dataclasses.replace(other_model, expression_names=("a", "b", "c", "d"))
    with pytest.raises(EditError, match="no expression in common"):
        with_expression_of(face, dataclasses.replace(face, model=alien))


def test_an_identity_goes_over_within_one_model(face):
    other = dataclasses.replace(face, identity=2.0 * face.identity)
    np.testing.assert_array_equal(with_identity_of(face, other).identity, other.identity)
    foreign = dataclasses.replace(
        other, model_settings=dataclasses.replace(face.model_settings, identity_size=3)
    )
    with pytest.raises(EditError, match="two morphable models"):
        with_identity_of(face, foreign)
