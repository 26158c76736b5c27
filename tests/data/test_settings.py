from __future__ import annotations

import pytest

from e2far_jax.data.settings import AugmentationSettings, DataSettings, PipelineSettings


@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_an_empty_split_is_refused_by_its_name(split):
    with pytest.raises(ValueError, match=f"{split}_examples is 0"):
        DataSettings(**{f"{split}_examples": 0})


@pytest.mark.parametrize("levels", [(4,), (0, -1), (0, 1, 7)])
def test_a_level_that_there_is_not_is_refused(levels):
    with pytest.raises(
        ValueError, match=r"data\.test_levels is .*; expected some of \(0, 1, 2, 3\)"
    ):
        DataSettings(test_levels=levels)


def test_probabilities_and_ranges_are_checked():
    with pytest.raises(ValueError, match=r"augmentation\.gray is 1\.5; expected 0 to 1"):
        AugmentationSettings(gray=1.5)
    with pytest.raises(ValueError, match=r"augmentation\.zoom is -0\.1"):
        AugmentationSettings(zoom=-0.1)
    with pytest.raises(ValueError, match=r"augmentation\.noise_deviation is nan"):
        AugmentationSettings(noise_deviation=float("nan"))


def test_batches_need_an_example_and_a_thread():
    with pytest.raises(ValueError, match="batch_size is 0"):
        PipelineSettings(batch_size=0)
    with pytest.raises(ValueError, match="threads is 0"):
        PipelineSettings(threads=0)
    with pytest.raises(ValueError, match="processes is -1"):
        PipelineSettings(processes=-1)
