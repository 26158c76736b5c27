"""A model from another project's file is drawn like any other: FLAME, landmarks in triangles."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.geometry.cameras import project
from e2far_jax.morphable import shape
from e2far_jax.morphable.settings import FaceModelSettings, load_face_model
from e2far_jax.rendering.scene import render_pair
from e2far_jax.rendering.settings import SceneConfig
from tests.morphable.files_flame import flame_embedding, write_flame


@pytest.mark.slow
def test_a_flame_is_drawn_with_its_landmarks(tmp_path):
    model = load_face_model(FaceModelSettings(f"flame:{write_flame(tmp_path)}", identity_size=5))
    pair = render_pair(jax.random.key(0), model, SceneConfig.at_level(0, 48))
    assert np.isfinite(pair.image).all()
    assert pair.image.std() > 0.02
    vertices = np.asarray(shape(model, pair.identity, pair.expression))
    corners = np.asarray(model.triangles)[flame_embedding()["full_lmk_faces_idx"][0]]
    weights = flame_embedding()["full_lmk_bary_coords"][0]
    points = np.einsum("pk,pkc->pc", weights, vertices[corners]).astype(np.float32)
    seen = project(pair.camera, jnp.asarray(points))[:, :2]
    np.testing.assert_allclose(seen, pair.landmarks, atol=0.01)
