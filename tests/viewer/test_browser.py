"""The page in a headless browser, opened from a file and with the network off."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest

from e2far_jax.viewer.page import face_page
from tests.browser import PHONE, browser, changed, opened, picture_of  # noqa: F401
from tests.viewer.faces import dome_face, gradient


@pytest.fixture(scope="module")
def face():
    return dome_face()


@pytest.fixture(scope="module")
def url(face, tmp_path_factory) -> str:
    errors = np.linspace(0.0, 6.0, 144).astype(np.float32)
    path = tmp_path_factory.mktemp("pages") / "face.html"
    path.write_bytes(face_page(face, gradient(face.model), errors))
    return path.as_uri()


@pytest.fixture
def page(browser, url):  # noqa: F811
    with opened(browser, url, offline=True) as page:
        page.wait_for_selector("html[data-state=ready]")
        yield page


@pytest.fixture
def textured(browser, face, tmp_path):  # noqa: F811
    """A page with a texture, and with errors as colours."""
    errors = np.linspace(0.0, 6.0, 144).astype(np.float32)
    texture = np.random.default_rng(0).uniform(size=(16, 32, 3)).astype(np.float32)
    path = tmp_path / "textured.html"
    path.write_bytes(face_page(face, errors=errors, texture=texture))
    with opened(browser, path.as_uri(), offline=True) as page:
        page.wait_for_selector("html[data-state=ready]")
        yield page


def settled(page) -> np.ndarray:
    """The stage once two frames have passed."""
    page.evaluate("new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))")
    return picture_of(page.locator("#stage"))


def vertices_of(page) -> np.ndarray:
    return np.array(page.evaluate("[...viewer.vertices]")).reshape(-1, 3)


def set_slider(page, name: str, value: float) -> None:
    page.locator(f"input[name={name}]").fill(str(value))


def test_the_face_is_drawn_as_it_is(page, face):
    picture = settled(page)
    assert changed(np.broadcast_to(picture[0, 0], picture.shape), picture) > 0.2
    np.testing.assert_allclose(vertices_of(page), face.vertices, atol=0.01)


def test_a_slider_moves_vertices(page, face):
    before = settled(page)
    set_slider(page, "jawOpen", 1.0)
    weights = {**face.expression_weights, "jawOpen": 1.0}
    np.testing.assert_allclose(vertices_of(page), face.mesh(weights).vertices, atol=0.02)
    assert page.evaluate("viewer.weights.jawOpen") == 1.0
    assert changed(before, settled(page)) > 0.001


def test_neutral_and_own(page, face):
    page.click("#neutral")
    np.testing.assert_allclose(vertices_of(page), face.neutral_vertices, atol=1e-4)
    assert page.locator("input[name=smile]").input_value() == "0"
    page.click("#own")
    np.testing.assert_allclose(vertices_of(page), face.vertices, atol=0.01)


def test_mouse_wheel_and_keys_turn_and_zoom(page):
    views = [settled(page)]
    page.mouse.move(200, 250)
    page.mouse.down()
    page.mouse.move(330, 280, steps=3)
    page.mouse.up()
    views.append(settled(page))
    page.mouse.wheel(0, -300)
    views.append(settled(page))
    page.focus("canvas")
    for key in ("ArrowLeft", "Shift+ArrowUp", "-"):
        page.keyboard.press(key)
        views.append(settled(page))
    assert all(changed(*pair) > 0.01 for pair in itertools.pairwise(views))
    page.keyboard.press("0")
    inside = (slice(10, -10), slice(10, -10))  # of the ring that shows the focus
    assert changed(views[0][inside], settled(page)[inside]) == 0.0


def test_turning_goes_where_the_mouse_goes(page):
    """The nose, at (0, 0, z), moves right and down with the mouse: it sticks to it."""
    page.mouse.move(200, 250)
    page.mouse.down()
    page.mouse.move(240, 270)
    page.mouse.up()
    rotation = np.array(page.evaluate("viewer.turning.rotation"))
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-6)
    np.testing.assert_allclose(np.linalg.det(rotation), 1.0, atol=1e-6)
    nose = rotation @ [0.0, 0.0, 1.0]
    assert nose[0] > 0.1
    assert nose[1] < -0.05


def test_surfaces_look_different(page):
    views = []
    for kind in ("photograph", "plain", "wireframe", "errors"):
        page.check(f"input[value={kind}]")
        views.append(settled(page))
    pairs = [(a, b) for at, a in enumerate(views) for b in views[at + 1 :]]
    assert all(changed(*pair) > 0.05 for pair in pairs)
    assert page.locator("#most").is_visible()


def test_the_overlay_covers_the_photographs_face(browser, face, tmp_path):  # noqa: F811
    """In the photograph's colours the face vanishes in the photograph: each vertex at its pixel."""
    columns, rows = face.projected(face.vertices)[:, :2].T.astype(int)
    photograph = np.zeros((200, 240, 3), np.float32)
    photograph[..., 0] = np.linspace(-1.0, 2.0, 240).clip(0.1, 0.9)
    photograph[..., 1] = np.linspace(-1.0, 2.0, 200)[:, None].clip(0.1, 0.9)
    colours = photograph[np.clip(rows, 0, 199), np.clip(columns, 0, 239)]
    path = tmp_path / "face.html"
    path.write_bytes(face_page(dataclasses.replace(face, photograph=photograph), colours))
    with opened(browser, path.as_uri(), offline=True) as page:
        page.wait_for_selector("html[data-state=ready]")
        page.check("#overlay")
        page.locator("#opacity").fill("0")
        alone = settled(page)
        page.locator("#opacity").fill("1")
        covered = settled(page)
    assert changed(alone, covered) > 0.05
    # Shading darkens the face, and leaves the ratio of red to green, which tells places apart.
    middle = (slice(230, 270), slice(220, 260))
    before, after = (
        view[middle][..., 0] / view[middle][..., :2].sum(-1) for view in (alone, covered)
    )
    assert np.ptp(before) > 0.1
    assert abs((after - before).mean()) < 0.01


@pytest.mark.parametrize("kind", ["photograph", "errors"])
def test_the_face_comes_back_when_the_graphics_card_does(textured, kind):
    page = textured
    page.check(f"input[value={kind}]")
    before = settled(page)
    page.evaluate("window.card = viewer.drawing.gl.getExtension('WEBGL_lose_context')")
    for action, event in (("lose", "lost"), ("restore", "restored")):
        page.evaluate(
            f"""new Promise((go) => {{
                canvas.addEventListener("webglcontext{event}", () => setTimeout(go));
                card.{action}Context();
            }})"""
        )
    assert changed(before, settled(page)) == 0.0


def test_a_texture_is_handed_over_once(textured):
    before = settled(textured)
    textured.evaluate(
        """() => {
            const {gl} = viewer.drawing, make = gl.createTexture;
            window.made = 0;
            gl.createTexture = () => (made++, make.call(gl));
        }"""
    )
    for kind in ("plain", "photograph"):
        textured.check(f"input[value={kind}]")
    assert changed(before, settled(textured)) == 0.0
    assert textured.evaluate("made") == 0


def test_without_webgl_there_is_a_message(browser, url):  # noqa: F811
    context = browser.new_context()
    page = context.new_page()
    page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
    page.goto(url)
    page.wait_for_selector("html[data-state=unsupported]")
    assert "needs WebGL 2" in page.locator("[role=alert]").inner_text()
    context.close()


def test_every_control_has_a_label_and_the_page_fits_a_phone(browser, url):  # noqa: F811
    with opened(browser, url, viewport=PHONE, color_scheme="dark", has_touch=True) as page:
        page.wait_for_selector("html[data-state=ready]")
        unlabelled = "[...document.querySelectorAll('input')].filter((one) => !one.labels.length)"
        assert page.evaluate(f"{unlabelled}.length") == 0
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        assert picture_of(page.locator("#panel"))[-1, 0].max() < 60  # dark
        page.locator("canvas").tap()
        assert page.locator("canvas").bounding_box()["height"] > 300
