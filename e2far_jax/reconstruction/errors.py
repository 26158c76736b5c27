"""What can be wrong with a user's input; each message is one line that names the culprit."""


class PhotographError(ValueError):
    """A picture that cannot be used; the others can.

    Attributes:
      kind: the kind of trouble, for a summary.
    """

    kind = "not usable"


class TooManyPixelsError(PhotographError):
    """A picture that would take too much memory."""


class NoFaceError(PhotographError):
    """A picture in which no face was found."""

    kind = "no face found"


class UnwritableError(PhotographError):
    """A face that a file's format, or its name, cannot hold."""

    kind = "not written"


class BoxesError(ValueError):
    """A boxes file that cannot be used."""


class LandmarksError(ValueError):
    """Landmark files that cannot be used."""


class ReconstructionError(ValueError):
    """Weights that cannot reconstruct a face."""
