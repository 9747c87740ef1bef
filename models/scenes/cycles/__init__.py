"""The only part that needs Blender (`bpy`): materials, light, and the rendering of things into pictures."""
