"""Orbax checkpoints: the state, and where it came from.

The position in the data is not in it: it follows from the number of steps.
"""

from __future__ import annotations

import math
import warnings
import zlib
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import orbax.checkpoint as ocp
from orbax.checkpoint.checkpoint_managers import preservation_policy

from e2far_jax.training.provenance import Provenance, changes
from e2far_jax.training.settings import TrainSettings
from e2far_jax.training.step import TrainState

BEST = "expressive_mm"  # the figure of the validation split by which checkpoints are the best
_DAMAGE = (OSError, ValueError, KeyError, TypeError, RuntimeError)  # whoever of many libraries


class CheckpointError(ValueError):
    """A checkpoint that does not fit the run that wants to go on from it, or can't be written."""


class Checkpoints:
    """The checkpoints of one run; a context manager that waits until everything is written.

    Saving happens in the background; a checkpoint that was not finished when the process died is
    not seen by the next one.

    Args:
      directory: their folder.
      settings: how many to keep.
      origin: of the run's results.
      accept_changes: go on also from a checkpoint of another configuration or code.
      read_only: nothing is saved or cleaned up: another process may be at work there.
    """

    def __init__(
        self,
        directory: Path,
        settings: TrainSettings,
        origin: Provenance,
        accept_changes: bool = False,
        read_only: bool = False,
    ) -> None:
        self._origin, self._accept_changes = origin, accept_changes
        options = ocp.CheckpointManagerOptions(
            best_fn=_error,
            best_mode="min",
            preservation_policy=_kept(settings),
            read_only=read_only,
            enable_async_checkpointing=True,
        )
        self._manager = ocp.CheckpointManager(directory.absolute(), options=options)

    @property
    def best(self) -> int | None:
        """The step of the checkpoint with the least error on the validation split, if any."""
        step = self._manager.best_step()
        measured = step is not None and math.isfinite(_error(self._manager.metrics(step)))
        return step if measured else None

    @property
    def steps(self) -> list[int]:
        """Of all checkpoints, ascending."""
        return sorted(self._manager.all_steps())

    def save(self, state: TrainState, figures: Mapping[str, float] | None = None) -> None:
        """Save what is needed to go on exactly here; a step that is there already stays.

        Args:
          state: after some step.
          figures: of the validation split, where they were just measured.
        Raises:
          CheckpointError: where this or the last checkpoint can't be written, as on a full disk.
        """
        step = int(state.step)
        if step in self._manager.all_steps():
            return
        # A copy, and in every process the same one: the next step writes over the state.
        values = jax.tree.map(lambda leaf: np.array(leaf), _as_dict(state))
        about = {**self._origin.to_dict(), "digest": _digest(values)}
        try:
            self._manager.save(
                step,
                args=ocp.args.Composite(
                    state=ocp.args.StandardSave(values), about=ocp.args.JsonSave(about)
                ),
                metrics={BEST: math.inf if figures is None else figures[BEST]},
            )
        except _DAMAGE as error:
            raise self._not_written(error) from error

    def restore(self, state: TrainState) -> TrainState:
        """Go on from the newest checkpoint that is whole, or begin where there is none.

        One that is damaged is set aside with a warning.

        Args:
          state: before the first step.
        Returns:
          The restored state, or `state`.
        Raises:
          CheckpointError: where the checkpoint was made with another configuration, face model or
            code, or where there are checkpoints and none can be read.
        """
        steps = self.steps
        for step in reversed(steps):
            try:
                values = self._read(step, state)
            except CheckpointError:
                raise
            except _DAMAGE as error:
                self._set_aside(step, error)
            else:
                return TrainState(**values)
        if steps:
            raise CheckpointError(
                f"{self._manager.directory}: none of the {len(steps)} checkpoints can be read; "
                "use another --workdir to begin anew"
            )
        return state

    def read(self, step: int, state: TrainState) -> TrainState:
        """One checkpoint's state.

        Args:
          step: of the checkpoint.
          state: of the same form; shapes and types will do.
        Raises:
          CheckpointError: where it is damaged, or was made with another configuration, face model
            or code.
        """
        try:
            values = self._read(step, state)
        except CheckpointError:
            raise
        except _DAMAGE as error:
            folder = Path(self._manager.directory) / str(step)
            raise CheckpointError(f"{folder} is damaged: {_first_line(error)}") from error
        return TrainState(**values)

    def __enter__(self) -> Checkpoints:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Wait until everything is written.

        Raises:
          CheckpointError: where the last checkpoint can't be written.
        """
        try:
            self._manager.wait_until_finished()
        except _DAMAGE as error:
            raise self._not_written(error) from error
        finally:
            self._manager.close()

    def _read(self, step: int, state: TrainState) -> dict[str, Any]:
        """The fields of a checkpoint's state; any error of any library, where it is damaged."""
        about = self._restored(step, "about", ocp.args.JsonRestore())
        changed = self._checked_changes(about)
        expected = jax.tree.map(lambda leaf: np.empty(leaf.shape, leaf.dtype), _as_dict(state))
        try:
            values = self._restored(step, "state", ocp.args.StandardRestore(expected))
        except _DAMAGE as error:
            if not changed:
                raise
            raise CheckpointError(
                f"{self._manager.directory}: can't go on after these changes: "
                f"{'; '.join(changed)}: {_first_line(error)}"
            ) from error
        if _digest(values) != about["digest"]:
            raise ValueError("its numbers are not those that were saved")
        return jax.tree.map(jnp.asarray, values)

    def _restored(self, step: int, item: str, arguments: Any) -> Any:
        restored = self._manager.restore(step, args=ocp.args.Composite(**{item: arguments}))
        return restored[item]

    def _checked_changes(self, saved: dict[str, Any]) -> list[str]:
        """What is no longer as it was, if that is accepted."""
        found = changes(saved, self._origin)
        if found and not self._accept_changes:
            raise CheckpointError(
                f"{self._manager.directory} holds a run that was begun otherwise: "
                f"{'; '.join(found)}; use another --workdir, the old settings, or "
                "--accept_changes to go on all the same"
            )
        return found

    def _set_aside(self, step: int, error: Exception) -> None:
        """Rename a damaged checkpoint, so that its step can be saved again."""
        folder = Path(self._manager.directory) / str(step)
        aside = folder.with_name(f"{step}.damaged")
        warnings.warn(
            f"{folder} is damaged and passed over, kept as {aside.name}: {_first_line(error)}",
            stacklevel=3,
        )
        if jax.process_index() == 0:
            folder.rename(aside)
        self._manager.reload()

    def _not_written(self, error: Exception) -> CheckpointError:
        return CheckpointError(
            f"{self._manager.directory}: a checkpoint can't be written: {_first_line(error)}; "
            "those before it are whole: make room, and run it again to go on"
        )


def _kept(settings: TrainSettings) -> preservation_policy.AnyPreservationPolicy:
    policies = [preservation_policy.LatestN(settings.keep_newest)]
    if settings.keep_best:
        policies.append(
            preservation_policy.BestN(
                get_metric_fn=_error,
                reverse=True,
                n=settings.keep_best,
            )
        )
    if settings.keep_every:
        policies.append(preservation_policy.EveryNSteps(settings.keep_every))
    return preservation_policy.AnyPreservationPolicy(policies)


def _first_line(error: Exception) -> str:
    """Of a long one the end, where what caused it stands."""
    line = str(error).strip().split("\n")[0] or type(error).__name__
    return line if len(line) <= 200 else f"...{line[-200:]}"


def _error(figures: Mapping[str, float]) -> float:
    return figures[BEST]


def _as_dict(state: TrainState) -> dict[str, Any]:
    return {name: value for name, value in vars(state).items() if value is not None}


def _digest(values: Any) -> int:
    """A checksum of all numbers: damage that still decodes is noticed by it."""
    checksum = 0
    for leaf in jax.tree.leaves(values):
        checksum = zlib.crc32(np.ascontiguousarray(leaf), checksum)
    return checksum
