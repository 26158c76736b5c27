"""Khronos' own validator has nothing to say; skipped where Node.js does not find it.

`npm install gltf-validator` in any folder, and `NODE_PATH=FOLDER/node_modules`.
"""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from e2far_jax.gltf.writer import glb_bytes

VALIDATE = """
const validator = require("gltf-validator"), chunks = [];
process.stdin.on("data", (chunk) => chunks.push(chunk));
process.stdin.on("end", () => validator.validateBytes(new Uint8Array(Buffer.concat(chunks)))
  .then((report) => console.log(JSON.stringify(report.issues.messages))));
"""


def validate(content: bytes) -> list[dict]:
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node.js is not here")
    if subprocess.run([node, "-e", 'require("gltf-validator")'], capture_output=True).returncode:
        pytest.skip("Node.js does not find its package gltf-validator")
    said = subprocess.run([node, "-e", VALIDATE], input=content, capture_output=True, check=True)
    return json.loads(said.stdout)


def test_the_validator_has_nothing_to_say(everything):
    assert validate(glb_bytes(*everything)) == []


def test_the_validator_sees_damage(everything):
    content = glb_bytes(*everything).replace(b'"LINEAR"', b'"LINEAL"')
    assert [message["code"] for message in validate(content)]
