"""How the processes of a job find each other."""

from __future__ import annotations

import dataclasses

import jax


@dataclasses.dataclass(frozen=True)
class Cluster:
    """Who takes part in a job; all None asks the environment.

    Attributes:
      coordinator: address of the first process, HOST:PORT.
      process_count: how many processes take part.
      process_index: which of them this is, from 0 on.
    """

    coordinator: str | None = None
    process_count: int | None = None
    process_index: int | None = None

    def __post_init__(self) -> None:
        given = [getattr(self, field.name) is not None for field in dataclasses.fields(self)]
        if any(given) and not all(given):
            raise ValueError(
                "--coordinator, --process_count and --process_index belong together; give all "
                "three, or none for a single process or a cluster that tells by itself"
            )
        if all(given) and not 0 <= self.process_index < self.process_count:
            raise ValueError(
                f"--process_index is {self.process_index}; expected 0 to {self.process_count - 1}"
            )


def join(cluster: Cluster) -> None:
    """Join the job's other processes, before anything is computed.

    A TPU pod, Slurm, Open MPI and Kubernetes tell by their environment who takes part
    (`jax.distributed.initialize`); where nothing tells, this process is alone.

    Raises:
      ValueError: where the others can't be reached.
    """
    try:
        jax.distributed.initialize(
            cluster.coordinator, cluster.process_count, cluster.process_index
        )
    except ValueError as error:
        if cluster.coordinator is None and "coordinator_address" in str(error):
            return
        raise
    except RuntimeError as error:
        reason = str(error).strip().split("\n")[0]
        raise ValueError(f"the job's processes don't find each other: {reason}") from error
