"""A headless Chromium that draws without a graphics card; tests skip where there is none."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
SOFTWARE_WEBGL = ("--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")
FAKE_CAMERA = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")
SMALL = {"width": 900, "height": 500}
PHONE = {"width": 390, "height": 700}


@pytest.fixture(scope="module")
def browser() -> Iterator:
    """Of a module only: while it is there, nothing else may run an event loop in this thread."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip(f"no browser: none of {', '.join(NAMES)} is installed")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=program,
            args=[*SOFTWARE_WEBGL, *FAKE_CAMERA, *sandbox],
        )
        yield browser
        browser.close()


@contextlib.contextmanager
def opened(browser, url: str, **context) -> Iterator:
    """A page without network, which must not have complained when it is closed."""
    complaints = []
    with contextlib.closing(browser.new_context(**{"viewport": SMALL, **context})) as one:
        page = one.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: _note(message, complaints))
        page.goto(url)
        yield page
    assert not complaints


def _note(message, complaints: list[str]) -> None:
    # A refused upload is logged by the browser itself.
    if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
        complaints.append(message.text)


def picture_of(locator) -> np.ndarray:
    """What an element looks like, [H W 3]."""
    return np.asarray(Image.open(io.BytesIO(locator.screenshot())).convert("RGB"), np.int32)


def changed(before: np.ndarray, after: np.ndarray) -> float:
    """The share of pixels that are different to the eye."""
    return float((np.abs(after - before).max(axis=-1) > 12).mean())
