from __future__ import annotations

import dataclasses
import re

import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.morphable import open_morphable_model
from e2far_jax.morphable.settings import FaceModelSettings, load_face_model
from e2far_jax.morphable.symmetry import MIRRORED_LANDMARKS, mirror_of


def test_the_default_face_mirrors_exactly_and_names_say_which_expressions_change_sides():
    model = open_morphable_model("default")
    mirror = mirror_of(model)
    np.testing.assert_allclose(np.abs(mirror.identity), np.eye(model.identity_size), atol=1e-5)
    assert {-1, 1} == {*np.rint(np.diag(mirror.identity)).astype(int)}
    names = model.expression_names
    sides = {"_L": "_R", "_R": "_L", "Left": "Right", "Right": "Left"}
    other = [re.sub("(_L|_R|Left|Right)$", lambda m: sides[m[0]], name) for name in names]
    permutation = np.eye(len(names))[[names.index(name) for name in other]]
    assert np.trace(permutation) < len(names) / 2
    np.testing.assert_allclose(mirror.expression, permutation, atol=1e-5)


def test_ict_facekit_mirrors_to_a_hundredth(real_data):
    spec = f"ict:{real_data / 'ict_facekit' / 'ict_facekit.tar.xz'}"
    mirror = mirror_of(load_face_model(FaceModelSettings(spec=spec, identity_size=40)))
    np.testing.assert_allclose(mirror.identity @ mirror.identity, np.eye(40), atol=0.02)
    np.testing.assert_allclose(mirror.expression @ mirror.expression, np.eye(53), atol=0.02)


def test_the_landmarks_of_a_mirrored_face_are_those_of_the_other_side():
    model = open_morphable_model("default")
    places = np.asarray(model.landmarks.on(model.mean))
    mirrored = places[MIRRORED_LANDMARKS] * np.array([-1.0, 1.0, 1.0])
    np.testing.assert_allclose(mirrored, places, atol=1e-3)


def test_a_model_that_does_not_hold_its_mirrored_faces_is_refused():
    model = open_morphable_model("default")
    right = (model.mean[:, 0] < 0.0)[:, None, None]
    uneven = dataclasses.replace(
        model, identity_basis=jnp.where(right, 0.0, model.identity_basis)[:, :, :5]
    )
    with pytest.raises(ValueError, match=r"identity basis is not symmetric: \d+% .*mirror at 0"):
        mirror_of(uneven)
