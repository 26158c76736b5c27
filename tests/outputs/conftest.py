from tests.faces.written_faces import face, settings

__all__ = ["face", "settings"]
