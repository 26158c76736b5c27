"""Orbax checkpoints: the state, the position in the data, and the configuration itself."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import grain
import jax
import jax.numpy as jnp
import orbax.checkpoint as ocp

from e2far_jax import settings as settings_io
from e2far_jax.training.config import ExperimentConfig
from e2far_jax.training.step import TrainState


class CheckpointError(ValueError):
    """A checkpoint that does not fit the run that wants to go on from it."""


class Checkpoints:
    """The checkpoints of one run, in `directory`; the newest few are kept.

    Saving happens in the background; a checkpoint that was not finished when the process died is
    not seen by the next one.
    """

    def __init__(self, directory: str | os.PathLike[str], config: ExperimentConfig) -> None:
        self._config = settings_io.to_dict(config)
        self._manager = ocp.CheckpointManager(
            Path(directory).absolute(),
            options=ocp.CheckpointManagerOptions(
                max_to_keep=config.train.keep_checkpoints, enable_async_checkpointing=True
            ),
        )

    def save(self, state: TrainState, batches: grain.DatasetIterator[Any]) -> None:
        """Save what is needed to go on exactly here; a step that is there already stays."""
        step = int(state.step)
        if step == self._manager.latest_step():
            return
        self._manager.save(
            step,
            args=ocp.args.Composite(
                # A copy: the next step writes over the state while this is being saved.
                state=ocp.args.StandardSave(jax.tree.map(jnp.copy, _as_dict(state))),
                data=grain.checkpoint.CheckpointSave(batches),
                config=ocp.args.JsonSave(self._config),
            ),
        )

    def restore(self, state: TrainState, batches: grain.DatasetIterator[Any]) -> TrainState:
        """Go on from the newest checkpoint, or begin where there is none.

        Args:
          state: the state before the first step.
          batches: set to the checkpoint's position.
        Returns:
          The restored state, or `state`.
        Raises:
          CheckpointError: where the checkpoint was made with another configuration.
        """
        step = self._manager.latest_step()
        if step is None:
            return state
        saved = self._manager.restore(step, args=ocp.args.Composite(config=ocp.args.JsonRestore()))
        self._check_config(saved["config"])
        restored = self._manager.restore(
            step,
            args=ocp.args.Composite(
                state=ocp.args.StandardRestore(
                    jax.tree.map(ocp.utils.to_shape_dtype_struct, _as_dict(state))
                ),
                data=grain.checkpoint.CheckpointRestore(batches),
            ),
        )
        return TrainState(**restored["state"])

    def close(self) -> None:
        """Wait until everything is written."""
        self._manager.wait_until_finished()
        self._manager.close()

    def _check_config(self, saved: dict[str, Any]) -> None:
        differences = settings_io.differences(saved, self._config)
        if differences:
            raise CheckpointError(
                f"{self._manager.directory} holds a run with another configuration: "
                f"{'; '.join(differences)}; use another --workdir or the old settings"
            )


def _as_dict(state: TrainState) -> dict[str, Any]:
    return {
        "step": state.step,
        "parameters": state.parameters,
        "optimiser": state.optimiser,
    }
