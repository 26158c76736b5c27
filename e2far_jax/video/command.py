"""`e2far track`: checks what the user gave, runs the job, says where the results are."""

from __future__ import annotations

import sys
from pathlib import Path

from e2far_jax.arguments import new_folder
from e2far_jax.cache import keep_compiled_programs
from e2far_jax.errors import UsageError
from e2far_jax.reconstruction.command import load_network
from e2far_jax.reconstruction.errors import ReconstructionError
from e2far_jax.video.errors import VideoError
from e2far_jax.video.job import Result, track_video
from e2far_jax.video.reading import Video, open_video
from e2far_jax.video.summary import jitter_table

FEWER = 0.95  # of the frames that a container promises; fewer are worth a word


def track(
    video: str, out: str, weights: str | None, model: str | None, with_overlay: bool = True
) -> int:
    """Run the command; returns its exit status: 1 where nobody could be followed.

    Args:
      video: the file.
      out: the folder for the results, made if it is missing.
      weights: a weights folder; None takes the package's network for the model.
      model: the morphable model, as for `e2far reconstruct`.
      with_overlay: whether to write the video with the meshes over it.
    Raises:
      UsageError: for a mistake in any of these.
    """
    try:
        source = open_video(video)
    except VideoError as error:
        raise UsageError(str(error)) from None
    overlay = Path(out) / "overlay.mp4"
    if source.path.resolve() == overlay.resolve():
        raise UsageError(f"{overlay} would be overwritten by the results; choose another --out")
    keep_compiled_programs()
    network = load_network(weights, model)
    folder = new_folder("--out=", out)
    try:
        result = track_video(network, source, folder, with_overlay)
    except (ReconstructionError, VideoError) as error:
        raise UsageError(str(error)) from error
    except OSError as error:
        raise UsageError(f"cannot write to {folder}: {error}") from error
    return _report(source, folder, result, with_overlay)


def _report(video: Video, folder: Path, result: Result, with_overlay: bool) -> int:
    if result.frames < FEWER * video.frames:
        promised = f"{result.frames} of {video.frames} frames could be decoded"
        print(f"e2far: {video.path}: {promised}; the results are of these", file=sys.stderr)
    if not result.people:
        print(f"e2far: {video.path}: no face could be followed", file=sys.stderr)
        return 1
    for line in jitter_table(result.people, video.rate):
        print(line)
    count, shots = len(result.people), len(result.shots)
    people, cuts = "person" if count == 1 else "people", "shot" if shots == 1 else "shots"
    print(f"{count} {people} in {shots} {cuts}: .csv, .glb and .json for each in {folder}")
    if with_overlay:
        print(f"overlay: {folder / 'overlay.mp4'}")
    return 0
