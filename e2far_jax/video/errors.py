"""What can be wrong with a video; each message is one line that names it."""


class VideoError(ValueError):
    """A file that is no video, a damaged one, or one in which nobody can be followed."""
