"""The One-Euro filter, for vectors and for rotations, run both ways so that nothing lags.

Casiez, Roussel, Vogel, "1€ filter: a simple speed-based low-pass filter for noisy input in
interactive systems", CHI 2012. A first-order low-pass whose cutoff rises with speed:

    a(f, dt) = 1 / (1 + 1 / (2 pi f dt)),    y_t = y_{t-1} + a(f_t, dt) (x_t - y_{t-1}),
    f_t = minimum_cutoff + speed_gain |s_t|,
    s_t = s_{t-1} + a(speed_cutoff, dt) ((x_t - x_{t-1}) / dt - s_{t-1})

so that what rests is smoothed most and what moves is followed. Alone, the filter is late. A video
is known to its end, so the filter also runs from there, and the two results are averaged (ours):
reversing a video then reverses its result, and a delay one way is undone by the other. The filter
so made leaves slow motion where it is and rounds off what is faster than its cutoff.
"""

from __future__ import annotations

import dataclasses
import math

import numpy as np
from jaxtyping import Float
from scipy.spatial.transform import Rotation


@dataclasses.dataclass(frozen=True)
class OneEuro:
    """The filter's parameters.

    Attributes:
      minimum_cutoff: of what rests, Hz; lower is smoother.
      speed_gain: Hz of cutoff for a unit of speed (units a second); higher follows faster.
      speed_cutoff: of the speed itself, Hz.
    """

    minimum_cutoff: float
    speed_gain: float
    speed_cutoff: float = 1.0


def smoothed(
    values: Float[np.ndarray, "T D"], seconds: Float[np.ndarray, "T"], filter: OneEuro
) -> Float[np.ndarray, "T D"]:
    """Each column filtered both ways, with the cutoff of its own speed.

    Args:
      values: any unit.
      seconds: rising times; steps need not be equal.
      filter: its parameters, for the unit of `values`.
    """
    forward = one_euro(values, seconds, filter)
    backward = one_euro(values[::-1], -seconds[::-1], filter)[::-1]
    return (forward + backward) / 2.0


def one_euro(
    values: Float[np.ndarray, "T D"], seconds: Float[np.ndarray, "T"], filter: OneEuro
) -> Float[np.ndarray, "T D"]:
    """Each column filtered in the direction of time alone, as the paper does."""
    result = np.array(values, np.float64)
    speed = np.zeros(values.shape[1])
    for row, step in enumerate(np.diff(seconds), start=1):
        moved = (values[row] - values[row - 1]) / step
        speed = speed + _gain(filter.speed_cutoff, step) * (moved - speed)
        gain = _gain(filter.minimum_cutoff + filter.speed_gain * np.abs(speed), step)
        result[row] = result[row - 1] + gain * (values[row] - result[row - 1])
    return result


def smoothed_rotations(
    rotations: Float[np.ndarray, "T 3 3"], seconds: Float[np.ndarray, "T"], filter: OneEuro
) -> Float[np.ndarray, "T 3 3"]:
    """Rotations filtered both ways; the mean is halfway on the geodesic between the two.

    Args:
      rotations: proper rotation matrices.
      seconds: rising times.
      filter: its parameters, for radians.
    """
    forward = one_euro_rotations(rotations, seconds, filter)
    backward = one_euro_rotations(rotations[::-1], -seconds[::-1], filter)[::-1]
    start = Rotation.from_matrix(forward)
    between = (start.inv() * Rotation.from_matrix(backward)).as_rotvec()
    return (start * Rotation.from_rotvec(between / 2.0)).as_matrix()


def one_euro_rotations(
    rotations: Float[np.ndarray, "T 3 3"], seconds: Float[np.ndarray, "T"], filter: OneEuro
) -> Float[np.ndarray, "T 3 3"]:
    """The filter on SO(3), in the direction of time alone.

    Differences are rotation vectors, x - y = log(Y^T X), and steps are taken by exp; the speed is
    the angular velocity in the body's axes.
    """
    given = Rotation.from_matrix(np.float64(rotations))
    state, result = given[0], [given[0].as_matrix()]
    speed = np.zeros(3)
    for row, step in enumerate(np.diff(seconds), start=1):
        moved = (given[row - 1].inv() * given[row]).as_rotvec() / step
        speed = speed + _gain(filter.speed_cutoff, step) * (moved - speed)
        cutoff = filter.minimum_cutoff + filter.speed_gain * float(np.linalg.norm(speed))
        away = (state.inv() * given[row]).as_rotvec()
        state = state * Rotation.from_rotvec(_gain(cutoff, step) * away)
        result.append(state.as_matrix())
    return np.stack(result)


def _gain(cutoff: float | Float[np.ndarray, "D"], step: float) -> float | Float[np.ndarray, "D"]:
    """The part of a difference that the low-pass takes up in one step."""
    return 1.0 / (1.0 + 1.0 / (2.0 * math.pi * cutoff * step))
