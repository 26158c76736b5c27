"""Reading pictures: files of any common kind, or their content, as float RGB."""

from __future__ import annotations

import contextlib
import io
import os
import threading
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float
from PIL import Image, ImageOps, UnidentifiedImageError
from pillow_heif import register_heif_opener

from e2far_jax.reconstruction.colours import srgb_colours
from e2far_jax.reconstruction.errors import PhotographError, TooManyPixelsError
from e2far_jax.reconstruction.pixels import as_photograph

LARGEST = 50_000_000  # pixels of a picture, 12 bytes each in memory
_filtering = threading.Lock()  # the filters of warnings belong to all threads
register_heif_opener()  # HEIC, as telephones write it, is one of Pillow's kinds from here on


def read_photograph(path: str | os.PathLike[str]) -> Float[np.ndarray, "H W 3"]:
    """Read a picture file, upright as its EXIF orientation says.

    Transparent parts become white; of an animation the first frame is taken.

    Args:
      path: HEIC or any file that Pillow reads, of up to `LARGEST` pixels.
    Returns:
      float32 RGB in [0, 1].
    Raises:
      PhotographError: for a missing file, a folder, something that is not a picture, a damaged
        picture or one that is too big.
    """
    source = Path(path)
    _check_is_file(source)
    return decode_photograph(source, str(source), LARGEST)


def decode_photograph(
    source: Path | io.BytesIO,
    name: str,
    largest: int = LARGEST,
    formats: Sequence[str] | None = None,
) -> Float[np.ndarray, "H W 3"]:
    """What `read_photograph` does once it has a file, or a file's content.

    Args:
      source: a picture file, or its bytes.
      name: what the picture is called, for messages.
      largest: the most pixels; checked before any is decoded.
      formats: those of Pillow's that are taken; None for all.
    """
    try:
        with _without_warnings():
            image = Image.open(source, formats=formats)
        with image:
            if image.width * image.height > largest:
                raise TooManyPixelsError(
                    f"{name}: {image.width} x {image.height}, more than {largest / 1e6:g} million "
                    "pixels"
                )
            return decoded_photograph(image)
    except TooManyPixelsError:
        raise
    except Image.DecompressionBombError:
        raise TooManyPixelsError(f"{name}: more than {largest / 1e6:g} million pixels") from None
    except PhotographError as error:
        raise PhotographError(f"{name}: {error}") from None
    except UnidentifiedImageError:
        raise PhotographError(f"{name}: not a picture file of a known kind") from None
    except MemoryError:
        raise TooManyPixelsError(f"{name}: there is not enough memory for it") from None
    except Exception as error:  # Pillow's decoders raise nearly anything on damaged data
        raise PhotographError(f"{name}: damaged picture ({_first_line(error)})") from error


def decoded_photograph(image: Image.Image) -> Float[np.ndarray, "H W 3"]:
    """What `read_photograph` does with a picture that Pillow has opened; it is turned upright."""
    image.load()
    with _without_warnings():
        image.getexif()  # the picture keeps it
    ImageOps.exif_transpose(image, in_place=True)
    return as_photograph(srgb_colours(image))


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


@contextlib.contextmanager
def _without_warnings() -> Iterator[None]:
    with _filtering, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _first_line(error: Exception) -> str:
    lines = str(error).splitlines()
    return lines[0] if lines else type(error).__name__
