"""The E2FAR network as Flax modules: backbones, fusion-CNN, heads."""

from e2far_jax.models.e2far import E2FAR, Prediction, predict_camera
from e2far_jax.models.settings import NetworkSettings

__all__ = ["E2FAR", "NetworkSettings", "Prediction", "predict_camera"]
