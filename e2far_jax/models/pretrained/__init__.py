"""VGG-16 networks that others trained, as backbones: their files, read without their software."""

from e2far_jax.models.pretrained.backbone import with_pretrained_backbone
from e2far_jax.models.pretrained.canonical import PretrainedVGG16
from e2far_jax.models.pretrained.errors import PretrainedError
from e2far_jax.models.pretrained.read import read_vgg16

__all__ = ["PretrainedError", "PretrainedVGG16", "read_vgg16", "with_pretrained_backbone"]
