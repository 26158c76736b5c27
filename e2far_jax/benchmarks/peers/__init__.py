"""Peers: the same work written as the users of another library would write it.

They need the extra "benchmark"; nothing else in the package imports them.
"""

from __future__ import annotations

import importlib.util

PEERS = ("torch", "onnxruntime")


def present(peer: str) -> bool:
    """Whether a peer can be imported; ONNX Runtime is handed a file that `onnx` writes."""
    needed = ("torch",) if peer == "torch" else ("onnx", "onnxruntime")
    return all(importlib.util.find_spec(name) is not None for name in needed)
