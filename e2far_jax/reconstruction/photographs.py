"""Pictures as float RGB: files of any common kind, and arrays.

A photograph of more than `LARGEST` pixels is shrunk by a whole number as it is read, so that it
takes 600 MB at the most; its `reduction` leads back to the file's pixels.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from jaxtyping import Float
from PIL import Image, ImageOps, UnidentifiedImageError
from PIL.JpegImagePlugin import JpegImageFile

from e2far_jax.reconstruction.errors import PhotographError
from e2far_jax.reconstruction.pixels import as_photograph

LARGEST = 50_000_000  # pixels of a photograph in memory, 12 bytes each
LARGEST_DECODED = 150_000_000  # pixels that a decoder may have to hold, 4 bytes each
_JPEG = b"\xff\xd8\xff"
_JPEG_STEPS = (2, 4, 8)  # by which its decoder can shrink
_filtering = threading.Lock()  # the filters of warnings belong to all threads


@dataclasses.dataclass(frozen=True, eq=False)
class Photograph:
    """A picture file's content.

    Attributes:
      pixels: RGB in [0, 1], upright as the file's EXIF orientation says.
      reduction: pixels of the upright file along each side of one of these. A point p here is the
        point `reduction * p` there, within one pixel of these.
    """

    pixels: Float[np.ndarray, "H W 3"]
    reduction: int = 1


def read_photograph(path: str | os.PathLike[str]) -> Float[np.ndarray, "H W 3"]:
    """The pixels of a picture file of up to `LARGEST` pixels, for what must keep its size.

    As `open_photograph`; what that would shrink is refused.
    """
    return _read(Path(path), shrink=False).pixels


def open_photograph(path: str | os.PathLike[str]) -> Photograph:
    """Read a picture file, upright as its EXIF orientation says.

    Transparent parts become white; of an animation the first frame is taken.

    Args:
      path: any file that Pillow reads: JPEG of any size, which is shrunk while it is decoded; of
        other kinds, and of progressive JPEG, up to `LARGEST_DECODED` pixels.
    Returns:
      float32 RGB in [0, 1] of at most `LARGEST` pixels.
    Raises:
      PhotographError: for a missing file, a folder, something that is not a picture, a damaged
        picture or one that is too big.
    """
    return _read(Path(path), shrink=True)


def _read(source: Path, shrink: bool) -> Photograph:
    _check_is_file(source)
    try:
        with _open(source) as image:
            if not shrink:
                _check_size(source, image, LARGEST)
            if image.info.get("progressive"):  # these are held whole, however they are drafted
                _check_size(source, image, LARGEST_DECODED)
            drafted = _draft(image)
            _check_size(source, image, LARGEST_DECODED)
            _turn_upright(image)
            further = _reduction(image.size)
            return Photograph(as_photograph(_colours(image, further)), drafted * further)
    except PhotographError as error:
        named = str(error).startswith(str(source))
        raise error if named else PhotographError(f"{source}: {error}") from None
    except Image.DecompressionBombError:
        raise PhotographError(f"{source}: {_too_many(LARGEST_DECODED)}") from None
    except UnidentifiedImageError:
        raise PhotographError(f"{source}: not a picture file that Pillow knows") from None
    except Exception as error:  # Pillow's decoders raise nearly anything on damaged data
        raise PhotographError(f"{source}: damaged picture ({_first_line(error)})") from error


def _check_is_file(source: Path) -> None:
    if source.is_dir():
        raise PhotographError(f"{source}: a folder, expected a picture file")
    if not source.exists():
        raise PhotographError(f"{source}: no such file")
    if not source.is_file():
        raise PhotographError(f"{source}: a pipe or device, expected a picture file")
    if not os.access(source, os.R_OK):
        raise PhotographError(f"{source}: may not be read (permission denied)")
    if source.stat().st_size == 0:
        raise PhotographError(f"{source}: the file is empty")


def _open(source: Path) -> Image.Image:
    """A picture whose header has been read."""
    with source.open("rb") as file:
        is_jpeg = file.read(len(_JPEG)) == _JPEG
    with _without_warnings():
        # Image.open refuses large files before anyone could ask for less of them.
        return JpegImageFile(source) if is_jpeg else Image.open(source)


def _turn_upright(image: Image.Image) -> None:
    """Decode a picture, and turn it as its EXIF orientation says."""
    image.load()
    with _without_warnings():
        image.getexif()  # the picture keeps it
    ImageOps.exif_transpose(image, in_place=True)


@contextlib.contextmanager
def _without_warnings() -> Iterator[None]:
    with _filtering, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _check_size(source: Path, image: Image.Image, largest: int) -> None:
    if image.width * image.height > largest:
        raise PhotographError(f"{source}: {image.width} x {image.height}, {_too_many(largest)}")


def _too_many(largest: int) -> str:
    return f"more than {largest / 1e6:g} million pixels"


def _draft(image: Image.Image) -> int:
    """Have a JPEG decoder skip detail, if there are too many pixels; by how much."""
    wanted = _reduction(image.size)
    if wanted == 1 or not isinstance(image, JpegImageFile):
        return 1
    width, height = image.size
    possible = next((step for step in _JPEG_STEPS if step >= wanted), _JPEG_STEPS[-1])
    image.draft(None, (max(1, width // possible), max(1, height // possible)))
    return round(max(width, height) / max(image.size))


def _reduction(size: tuple[int, int]) -> int:
    """The least whole number by which a picture is to be shrunk."""
    step = 1
    while -(-size[0] // step) * -(-size[1] // step) > LARGEST:
        step += 1
    return step


def _colours(image: Image.Image, reduction: int) -> np.ndarray:
    """Opaque colours, shrunk, as `as_photograph` takes them."""
    if image.mode.startswith(("I", "F")):  # more than 8 bits: Pillow's own conversion would clip
        gray = np.asarray(image.convert("F").reduce(reduction))
        # Integers of more than 16 bits come from files of 16 bits.
        return gray if image.mode.startswith("F") else np.clip(gray / 65535.0, 0.0, 1.0)
    if not image.has_transparency_data:
        return np.asarray(_converted(image, "RGB").reduce(reduction))
    image = _converted(image, "RGBA").reduce(reduction)
    white = Image.new("RGBA", image.size, "white")
    return np.asarray(Image.alpha_composite(white, image).convert("RGB"))


def _converted(image: Image.Image, mode: str) -> Image.Image:
    """Without the copy that Pillow makes of what is in the mode already."""
    return image if image.mode == mode else image.convert(mode)


def _first_line(error: Exception) -> str:
    lines = str(error).splitlines()
    return lines[0] if lines else type(error).__name__
