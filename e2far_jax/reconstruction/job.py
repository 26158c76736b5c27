"""The whole job: photographs in, a folder with the faces' files and contact sheets out.

Photographs are read and their faces found by some threads, faces go through the network in full
batches, other threads write their files. What is done stands in `journal.jsonl` in the folder, so
that an interrupted job goes on where it was: by photograph, its faces or why there are none, and a
mark that changes with the photograph.
"""

from __future__ import annotations

import dataclasses
import errno
import hashlib
import itertools
import os
import sys
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np
from jaxtyping import UInt8
from tqdm import tqdm

from e2far_jax.ahead import computed_ahead
from e2far_jax.faces.face import Face
from e2far_jax.journal import Journal
from e2far_jax.outputs.kinds import DEFAULT_KINDS, save_face
from e2far_jax.reconstruction.contact_sheet import ContactSheet
from e2far_jax.reconstruction.crops import cut_crop
from e2far_jax.reconstruction.errors import NoFaceError, PhotographError, UnwritableError
from e2far_jax.reconstruction.face_region import FaceRegion
from e2far_jax.reconstruction.faces import BATCH_SIZE, FaceNetwork, reconstruct_batch
from e2far_jax.reconstruction.names import FaceNames
from e2far_jax.reconstruction.regions import (
    NOTHING_GIVEN,
    SURE_FACES,
    Choice,
    Given,
    regions_in,
)
from e2far_jax.reconstruction.summary import Summary
from e2far_jax.reconstruction.views import CAPTIONS, VIEW_SIZE, compile_views, face_views

READERS, WRITERS = 2, 2
# Photographs of 12 million pixels take 150 MB each; beside these, a batch of them is in memory.
READ_AHEAD = 2  # photographs
WRITTEN_BEHIND = 2  # faces

Views = list[UInt8[np.ndarray, "S S 3"]]


@dataclasses.dataclass(frozen=True)
class JobSettings:
    """What to do with photographs.

    Attributes:
      given: by photograph, where its faces are; the others go through face detection.
      choice: which of the detected faces to take.
      kinds: of the files to write.
      again: whether to do photographs again that are done.
    """

    given: Mapping[str, Given] = dataclasses.field(default_factory=dict)
    choice: Choice = SURE_FACES
    kinds: tuple[str, ...] = DEFAULT_KINDS
    again: bool = False


@dataclasses.dataclass(frozen=True)
class _Task:
    """A face on its way: where it is, and the stems of all faces of its photograph."""

    region: FaceRegion
    names: list[str]
    number: int

    @property
    def name(self) -> str:
        return self.names[self.number]

    @property
    def label(self) -> str:
        count = len(self.names)
        which = f", face {self.number + 1} of {count}" if count > 1 else ""
        return Path(self.region.image).name + which


class ReconstructionJob:
    """Reconstructs the faces of many photographs, keeping some batches of them in memory."""

    def __init__(
        self, network: FaceNetwork, folder: Path, settings: JobSettings, journal: Journal
    ) -> None:
        self._network, self._folder, self._settings = network, folder, settings
        self._journal = journal
        self._names = FaceNames()
        self._unwritten: dict[str, PhotographError] = {}

    def run(self, photographs: Sequence[str]) -> Summary:
        """Do the photographs that are not done yet, with progress on standard error.

        One that fails does not stop the others.

        Raises:
          ReconstructionError: for weights that cannot reconstruct any face.
          OSError: where results cannot be written.
        """
        left = [path for path in photographs if not self._is_done(path)]
        others = self._journal.findings.keys() - {os.path.realpath(path) for path in left}
        for other in others:
            self._names.take(self._journal.findings[other].get("faces", []))
        self._sheet = ContactSheet(self._folder, CAPTIONS, keep=bool(others))
        try:
            self._run(left)
        finally:
            sheets = self._sheet.finish()
        found = {path: self._journal.findings[os.path.realpath(path)] for path in photographs}
        return Summary(found, len(photographs) - len(left), sheets)

    def _is_done(self, path: str) -> bool:
        """Whether an earlier run has the photograph as it is; what went wrong is tried again."""
        finding = self._journal.findings.get(os.path.realpath(path))
        if self._settings.again or finding is None or finding["mark"] != self._mark(path):
            return False
        return "faces" in finding or finding["kind"] == NoFaceError.kind

    def _mark(self, path: str) -> str:
        """Changes with the file, and with what is given of its faces; empty without a file."""
        given = self._settings.given.get(path, NOTHING_GIVEN)
        known = [None if part is None else part.tolist() for part in (given.boxes, given.landmarks)]
        try:
            state = os.stat(path)
        except OSError:
            return ""
        content = repr((state.st_size, state.st_mtime_ns, known))
        return hashlib.sha256(content.encode()).hexdigest()[:16]

    def _note(self, path: str, **finding: str | list[str]) -> None:
        self._journal.add(os.path.realpath(path), {"mark": self._mark(path), **finding})

    def _note_failure(self, path: str, error: PhotographError) -> None:
        self._note(path, failure=str(error), kind=error.kind)
        tqdm.write(f"e2far: {error}", file=sys.stderr)

    def _run(self, photographs: Sequence[str]) -> None:
        if not photographs:
            return
        writers = ThreadPoolExecutor(WRITERS)
        # The longest compilation, and the last to be needed: another core has time for it.
        views = writers.submit(compile_views, self._network.face_model)
        writing: deque[tuple[_Task, Future[Views]]] = deque()
        try:
            tasks = self._tasks(photographs)
            while batch := list(itertools.islice(tasks, BATCH_SIZE)):
                writing += self._reconstructed(batch, writers, views)
                batch.clear()  # while the next one is gathered, nothing holds its photographs
                while len(writing) > WRITTEN_BEHIND:
                    self._finish(*writing.popleft())
            while writing:
                self._finish(*writing.popleft())
        finally:
            writers.shutdown(cancel_futures=True)

    def _reconstructed(
        self, batch: Sequence[_Task], writers: ThreadPoolExecutor, views: Future[None]
    ) -> list[tuple[_Task, Future[Views]]]:
        """Faces whose files are being written."""
        faces = reconstruct_batch(self._network, [task.region for task in batch])
        return [
            (task, writers.submit(self._write, task.name, face, views))
            for task, face in zip(batch, faces, strict=True)
        ]

    def _tasks(self, photographs: Sequence[str]) -> Iterator[_Task]:
        """The faces of all photographs; those without any go to the journal."""
        found = computed_ahead(self._regions, photographs, READERS, READ_AHEAD)
        watched = tqdm(
            found, "reconstruct", len(photographs), unit="picture", file=sys.stderr, smoothing=0.1
        )
        for path, regions in zip(photographs, watched, strict=True):
            if isinstance(regions, PhotographError):
                self._note_failure(path, regions)
                continue
            names = self._names.for_photograph(path, len(regions))
            for number, region in enumerate(regions):
                yield _Task(region, names, number)

    def _regions(self, path: str) -> list[FaceRegion] | PhotographError:
        given = self._settings.given.get(path, NOTHING_GIVEN)
        try:
            return regions_in(path, given, self._settings.choice)
        except PhotographError as error:
            return error

    def _write(self, name: str, face: Face, views_compiled: Future[None]) -> Views:
        try:
            save_face(self._folder, name, face, self._settings.kinds)
        except ValueError as error:
            raise UnwritableError(f"{face.image}: {error}") from error
        except OSError as error:
            if error.errno != errno.ENAMETOOLONG:
                raise
            raise UnwritableError(f"{face.image}: its name is too long for its files") from error
        views_compiled.result()
        picture = cut_crop(face.photograph, face.box, VIEW_SIZE)
        return face_views(face, picture)

    def _finish(self, task: _Task, written: Future[Views]) -> None:
        path = task.region.image
        try:
            self._sheet.add(task.label, written.result())
        except UnwritableError as error:
            self._unwritten.setdefault(path, error)
        if task.number < len(task.names) - 1:
            return
        if path in self._unwritten:
            self._note_failure(path, self._unwritten.pop(path))
        else:
            self._note(path, faces=task.names)
