"""The application's answers, and its limits, without a network."""

from __future__ import annotations

import base64
import dataclasses
import io
import re
import threading
import zipfile

import pytest
from PIL import Image
from starlette.testclient import TestClient

from e2far_jax.server.app import make_app
from tests.server.conftest import LIMITS, files, picture, reconstruct

PNG = {"content-type": "image/png"}


def client_of(limits=LIMITS, reconstruct=reconstruct, public_names=(), **options) -> TestClient:
    app = make_app(reconstruct, files, limits, public_names=public_names)
    return TestClient(app, base_url="http://localhost:8000", **options)


@pytest.fixture(scope="module")
def client() -> TestClient:
    return client_of()


def post(client: TestClient, content: bytes, name: str = "me.png", **headers):
    return client.post("/faces", params={"name": name}, content=content, headers={**PNG, **headers})


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "TIFF"])
def test_a_picture_becomes_a_viewer_and_files(client, form):
    answer = post(client, picture(1, form), "C:\\my pictures\\me.png")
    assert answer.status_code == 200
    (face,) = answer.json()["faces"]
    assert face["name"] == "me"
    assert "<title>me.png</title>" in face["page"]
    archive = zipfile.ZipFile(io.BytesIO(base64.b64decode(face["archive"])))
    assert sorted(archive.namelist()) == ["me.html", "me.txt"]
    assert archive.read("me.html").decode() == face["page"]
    assert archive.read("me.txt") == b"me of me.png"


def test_the_largest_faces_are_kept(client):
    answer = post(client, picture(5)).json()
    assert [face["name"] for face in answer["faces"]] == ["me_0", "me_1"]
    assert answer["left_out"] == 3


@pytest.mark.parametrize(
    ("content", "status", "message"),
    [
        (b"hello", 422, "me.png: not a picture file of a known kind"),
        (picture(1, size=300)[:400], 422, "me.png: damaged picture ("),
        (b"", 422, "the file is empty"),
        (picture(0), 422, "no face was found in me.png"),
        (picture(1, blue=255), 422, "me.png: too blue"),
        (b"x" * 200_001, 413, "the file is too large: at most 0.2 MB are taken"),
        (picture(1, size=1001), 413, "me.png: 1001 x 1001, more than 1 million pixels"),
    ],
)
def test_a_bad_upload_gets_one_clear_message(client, content, status, message):
    answer = post(client, content)
    assert (answer.status_code, list(answer.json())) == (status, ["error"])
    assert answer.json()["error"].startswith(message)
    assert answer.headers["connection"] == "close"


def test_an_upload_of_unknown_length_is_given_up_at_the_limit(client):
    sent = []

    def endless():
        while len(sent) < 100:
            sent.append(1)
            yield b"x" * 50_000

    answer = post(client, endless())
    assert answer.status_code == 413


def test_a_picture_lies_as_its_camera_was_held():
    seen = []
    client = client_of(reconstruct=lambda picture: seen.append(picture.shape) or [])
    content = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    Image.new("RGB", (40, 20)).save(content, "JPEG", exif=exif)
    post(client, content.getvalue())
    assert seen == [(40, 20, 3)]


def test_each_client_has_its_rate():
    client = client_of(dataclasses.replace(LIMITS, burst=2, a_minute=6.0))
    statuses = [post(client, picture(1)).status_code for _ in range(3)]
    refused = post(client, picture(1))
    assert statuses == [200, 200, 429]
    assert refused.headers["retry-after"] == "10"
    assert "try again in 10 s" in refused.json()["error"]
    assert client.get("/").status_code == 200


def test_only_so_many_wait():
    entered, go = threading.Event(), threading.Event()

    def slow(picture):
        entered.set()
        assert go.wait(20)
        return reconstruct(picture)

    with client_of(dataclasses.replace(LIMITS, waiting=1), slow) as client:
        first: list[int] = []
        thread = threading.Thread(target=lambda: first.append(post(client, picture(1)).status_code))
        thread.start()
        assert entered.wait(20)
        busy = post(client, picture(1))
        go.set()
        thread.join()
    assert busy.status_code == 503
    assert int(busy.headers["retry-after"]) > 0
    assert first == [200]


def test_a_failure_of_ours_says_so_and_the_next_picture_works():
    calls = []

    def broken_once(picture):
        calls.append(1)
        if len(calls) == 1:
            raise RuntimeError("a secret")
        return reconstruct(picture)

    client = client_of(reconstruct=broken_once, raise_server_exceptions=False)
    answer = post(client, picture(1))
    assert answer.status_code == 500
    assert "not with your picture" in answer.json()["error"]
    assert "secret" not in answer.text
    assert post(client, picture(1)).status_code == 200


def test_other_sites_pages_can_send_nothing(client):
    assert post(client, picture(1), origin="http://evil.example").status_code == 403
    assert post(client, picture(1), origin="null").status_code == 403
    assert post(client, picture(1), origin="http://localhost:8000").status_code == 200
    form = client.post("/faces", files={"file": picture(1)})  # what a form can send unasked
    assert form.status_code == 415
    assert "access-control-allow-origin" not in form.headers


@pytest.mark.parametrize("path", ["/", "/index.js", "/index.css", "/faces", "/nothing"])
def test_every_answer_keeps_browsers_strict(client, path):
    headers = client.get(path).headers
    assert headers["content-security-policy"].startswith("default-src 'self'; ")
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"


def test_other_names_are_refused(client):
    assert client.get("/", headers={"host": "evil.example"}).status_code == 403
    assert client.get("/", headers={"host": "evil.example:8000"}).status_code == 403
    for host in ("localhost", "127.0.0.1:8000", "[::1]:8000", "192.168.1.5"):
        assert client.get("/", headers={"host": host}).status_code == 200


def test_a_proxy_may_offer_the_page_under_a_public_name():
    client = client_of(public_names=["faces.example.com"])
    site = "https://faces.example.com"
    kept = {"host": "faces.example.com", "origin": site}
    assert client.get("/", headers=kept).status_code == 200
    assert post(client, picture(1), **kept).status_code == 200
    for host in ("localhost:8000", "127.0.0.1:8000"):  # what proxies put in place of the name
        assert post(client, picture(1), host=host, origin=site).status_code == 200
        assert post(client, picture(1), host=host, origin="https://example.com").status_code == 403
    assert post(client, picture(1), origin="http://localhost:3000").status_code == 403


def test_only_their_own_rules_are_lost_where_has_is_not_known(client):
    rules = re.sub(r"/\*.*?\*/", "", client.get("/index.css").text)
    selectors = re.findall(r"([^{}]*:has\([^{}]*)\{", rules)
    assert selectors
    assert not any("," in selector for selector in selectors)
