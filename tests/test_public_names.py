from __future__ import annotations

import subprocess
import sys

import pytest

import e2far_jax


@pytest.mark.parametrize("name", e2far_jax.__all__)
def test_every_public_name_exists_and_says_what_it_is(name: str) -> None:
    assert getattr(e2far_jax, name).__doc__.strip()
    assert name in dir(e2far_jax)


def test_unknown_names_are_attribute_errors() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = e2far_jax.nothing


def test_import_brings_no_heavy_packages() -> None:
    """In a fresh interpreter: neither jax nor anything else that takes long to import."""
    code = "import e2far_jax, sys; print([m for m in ('jax', 'flax', 'numpy') if m in sys.modules])"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert printed.stdout.decode().strip() == "[]"


@pytest.mark.parametrize("module", ["rendering.scene", "losses", "morphable", "models"])
def test_lower_rooms_need_only_the_core(module: str) -> None:
    """With jax, flax, numpy and jaxtyping alone, as after a plain installation."""
    code = f"""
import sys
import jax, flax.linen, numpy, jaxtyping
for name in ("cv2", "scipy.io", "skimage", "trimesh", "matplotlib", "PIL", "grain",
             "tensorflow_datasets", "ml_collections", "tensorboardX", "tqdm", "h5py"):
    sys.modules[name] = None
import e2far_jax.{module}
e2far_jax.open_morphable_model("default")
"""
    subprocess.run([sys.executable, "-c", code], check=True)
