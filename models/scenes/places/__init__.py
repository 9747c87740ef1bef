"""The places of the scenes: what stands there, the camera, its zones and control points. No renderer here."""
