"""Binary glTF 2.0 files: `glb_bytes` of `writer.py` makes one of what `mesh.py` describes.

The format: Khronos Group, "glTF 2.0 Specification", 2021 (ISO/IEC 12113). Nothing beyond its core
is used, so that Blender, three.js and Unity read the files without extensions.
"""
