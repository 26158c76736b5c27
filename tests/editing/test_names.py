from __future__ import annotations

import pytest

from e2far_jax.editing.names import EditError, meant, parsed_weights

NAMES = (
    "jawOpen",
    "jawLeft",
    "jawRight",
    "mouthSmileLeft",
    "mouthSmileRight",
    "mouthLeft",
    "browInnerUpLeft",
    "browOuterUpLeft",
    "browInnerUpRight",
)


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("jawOpen", ["jawOpen"]),
        ("JAWOPEN", ["jawOpen"]),
        ("mouthSmileLeft", ["mouthSmileLeft"]),
        ("mouthSmile", ["mouthSmileLeft", "mouthSmileRight"]),
        ("smile", ["mouthSmileLeft", "mouthSmileRight"]),
        ("browInnerUp", ["browInnerUpLeft", "browInnerUpRight"]),
        ("mouthLeft", ["mouthLeft"]),
        ("jawLeft", ["jawLeft"]),
    ],
)
def test_names_that_mean_one_expression(written, names):
    assert meant(written, NAMES) == names


@pytest.mark.parametrize(
    ("written", "message"),
    [("brow", "'brow' may mean browInnerUpLeft, browOuterUpLeft"), ("", "no expression"),
     ("wink", "no expression 'wink'; there are jawOpen")],
)  # fmt: skip
def test_names_that_mean_none_or_several(written, message):
    with pytest.raises(EditError, match=message):
        meant(written, NAMES)


def test_a_model_without_expressions():
    with pytest.raises(EditError, match="'smile': the face's model has no expressions"):
        parsed_weights("smile", ())


def test_weights_of_both_sides():
    assert parsed_weights(" smile=0.8, jawOpen = .2,", NAMES) == {
        "mouthSmileLeft": 0.8,
        "mouthSmileRight": 0.8,
        "jawOpen": 0.2,
    }
    assert parsed_weights("", NAMES) == {}


@pytest.mark.parametrize("text", ["smile", "smile=", "smile=much", "smile=nan", "smile=1=2", "=1"])
def test_what_is_no_weight(text):
    with pytest.raises(EditError):
        parsed_weights(text, NAMES)
