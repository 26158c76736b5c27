"""What is said about a file stays one line, whatever is in the file."""

from pathlib import Path

from e2far_jax.containers.errors import FormatError


def test_an_error_names_the_file_the_field_and_the_problem():
    error = FormatError(Path("a.mat"), "größer", "is cut off")
    assert (error.source, error.field, error.problem) == ("a.mat", "größer", "is cut off")
    assert str(error) == "a.mat: größer: is cut off"


def test_what_a_file_made_of_its_names_stays_one_short_line():
    message = str(FormatError("a.mat", "a\nb\x1b[2J", 10**5 * "long"))
    assert message.startswith("a.mat: a b [2J: longlong")
    assert message.isprintable()
    assert len(message) < 500
    assert message.endswith("...")
