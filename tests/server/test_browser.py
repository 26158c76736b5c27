"""The server's page in a headless browser."""

from __future__ import annotations

import numpy as np
import pytest

from tests.browser import PHONE, browser, changed, opened, picture_of  # noqa: F401
from tests.server.conftest import FACE, picture


@pytest.fixture
def page(browser, server):  # noqa: F811
    with opened(browser, server, permissions=["camera"]) as page:
        yield page


def viewer_in(page):
    """The first face's viewer, ready."""
    frame = page.locator("iframe").first.element_handle().content_frame()
    frame.wait_for_selector("html[data-state=ready]")
    return frame


def test_a_chosen_picture_gives_a_face_that_moves(page, picture_file):
    page.set_input_files("#file", picture_file("me.png", picture(1)))
    frame = viewer_in(page)
    assert page.locator("#status").inner_text() == "1 face found."
    before = picture_of(frame.locator("#stage"))
    assert changed(np.broadcast_to(before[0, 0], before.shape), before) > 0.1
    frame.locator("input[name=jawOpen]").fill("1")
    moved = np.array(frame.evaluate("[...viewer.vertices]")).reshape(-1, 3)
    weights = {**FACE.expression_weights, "jawOpen": 1.0}
    np.testing.assert_allclose(moved, FACE.mesh(weights).vertices, atol=0.02)
    with page.expect_download() as download:
        page.click("text=Download all files")
    assert download.value.suggested_filename == "me.zip"


def test_a_dropped_picture(page):
    content = list(picture(2))
    page.evaluate(
        """content => {
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File([new Uint8Array(content)], "two.png"));
            document.dispatchEvent(new DragEvent("drop", {dataTransfer, cancelable: true}));
        }""",
        content,
    )
    viewer_in(page)
    assert page.locator("iframe").count() == 2
    assert page.locator("h2").all_inner_texts() == ["two_0", "two_1"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"no picture", "Notes.png: not a picture"),
        (picture(0), "No face was found in Notes.png."),
        (b"x" * 200_001, "The file is too large: at most 0.2 MB are taken."),
    ],
)
def test_a_bad_upload_gets_a_message(page, picture_file, content, message):
    page.set_input_files("#file", picture_file("Notes.png", content))
    trouble = page.locator("#trouble:not(:empty)")
    trouble.wait_for()
    assert trouble.inner_text().startswith(message)
    assert page.locator("iframe").count() == 0
    assert page.locator("#status").inner_text() == ""


def test_the_camera_takes_a_picture(page):
    """Chromium's stand-in for a camera shows green, in which our stand-in sees no face."""
    page.click("#camera")
    page.click("#take:enabled")
    trouble = page.locator("#trouble:not(:empty)")
    trouble.wait_for()
    assert trouble.inner_text() == "No face was found in camera.jpg."
    assert page.locator("#shot").is_hidden()
    assert page.evaluate("document.querySelector('video').srcObject") is None


def test_the_camera_is_opened_once_and_closed(page):
    page.evaluate(
        """() => {
            const devices = navigator.mediaDevices, open = devices.getUserMedia.bind(devices);
            window.streams = [];
            devices.getUserMedia = async (wanted) => {
                streams.push(await open(wanted));
                return streams.at(-1);
            };
        }"""
    )
    page.evaluate("for (let press = 0; press < 2; press++) element('camera').click()")
    page.click("#take:enabled")
    page.click("#camera")
    page.click("#close")
    states = page.evaluate("streams.map((stream) => stream.getTracks()[0].readyState)")
    assert states == ["ended", "ended"]


def test_closing_the_camera_before_its_first_picture_is_no_trouble(page):
    """Which ends what plays by an error."""
    page.evaluate(
        """() => {
            const ended = new DOMException("interrupted", "AbortError");
            document.querySelector("video").play = () => Promise.reject(ended);
        }"""
    )
    page.click("#camera")
    page.click("#close")
    page.wait_for_selector("#shot", state="hidden")
    assert page.locator("#trouble").inner_text() == ""


def test_a_camera_that_fails_may_be_tried_again(page):
    page.evaluate(
        "() => {navigator.mediaDevices.getUserMedia = () => Promise.reject(Error('in use'))}"
    )
    page.click("#camera")
    page.locator("#trouble:not(:empty)").wait_for()
    assert page.locator("#trouble").inner_text().endswith("be used (in use).")
    assert page.locator("#camera").is_enabled()


def test_a_picture_too_early_is_not_dropped_without_a_word(page, picture_file):
    requests = []
    page.route("**/faces*", lambda request: requests.append(request))
    for name in ("one.png", "two.png"):
        page.set_input_files("#file", picture_file(name, picture(1)))
    page.locator("#trouble:not(:empty)").wait_for()
    assert page.locator("#trouble").inner_text().startswith("One picture at a time")
    assert page.locator("#status").inner_text() == "Looking for faces …"
    (request,) = requests
    request.continue_()
    viewer_in(page)
    assert page.locator("h2").all_inner_texts() == ["one"]
    assert page.locator("#trouble").inner_text() == ""


def test_downloads_of_an_earlier_picture_are_let_go(page, picture_file):
    page.evaluate(
        """() => {
            const revoke = URL.revokeObjectURL;
            window.revoked = [];
            URL.revokeObjectURL = (url) => (revoked.push(url), revoke.call(URL, url));
        }"""
    )
    page.set_input_files("#file", picture_file("one.png", picture(1)))
    viewer_in(page)
    links = page.evaluate("[...document.querySelectorAll('#faces a')].map(({href}) => href)")
    assert page.evaluate("revoked") == []
    page.set_input_files("#file", picture_file("two.png", picture(1)))
    page.wait_for_selector("h2:text('two')")
    assert page.evaluate("revoked") == links
    assert len(links) == 2


def test_a_picture_may_be_dropped_on_a_viewer(page, picture_file):
    """By a drag of the browser itself, which asks what lies where."""
    page.set_input_files("#file", picture_file("one.png", picture(1)))
    viewer_in(page)
    viewer = page.locator("iframe").bounding_box()
    data = {"items": [], "files": [picture_file("two.png", picture(1))], "dragOperationsMask": 1}
    session = page.context.new_cdp_session(page)

    def drag(kind: str, y: float) -> None:
        place = {"x": viewer["x"] + 100.0, "y": y}
        session.send("Input.dispatchDragEvent", {"type": kind, "data": data, **place})

    drag("dragEnter", viewer["y"] - 20.0)
    drag("dragOver", viewer["y"] - 20.0)
    page.wait_for_selector("body.dragging")
    drag("dragOver", viewer["y"] - 20.0)  # the wait may have been longer than a drag stands still
    for kind in ("dragOver", "dragOver", "drop"):
        drag(kind, viewer["y"] + 50.0)
    page.wait_for_selector("h2:text('two')")
    page.wait_for_selector("body:not(.dragging)")


def test_the_page_fits_a_phone(browser, server):  # noqa: F811
    with opened(browser, server, viewport=PHONE) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.id") == "file"
