"""MICC Florence: scans of 53 people, and videos of them indoors and outdoors.

    subject_01/
      Model/frontal1/obj/110920150452.obj    mm; a second scan in frontal2/, sides in sidel/, sider/
      Model/frontal1/obj/110920150452.txt    your own landmarks of it (`scan_landmarks`)
      Video/Indoor-Cooperative.mjpg          also PTZ-Indoor.mjpeg and PTZ-Outdoor.mjpeg, or alike
      Video/Indoor-Cooperative/0001.jpg      your own choice of frames, in a folder of the video's
                                             name: ffmpeg -i Indoor-Cooperative.mjpg DIR/%04d.jpg

Neither landmarks nor pictures are part of the set; where both are put is ours. Bagdanov, Del Bimbo,
Masi, "The Florence 2D/3D hybrid face dataset", ACM J-HGBU workshop 2011. For research; by a form of
the Media Integration and Communication Center, www.micc.unifi.it.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
from jaxtyping import Float

from e2far_jax.data_sets.layouts import PICTURES, Layout, item_name, visible
from e2far_jax.data_sets.scan_landmarks import read_own
from e2far_jax.scans.mesh import Mesh
from e2far_jax.scans.open import read_mesh

LAYOUT = Layout(
    "MICC Florence",
    "subject_01/Model/frontal1/obj/*.obj (or frontal2), and frames that you took from its videos "
    "as subject_01/Video/VIDEO/FRAME.jpg",
)

_VIEWS = ("frontal1", "frontal2")


@dataclasses.dataclass(frozen=True)
class FlorencePicture:
    """A frame with the scans of its person.

    Attributes:
      name: subject_XX/Video/VIDEO/FRAME.
      picture: its file.
      scans: the first and the second frontal one, or the one of them that there is.
    """

    name: str
    picture: Path
    scans: tuple[Path, ...]

    @property
    def files(self) -> tuple[Path, ...]:
        """All that belongs to it."""
        return self.picture, *self.scans

    @property
    def subject(self) -> str:
        """Who it is."""
        return self.name.split("/")[0]

    @property
    def video(self) -> str:
        """Such as Indoor-Cooperative, PTZ-Indoor or PTZ-Outdoor."""
        return self.picture.parent.name

    def surface(self, scan: int = 0) -> Mesh:
        """One of the scans, mm."""
        return read_mesh(self.scans[scan])

    def landmarks(self, scan: int = 0) -> Float[np.ndarray, "7 3"]:
        """The seven points (`evaluation.protocols.faces`) of one of the scans, mm; your own."""
        return read_own(self.scans[scan])[:7]

    def nose_tip(self, scan: int = 0) -> Float[np.ndarray, "3"]:
        """The nose's tip of one of the scans, mm; your own."""
        return read_own(self.scans[scan])[7]


def read_florence(folder: Path, *, skip_incomplete: bool = False) -> list[FlorencePicture]:
    """The frames of a copy, sorted by name.

    Args:
      folder: the one with subject_01 and so on.
      skip_incomplete: leave out frames of people without a frontal scan.
    Raises:
      DataSetError: for no folder, no frames, frames without a scan, or several in a place of one.
    """
    items = []
    for subject in sorted(LAYOUT.folder(folder).glob("subject_*")):
        scans = _scans(subject)
        for path in visible((subject / "Video").glob("*/*")):
            if path.suffix.lower() in PICTURES:
                items.append(FlorencePicture(item_name(path, folder), path, scans))
    return LAYOUT.complete(folder, items, skip_incomplete=skip_incomplete)


def _scans(subject: Path) -> tuple[Path, ...]:
    """Those that there are, or the first one as missing."""
    scans = [LAYOUT.only(subject / "Model" / view / "obj", "*.obj") for view in _VIEWS]
    return tuple(path for path in scans if path.is_file()) or (scans[0],)
