"""Write scikit-image's public-domain portrait of the astronaut Eileen Collins to a file.

python experiments/astronaut.py --out=outputs/demo/astronaut.png
"""

from __future__ import annotations

from pathlib import Path

from absl import flags
from PIL import Image

from e2far_jax import jobs

OUT = flags.DEFINE_string("out", None, "The picture to write.")
flags.mark_flag_as_required("out")


def main() -> None:
    from skimage import data as photographs

    path = Path(OUT.value)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(photographs.astronaut()).save(path)
    print(path)


if __name__ == "__main__":
    jobs.run(main)
