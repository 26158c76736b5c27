"""What the bytes of a page hold, unpacked without the page's own script."""

from __future__ import annotations

import base64
import dataclasses
import html.parser
import io
import json
import re
import zlib

import jax.numpy as jnp
import numpy as np
import pytest
from PIL import Image

from e2far_jax.viewer.page import content_hash, face_page
from e2far_jax.viewer.sliders import expression_groups, sliders
from tests.reconstruction.conftest import dome
from tests.viewer.faces import dome_face, gradient

HOSTILE = "<script>alert(1)</script>&\"'.jpg"


def unpacked(text: str, dtype: str) -> np.ndarray:
    return np.frombuffer(zlib.decompress(base64.b64decode(text)), dtype)


class Reader(html.parser.HTMLParser):
    """The texts of a page's elements, and everything that it would load."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.texts: dict[str, list[str]] = {}
        self.loaded: list[str] = []
        self.stack: list[str] = []
        self.policy = ""
        self.feed(page.decode("utf-8"))

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.loaded += [found[name] for name in ("src", "href", "srcset") if name in found]
        if found.get("http-equiv") == "Content-Security-Policy":
            self.policy = found["content"]
        self.stack.append(found.get("id") or tag)
        self.texts.setdefault(self.stack[-1], [])

    def handle_endtag(self, tag):
        self.stack.pop() if self.stack else None

    def handle_data(self, data):
        if self.stack:
            self.texts[self.stack[-1]].append(data)

    @property
    def data(self) -> dict:
        return json.loads("".join(self.texts["face"]))


def test_the_page_holds_the_face():
    face = dome_face()
    data = Reader(face_page(face, gradient(face.model))).data
    mesh = data["mesh"]
    neutral = unpacked(mesh["neutral"], "<f4").reshape(-1, 3)
    moves = mesh["step"] * unpacked(mesh["displacements"], "<i2").reshape(4, -1, 3)
    own = np.array([expression["own"] for expression in data["expressions"]])
    np.testing.assert_allclose(neutral, face.neutral_vertices, atol=1e-5)
    expressed = neutral + np.einsum("enc,e->nc", moves, own)
    np.testing.assert_allclose(expressed, face.vertices, atol=0.005 * np.abs(own).sum() + 1e-4)
    np.testing.assert_array_equal(
        unpacked(mesh["triangles"], "<u4").reshape(-1, 3), face.model.triangles
    )
    colours = unpacked(data["colours"]["photograph"], "u1").reshape(-1, 3) / 255.0
    np.testing.assert_allclose(colours, gradient(face.model), atol=0.5 / 255 + 1e-6)


def test_displacements_that_need_more_than_sixteen_bits_are_rounded_more():
    model = dome()
    model = dataclasses.replace(model, expression_basis=model.expression_basis * 1000.0)
    mesh = Reader(face_page(dome_face(model))).data["mesh"]
    moves = mesh["step"] * unpacked(mesh["displacements"], "<i2").reshape(4, -1, 3)
    truth = np.moveaxis(np.asarray(model.expression_basis), -1, 0)
    np.testing.assert_allclose(moves, truth, atol=0.51 * mesh["step"])


def test_only_what_is_opaque_is_drawn():
    model = dome()
    opaque = np.arange(144) < 72
    model = dataclasses.replace(model, regions={**model.regions, "opaque": jnp.asarray(opaque)})
    mesh = Reader(face_page(dome_face(model), gradient(model))).data["mesh"]
    assert len(unpacked(mesh["neutral"], "<f4")) == 3 * 72
    assert len(unpacked(mesh["triangles"], "<u4")) == 3 * 2 * 11 * 5


def test_a_texture_comes_with_its_own_corners():
    face = dome_face()
    texture = np.random.default_rng(0).uniform(size=(16, 32, 3)).astype(np.float32)
    data = Reader(face_page(face, texture=texture)).data
    mesh = data["mesh"]
    corners = unpacked(mesh["corners"], "<u4")[unpacked(mesh["triangles"], "<u4")]
    np.testing.assert_array_equal(corners.reshape(-1, 3), face.model.triangles)
    places = unpacked(mesh["places"], "<f4").reshape(-1, 2)[unpacked(mesh["triangles"], "<u4")]
    wanted = np.asarray(face.model.texture_coordinates)[np.asarray(face.model.texture_triangles)]
    np.testing.assert_array_equal(places.reshape(-1, 3, 2), wanted)
    picture = Image.open(io.BytesIO(base64.b64decode(data["texture"].partition(",")[2])))
    assert picture.size == (32, 16)


def test_the_photograph_is_where_its_camera_says():
    """A landmark falls on the same place of the part of the photograph as of the whole."""
    photograph = np.zeros((200, 240, 3), np.float32)
    face = dome_face()
    x, y = face.landmarks_2d[30]
    photograph[int(y) - 2 : int(y) + 3, int(x) - 2 : int(x) + 3] = 1.0
    view = Reader(face_page(dataclasses.replace(face, photograph=photograph))).data["photograph"]
    turned = np.array(view["rotation"]) @ face.landmarks_3d[30]
    place = np.array(view["translation"]) + view["scale"] * turned[:2] * [1.0, -1.0]
    part = Image.open(io.BytesIO(base64.b64decode(view["url"].partition(",")[2]))).convert("L")
    rows, columns = np.nonzero(np.asarray(part) > 128)
    np.testing.assert_allclose(place, [columns.mean() + 0.5, rows.mean() + 0.5], atol=1.0)


@pytest.mark.parametrize("without", [{"photograph": None}, {}])
def test_no_photograph(without):
    face = dome_face(**without)
    data = Reader(face_page(face, photograph=False)).data
    assert "photograph" not in data
    assert [one["kind"] for one in data["surfaces"]] == ["plain", "wireframe"]


def test_a_face_beyond_the_picture():
    camera = dataclasses.replace(dome_face().camera, translation=jnp.array([9000.0, -500.0]))
    view = Reader(face_page(dome_face(camera=camera))).data["photograph"]
    assert view["width"] >= 1
    assert view["height"] >= 1


def test_errors_have_a_scale_and_unknown_ones_a_gray():
    face = dome_face()
    errors = np.linspace(0.0, 4.0, 144).astype(np.float32)
    errors[5] = np.nan
    data = Reader(face_page(face, None, errors, largest_error=4.0)).data
    colours = unpacked(data["colours"]["errors"], "u1").reshape(-1, 3).astype(int)
    assert data["errors"]["largest"] == 4.0
    assert data["errors"]["ramp"][0] == "rgb({} {} {})".format(*colours[0])
    assert data["errors"]["ramp"][-1] == "rgb({} {} {})".format(*colours[-1])
    assert np.ptp(colours[5]) <= 1
    assert colours[0][2] > colours[0][0]
    assert colours[-1][0] > colours[-1][2]


def test_another_number_of_vertices_is_refused():
    face = dome_face()
    with pytest.raises(ValueError, match="143 colours; 'dome' has 144 vertices"):
        face_page(face, gradient(face.model)[1:])
    with pytest.raises(ValueError, match="1 errors; 'dome' has 144 vertices"):
        face_page(face, None, np.zeros(1, np.float32))


def test_names_are_text_and_nothing_else():
    model = dataclasses.replace(dome(), name=HOSTILE, expression_names=(HOSTILE, "b", "c", "d"))
    face = dome_face(model, image=f"secret/{HOSTILE}", weights=HOSTILE)
    page = face_page(face)
    read = Reader(page)
    assert "".join(read.texts["title"]) == "script>&\"'.jpg"  # what follows the last slash
    assert read.data["expressions"][0]["name"] == HOSTILE
    assert b"<script>alert" not in page
    assert b"secret" not in page


def test_nothing_is_loaded_and_only_this_script_runs():
    page = face_page(dome_face())
    read = Reader(page)
    assert read.loaded == []
    script = re.findall(r"<script>(.*?)</script>", page.decode(), re.DOTALL)
    assert len(script) == 1
    assert f"script-src {content_hash(script[0])};" in read.policy
    assert read.policy.startswith("default-src 'none';")


def test_groups_are_the_first_words_of_names():
    names = ("browDownLeft", "browDownRight", "jawOpen", "jawLeft", "tongueOut", "Fear", "3")
    groups = ["Brow", "Brow", "Jaw", "Jaw", "Others", "Others", "Others"]
    assert expression_groups(names) == groups


def test_sliders_reach_the_own_weights():
    face = dome_face(expression=np.array([-0.123, 1.4, 0.5, 0.0], np.float32))
    unit = sliders(face)
    assert [(one["low"], one["high"]) for one in unit[:3]] == [(-0.13, 1.0), (0.0, 1.4), (0.0, 1.0)]
    normal = sliders(dome_face(dome(named=False)))
    assert (normal[0]["name"], normal[0]["low"], normal[0]["high"]) == ("expression_1", -3.0, 3.0)
