"""A Blender scene that holds things, a camera and light, and renders pictures of all or part of the view."""

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import bpy
import cv2
import mathutils
import numpy as np
import numpy.typing as npt

from models.scenes.cycles.materials import Materials, linear
from models.scenes.light import Light
from models.scenes.pinhole import Camera
from models.scenes.shapes.mesh import Mesh
from models.scenes.shapes.thing import Part, Thing

Picture = npt.NDArray[np.uint8]
Window = tuple[int, int, int, int]
"""Part of the picture: left, top, right, bottom in pixels."""


class Studio:
    """One Blender scene. Things are added once and then moved; the renderer keeps what did not change."""

    def __init__(self, threads: int = 1) -> None:
        bpy.ops.wm.read_factory_settings(use_empty=True)
        self._scene = bpy.context.scene
        self._materials = Materials()
        self._objects: dict[str, list[Any]] = {}
        self._size = (0, 0)
        self._lamps: list[Any] = []
        self._camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
        self._scene.collection.objects.link(self._camera)
        self._scene.camera = self._camera
        self._settings(threads)

    def _settings(self, threads: int) -> None:
        scene = self._scene
        scene.render.engine = "CYCLES"
        scene.render.threads_mode, scene.render.threads = "FIXED", threads
        scene.render.use_persistent_data = True
        scene.render.use_compositing = scene.render.use_sequencer = False
        scene.render.resolution_percentage = 100
        scene.render.image_settings.file_format = "PNG"
        scene.render.image_settings.compression = 5
        scene.view_settings.view_transform = "AgX"
        scene.view_settings.look = "AgX - Medium High Contrast"
        cycles = scene.cycles
        cycles.device, cycles.use_denoising, cycles.denoiser = "CPU", True, "OPENIMAGEDENOISE"
        cycles.denoising_input_passes, cycles.denoising_quality = "RGB_ALBEDO_NORMAL", "BALANCED"
        cycles.denoising_prefilter = "FAST"
        cycles.use_adaptive_sampling = True
        cycles.adaptive_threshold = 0.03
        cycles.max_bounces, cycles.diffuse_bounces, cycles.glossy_bounces = 4, 2, 2
        cycles.transmission_bounces, cycles.transparent_max_bounces = 1, 4
        cycles.caustics_reflective = cycles.caustics_refractive = False
        cycles.sample_clamp_indirect = 4.0

    def aim(self, camera: Camera) -> None:
        """Set the camera."""
        self._camera.matrix_world = mathutils.Matrix(camera.pose.tolist())
        lens = self._camera.data
        lens.sensor_fit, lens.clip_start, lens.clip_end = "HORIZONTAL", 0.05, 400.0
        lens.angle = float(np.radians(camera.field_of_view_deg))
        self._scene.render.resolution_x, self._scene.render.resolution_y = camera.width_px, camera.height_px
        self._size = (camera.width_px, camera.height_px)

    def light(self, light: Light) -> None:
        """Set sun, sky, lamps and exposure."""
        for lamp in self._lamps:
            bpy.data.objects.remove(lamp)
        self._lamps = []
        self._scene.world = _sky(light)
        if light.sun_w_m2 > 0:
            self._lamps.append(_sun(light))
        self._lamps += [
            _lamp(lamp.at_m, lamp.power_w, linear(lamp.colour)[:3], lamp.radius_m) for lamp in light.lamps
        ]
        for lamp in self._lamps:
            self._scene.collection.objects.link(lamp)
        self._scene.view_settings.exposure = light.exposure_stops

    def show(self, things: Iterable[Thing]) -> None:
        """Let exactly these things be there: new ones are added, known ones are moved, others are hidden."""
        wanted = {thing.name: thing for thing in things}
        for name, objects in self._objects.items():
            if name not in wanted:
                for item in objects:
                    item.hide_render = True
        for name, thing in wanted.items():
            if name not in self._objects:
                self._objects[name] = [self._new_object(name, part) for part in thing.parts]
            for item, part in zip(self._objects[name], thing.parts, strict=True):
                item.hide_render = False
                item.matrix_world = mathutils.Matrix((thing.matrix @ part.matrix).tolist())

    def _new_object(self, name: str, part: Part) -> Any:
        data = _blender_mesh(name, part.mesh, part.smooth)
        data.materials.append(self._materials.of(part.look))
        item = bpy.data.objects.new(name, data)
        self._scene.collection.objects.link(item)
        return item

    def picture(self, samples: int, seed: int = 0, window: Window | None = None) -> Picture:
        """Render the view, or a window of it, as BGR."""
        render = self._scene.render
        width, height = self._size
        render.use_border = render.use_crop_to_border = window is not None
        if window is not None:
            left, top, right, bottom = window
            render.border_min_x, render.border_max_x = left / width, right / width
            render.border_min_y, render.border_max_y = 1 - bottom / height, 1 - top / height
        self._scene.cycles.samples, self._scene.cycles.seed = samples, seed
        with tempfile.TemporaryDirectory() as folder:
            render.filepath = str(Path(folder) / "picture.png")
            bpy.ops.render.render(write_still=True)
            read = cv2.imread(render.filepath, cv2.IMREAD_COLOR)
        if read is None:
            raise RuntimeError("the renderer wrote no picture")
        if window is not None and read.shape[:2] != (window[3] - window[1], window[2] - window[0]):
            raise RuntimeError(f"rendered {read.shape[1]}x{read.shape[0]} for the window {window}")
        return np.asarray(read, np.uint8)


def _blender_mesh(name: str, mesh: Mesh, smooth: bool) -> Any:
    data = bpy.data.meshes.new(name)
    data.from_pydata(mesh.vertices_m.tolist(), [], [list(face) for face in mesh.faces])
    data.update()
    if smooth:
        data.polygons.foreach_set("use_smooth", [True] * len(data.polygons))
    return data


def _sun(light: Light) -> Any:
    data = bpy.data.lights.new("sun", "SUN")
    data.energy, data.angle, data.color = light.sun_w_m2, 0.009, light.sun_colour
    sun = bpy.data.objects.new("sun", data)
    sun.rotation_euler = (
        float(np.radians(90 - light.sun_height_deg)),
        0.0,
        float(np.radians(180 - light.sun_from_deg)),
    )
    return sun


def _lamp(
    at_m: tuple[float, float, float], power_w: float, colour: tuple[float, ...], radius_m: float
) -> Any:
    data = bpy.data.lights.new("lamp", "SPOT")
    data.energy, data.color, data.shadow_soft_size = power_w, colour, radius_m
    data.spot_size, data.spot_blend = 2.4, 0.6
    lamp = bpy.data.objects.new("lamp", data)
    lamp.location = at_m
    return lamp


def _sky(light: Light) -> Any:
    """A gradient from the horizon up, which is all that a camera looking down sees of a sky."""
    world = bpy.data.worlds.new("sky")
    world.use_nodes = True
    tree = world.node_tree
    ramp = tree.nodes.new("ShaderNodeValToRGB")
    ramp.color_ramp.elements[0].color, ramp.color_ramp.elements[1].color = (
        linear(light.horizon_colour),
        linear(light.sky_colour),
    )
    ramp.color_ramp.elements[1].position = 0.5
    split = tree.nodes.new("ShaderNodeSeparateXYZ")
    tree.links.new(tree.nodes.new("ShaderNodeTexCoord").outputs["Generated"], split.inputs[0])
    tree.links.new(split.outputs["Z"], ramp.inputs["Fac"])
    background = tree.nodes["Background"]
    background.inputs["Strength"].default_value = light.sky_strength
    tree.links.new(ramp.outputs["Color"], background.inputs["Color"])
    return world
