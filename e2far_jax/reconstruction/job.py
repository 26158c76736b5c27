"""The whole job: photographs in, a folder with meshes, coefficients and a contact sheet out."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np
from jaxtyping import Float
from tqdm import tqdm

from e2far_jax.reconstruction.boxes_file import check_inside
from e2far_jax.reconstruction.colours import vertex_colours
from e2far_jax.reconstruction.contact_sheet import ContactSheet
from e2far_jax.reconstruction.crops import cut_crop
from e2far_jax.reconstruction.errors import PhotographError
from e2far_jax.reconstruction.faces import (
    BATCH_SIZE,
    FaceNetwork,
    FaceRegion,
    Reconstruction,
    find_faces,
    reconstruct_batch,
)
from e2far_jax.reconstruction.names import FaceNames
from e2far_jax.reconstruction.outputs import write_face
from e2far_jax.reconstruction.photographs import read_photograph
from e2far_jax.reconstruction.views import (
    CAPTIONS,
    VIEW_SIZE,
    camera_in_crop,
    compile_views,
    face_views,
)


@dataclasses.dataclass(frozen=True)
class Summary:
    """What became of a job.

    Attributes:
      faces: stems of the files written, one a face.
      failures: one line for each photograph that gave no face.
      contact_sheets: the pictures that show all faces.
    """

    faces: list[str]
    failures: list[str]
    contact_sheets: list[Path]


@dataclasses.dataclass(frozen=True)
class _Task:
    """A face on its way: where it is, which photograph it comes from, its files' stem."""

    region: FaceRegion
    image: str
    name: str
    label: str


class ReconstructionJob:
    """Reconstructs the faces of many photographs, keeping a batch of them in memory."""

    def __init__(
        self,
        network: FaceNetwork,
        folder: Path,
        boxes: Mapping[str, Float[np.ndarray, "faces 4"]],
    ) -> None:
        self._network, self._folder, self._boxes = network, folder, boxes
        self._names = FaceNames()
        self._sheet = ContactSheet(folder, CAPTIONS)
        self._faces: list[str] = []
        self._failures: list[str] = []
        self._views_compiled: Future[None] = Future()

    def run(self, photographs: Sequence[str]) -> Summary:
        """Do all photographs, with progress on standard error; go on after one that fails.

        Raises:
          ReconstructionError: for weights that cannot reconstruct any face.
          OSError: where results cannot be written.
        """
        with ThreadPoolExecutor(1) as background:
            # The longest compilation, and the last to be needed: another core has time for it.
            self._views_compiled = background.submit(compile_views, self._network.face_model)
            return self._run(photographs)

    def _run(self, photographs: Sequence[str]) -> Summary:
        waiting: list[_Task] = []
        for path in tqdm(photographs, desc="reconstruct", unit="picture", file=sys.stderr):
            waiting += self._tasks(path)
            while len(waiting) >= BATCH_SIZE:
                self._finish(waiting[:BATCH_SIZE])
                waiting = waiting[BATCH_SIZE:]
        if waiting:
            self._finish(waiting)
        return Summary(self._faces, self._failures, self._sheet.finish())

    def _tasks(self, path: str) -> Iterator[_Task]:
        """A photograph's faces, or none and a failure on record."""
        try:
            regions = _regions(path, self._boxes.get(path))
        except PhotographError as error:
            self._failures.append(str(error))
            tqdm.write(f"e2far: {error}", file=sys.stderr)
            return
        names = self._names.for_photograph(path, len(regions))
        for number, (region, name) in enumerate(zip(regions, names, strict=True), start=1):
            count = f", face {number} of {len(regions)}" if len(regions) > 1 else ""
            yield _Task(region, path, name, Path(path).name + count)

    def _finish(self, tasks: Sequence[_Task]) -> None:
        faces = reconstruct_batch(self._network, [task.region for task in tasks])
        for task, face in zip(tasks, faces, strict=True):
            self._write(task, face)

    def _write(self, task: _Task, face: Reconstruction) -> None:
        model = self._network.face_model
        picture = cut_crop(task.region.photograph, face.box, VIEW_SIZE)
        camera = camera_in_crop(face.camera, picture)
        colours = vertex_colours(model, face.vertices, camera, picture.pixels)
        write_face(self._folder, task.name, task.image, self._network, face, colours)
        self._faces.append(task.name)
        self._views_compiled.result()
        self._sheet.add(task.label, face_views(model, face, picture))


def _regions(path: str, boxes: Float[np.ndarray, "faces 4"] | None) -> list[FaceRegion]:
    """Read a photograph and find its faces.

    Raises:
      PhotographError: for an unusable picture, a box outside it, or no face in it.
    """
    photograph = read_photograph(path)
    height, width = photograph.shape[:2]
    for box in [] if boxes is None else boxes:
        try:
            check_inside(box, width, height)
        except ValueError as error:
            raise PhotographError(f"{path}: {error}") from None
    regions = find_faces(photograph, boxes)
    if not regions:
        raise PhotographError(f"{path}: no face found (--boxes can say where it is)")
    return regions
