"""The stand-in network of reconstruction."""

from tests.reconstruction import conftest as reconstruction

model = reconstruction.model
network = reconstruction.network
photograph = reconstruction.photograph
