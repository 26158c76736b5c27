"""A face through a shot."""

from __future__ import annotations

import dataclasses

import numpy as np
from jaxtyping import Float

from e2far_jax.reconstruction.face_region import FaceRegion
from e2far_jax.reconstruction.upright import MOST_ROLL
from e2far_jax.video.reading import Frame


@dataclasses.dataclass(frozen=True)
class Sighting:
    """A face in one frame, as the network saw it.

    Attributes:
      frame: its number.
      seconds: when it is shown.
      score: the detector's, when it last saw this face.
      identity: coefficients.
      expression: coefficients.
      rotation: of the camera; with the next two as in `geometry.cameras`.
      scale: pixels per mm.
      translation: pixels.
      landmarks: the 68 points, pixels.
    """

    frame: int
    seconds: float
    score: float
    identity: Float[np.ndarray, "I"]
    expression: Float[np.ndarray, "E"]
    rotation: Float[np.ndarray, "3 3"]
    scale: Float[np.ndarray, ""]
    translation: Float[np.ndarray, "2"]
    landmarks: Float[np.ndarray, "68 2"]

    @property
    def box(self) -> Float[np.ndarray, "4"]:
        """The tightest box around the landmarks, pixels."""
        corners = self.landmarks.min(axis=0), self.landmarks.max(axis=0)
        return np.float64(np.concatenate(corners))

    @property
    def roll(self) -> float:
        """Of R = R_z(roll) R_x R_y, radians: where the face's up falls in the picture's plane."""
        return float(np.arctan2(-self.rotation[0, 1], self.rotation[1, 1]))


@dataclasses.dataclass(eq=False)
class Track:
    """One face through one shot.

    Attributes:
      shot: the shot's number, from 0.
      box: where to look next, landmark box in pixels.
      roll: how far the face is turned in the picture's plane, radians, as in `FaceRegion`.
      score: the detector's, when it last saw this face.
      confirmed: when that was, seconds.
      sightings: what was seen, a frame each.
    """

    shot: int
    box: Float[np.ndarray, "4"]
    roll: float
    score: float
    confirmed: float
    sightings: list[Sighting] = dataclasses.field(default_factory=list)

    def region_in(self, frame: Frame) -> FaceRegion:
        """Where to look in the next frame; a box that is turned upright only guesses."""
        refinements = 1 if abs(self.roll) > MOST_ROLL else 0
        return FaceRegion(frame.picture, self.box, refinements, self.score, roll=self.roll)

    @property
    def duration(self) -> float:
        """From the first sighting to the last, seconds."""
        return self.sightings[-1].seconds - self.sightings[0].seconds if self.sightings else 0.0

    def add(self, sighting: Sighting) -> None:
        """Go on with what was seen in the next frame."""
        self.box, self.roll = sighting.box, sighting.roll
        self.sightings.append(sighting)

    def take_back(self, patience: float) -> bool:
        """Drop what was seen after the last confirmation, if that is more than `patience` seconds.

        Returns:
          Whether it was.
        """
        if self.sightings[-1].seconds - self.confirmed <= patience:
            return False
        self.sightings = [s for s in self.sightings if s.seconds <= self.confirmed]
        return True
