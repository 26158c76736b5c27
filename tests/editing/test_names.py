from __future__ import annotations

import pytest

from e2far_jax.editing.names import EditError, meant, parsed_weights

NAMES = (
    "jawOpen",
    "jawLeft",
    "jawRight",
    "mouthSmile_L",
    "mouthSmile_R",
    "mouthLeft",
    "browInnerUp_L",
    "browOuterUp_L",
    "browInnerUp_R",
)


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("jawOpen", ["jawOpen"]),
        ("JAWOPEN", ["jawOpen"]),
        ("mouthSmile_L", ["mouthSmile_L"]),
        ("mouthSmile", ["mouthSmile_L", "mouthSmile_R"]),
        ("smile", ["mouthSmile_L", "mouthSmile_R"]),
        ("browInnerUp", ["browInnerUp_L", "browInnerUp_R"]),
        ("mouthLeft", ["mouthLeft"]),
        ("jawLeft", ["jawLeft"]),
    ],
)
def test_names_that_mean_one_expression(written, names):
    assert meant(written, NAMES) == names


@pytest.mark.parametrize(
    ("written", "message"),
    [("brow", "'brow' may mean browInnerUp_L, browOuterUp_L"), ("", "no expression"),
     ("wink", "no expression 'wink'; there are jawOpen")],
)  # fmt: skip
def test_names_that_mean_none_or_several(written, message):
    with pytest.raises(EditError, match=message):
        meant(written, NAMES)


def test_weights_of_both_sides():
    assert parsed_weights(" smile=0.8, jawOpen = .2,", NAMES) == {
        "mouthSmile_L": 0.8,
        "mouthSmile_R": 0.8,
        "jawOpen": 0.2,
    }
    assert parsed_weights("", NAMES) == {}


@pytest.mark.parametrize("text", ["smile", "smile=", "smile=much", "smile=nan", "smile=1=2", "=1"])
def test_what_is_no_weight(text):
    with pytest.raises(EditError):
        parsed_weights(text, NAMES)
