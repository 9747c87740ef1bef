"""Turns looks into Cycles materials: principled surfaces with procedural colour and relief."""

from collections.abc import Callable
from typing import Any

import bpy

from models.scenes.shapes.looks import Colour, Look

Tree = Any
Socket = Any


class Materials:
    """Makes each look's material once."""

    def __init__(self) -> None:
        self._made: dict[Look, Any] = {}

    def of(self, look: Look) -> Any:
        """Give the material of a look."""
        if look not in self._made:
            self._made[look] = _material(look)
        return self._made[look]


def linear(colour: Colour) -> tuple[float, float, float, float]:
    """Colours in looks are chosen by eye as linear reflectance."""
    return colour[0], colour[1], colour[2], 1.0


def _material(look: Look) -> Any:
    material = bpy.data.materials.new(look.surface)
    material.use_nodes = True
    tree = material.node_tree
    shader = tree.nodes["Principled BSDF"]
    shader.inputs["Base Color"].default_value = linear(look.colour)
    shader.inputs["Roughness"].default_value = look.roughness
    shader.inputs["Metallic"].default_value = look.metallic
    _SURFACES.get(look.surface, _plain)(tree, shader, look)
    return material


def _plain(tree: Tree, shader: Any, look: Look) -> None:
    colour = _mottled(tree, look.colour, 0.16, 9.0)
    tree.links.new(colour, shader.inputs["Base Color"])


def _node(tree: Tree, kind: str, **inputs: object) -> Any:
    node = tree.nodes.new(kind)
    for name, value in inputs.items():
        node.inputs[name.replace("_", " ")].default_value = value
    return node


def _place(tree: Tree, world: bool = False) -> Socket:
    """Coordinates in metres: of the object, or of the world for ground that runs through."""
    if world:
        return tree.nodes.new("ShaderNodeNewGeometry").outputs["Position"]
    return tree.nodes.new("ShaderNodeTexCoord").outputs["Object"]


def _noise(tree: Tree, scale: float, detail: float = 4.0, world: bool = False) -> Socket:
    node = _node(tree, "ShaderNodeTexNoise", Scale=scale, Detail=detail)
    tree.links.new(_place(tree, world), node.inputs["Vector"])
    return node.outputs["Fac"]


def _ramp(tree: Tree, value: Socket, low: float, high: float, first: Colour, last: Colour) -> Socket:
    ramp = tree.nodes.new("ShaderNodeValToRGB")
    ramp.color_ramp.elements[0].position, ramp.color_ramp.elements[1].position = low, high
    ramp.color_ramp.elements[0].color, ramp.color_ramp.elements[1].color = linear(first), linear(last)
    tree.links.new(value, ramp.inputs["Fac"])
    return ramp.outputs["Color"]


def _scaled(colour: Colour, factor: float) -> Colour:
    return min(1.0, colour[0] * factor), min(1.0, colour[1] * factor), min(1.0, colour[2] * factor)


def _mottled(tree: Tree, colour: Colour, spread: float, scale: float, world: bool = False) -> Socket:
    noise = _noise(tree, scale, world=world)
    return _ramp(tree, noise, 0.3, 0.7, _scaled(colour, 1 - spread), _scaled(colour, 1 + spread))


def _mixed(tree: Tree, factor: Socket, first: Socket | Colour, last: Socket | Colour) -> Socket:
    mix = tree.nodes.new("ShaderNodeMix")
    mix.data_type = "RGBA"
    tree.links.new(factor, mix.inputs[0])
    for value, slot in ((first, mix.inputs[6]), (last, mix.inputs[7])):
        if isinstance(value, tuple):
            slot.default_value = linear(value)
        else:
            tree.links.new(value, slot)
    return mix.outputs[2]


def _relief(tree: Tree, shader: Any, height: Socket, strength: float, distance_m: float) -> None:
    bump = _node(tree, "ShaderNodeBump", Strength=strength, Distance=distance_m)
    tree.links.new(height, bump.inputs["Height"])
    tree.links.new(bump.outputs["Normal"], shader.inputs["Normal"])


def _film(tree: Tree, shader: Any, look: Look) -> None:
    """Thin plastic: crumpled relief that catches the light in small facets."""
    shader.inputs["Coat Weight"].default_value = 0.4
    shader.inputs["Coat Roughness"].default_value = 0.15
    cells = tree.nodes.new("ShaderNodeTexVoronoi")
    cells.feature, cells.inputs["Scale"].default_value = "SMOOTH_F1", 1 / look.grain_m
    tree.links.new(_place(tree), cells.inputs["Vector"])
    _relief(tree, shader, cells.outputs["Distance"], 0.55, 0.03)
    colour = _mottled(tree, look.colour, 0.15, 6.0)
    if look.clear > 0:
        inside = _ramp(tree, _noise(tree, 14.0, 6.0), 0.4, 0.62, (0.16, 0.12, 0.08), (0.55, 0.5, 0.4))
        share = tree.nodes.new("ShaderNodeValue")
        share.outputs[0].default_value = look.clear
        colour = _mixed(tree, share.outputs[0], colour, inside)
    tree.links.new(colour, shader.inputs["Base Color"])


def _paint(tree: Tree, shader: Any, look: Look) -> None:
    shader.inputs["Coat Weight"].default_value = 0.8
    shader.inputs["Coat Roughness"].default_value = 0.06
    tree.links.new(_mottled(tree, look.colour, 0.05, 2.0), shader.inputs["Base Color"])


def _glass(tree: Tree, shader: Any, look: Look) -> None:
    shader.inputs["Specular IOR Level"].default_value = 0.8
    shader.inputs["Coat Weight"].default_value = 0.5


def _leaf(tree: Tree, shader: Any, look: Look) -> None:
    shader.inputs["Roughness"].default_value = 0.65
    noise = _noise(tree, 5.0, 2.0)
    tree.links.new(_ramp(tree, noise, 0.3, 0.7, look.colour, look.second), shader.inputs["Base Color"])


def _wetness(tree: Tree, shader: Any, look: Look, colour: Socket, dry_roughness: float) -> None:
    """Wet ground is darker, and its puddles reflect."""
    if look.wet <= 0:
        tree.links.new(colour, shader.inputs["Base Color"])
        shader.inputs["Roughness"].default_value = dry_roughness
        return
    puddle = _ramp(tree, _noise(tree, 0.45, 3.0, True), 0.46, 0.5 + 0.06 * look.wet, (1, 1, 1), (0, 0, 0))
    dark = _mixed(tree, puddle, _gain(tree, colour, 0.5), _gain(tree, colour, 0.32))
    tree.links.new(dark, shader.inputs["Base Color"])
    tree.links.new(_mixed(tree, puddle, (0.2, 0.2, 0.2), (0.03, 0.03, 0.03)), shader.inputs["Roughness"])
    shader.inputs["Specular IOR Level"].default_value = 0.75


def _gain(tree: Tree, colour: Socket, factor: float) -> Socket:
    node = tree.nodes.new("ShaderNodeHueSaturation")
    node.inputs["Value"].default_value = factor
    tree.links.new(colour, node.inputs["Color"])
    return node.outputs["Color"]


def _asphalt(tree: Tree, shader: Any, look: Look) -> None:
    stones = _noise(tree, 90.0, 3.0, True)
    patches = _noise(tree, 0.5, 5.0, True)
    fine = _ramp(tree, stones, 0.35, 0.7, _scaled(look.colour, 0.7), _scaled(look.colour, 1.35))
    coarse = _ramp(tree, patches, 0.42, 0.62, _scaled(look.colour, 0.72), _scaled(look.colour, 1.15))
    half = tree.nodes.new("ShaderNodeValue")
    half.outputs[0].default_value = 0.5
    _wetness(tree, shader, look, _mixed(tree, half.outputs[0], fine, coarse), 0.85)
    if look.wet <= 0:
        _relief(tree, shader, stones, 0.35, 0.01)


def _bricks(tree: Tree, look: Look, world: bool, ratio: float, mortar: float) -> tuple[Socket, Socket]:
    node = _node(tree, "ShaderNodeTexBrick", Scale=1.0)
    node.offset = 0.5 if ratio != 1 else 0.0
    node.inputs["Color1"].default_value = linear(_scaled(look.colour, 0.86))
    node.inputs["Color2"].default_value = linear(_scaled(look.colour, 1.14))
    node.inputs["Mortar"].default_value = linear(look.second)
    node.inputs["Mortar Size"].default_value = mortar
    node.inputs["Brick Width"].default_value = look.grain_m * ratio
    node.inputs["Row Height"].default_value = look.grain_m
    tree.links.new(_place(tree, world), node.inputs["Vector"])
    return node.outputs["Color"], node.outputs["Fac"]


def _tiles(tree: Tree, shader: Any, look: Look) -> None:
    colour, joints = _bricks(tree, look, True, 2.0 if look.grain_m < 0.2 else 1.0, 0.006)
    stains = _ramp(tree, _noise(tree, 0.6, 6.0, True), 0.4, 0.65, (0.45, 0.43, 0.4), (1, 1, 1))
    mix = tree.nodes.new("ShaderNodeMix")
    mix.data_type, mix.blend_type = "RGBA", "MULTIPLY"
    mix.inputs[0].default_value = 0.55
    tree.links.new(colour, mix.inputs[6])
    tree.links.new(stains, mix.inputs[7])
    _wetness(tree, shader, look, mix.outputs[2], 0.75)
    if look.wet <= 0:
        _relief(tree, shader, joints, -0.3, 0.004)


def _concrete(tree: Tree, shader: Any, look: Look) -> None:
    coarse = _noise(tree, 0.7, 8.0, True)
    colour = _ramp(tree, coarse, 0.38, 0.66, _scaled(look.colour, 0.68), _scaled(look.colour, 1.12))
    fine = _mottled(tree, (0.85, 0.85, 0.85), 0.18, 40.0, True)
    mix = tree.nodes.new("ShaderNodeMix")
    mix.data_type, mix.blend_type = "RGBA", "MULTIPLY"
    mix.inputs[0].default_value = 1.0
    tree.links.new(colour, mix.inputs[6])
    tree.links.new(fine, mix.inputs[7])
    _wetness(tree, shader, look, mix.outputs[2], 0.85)


def _plaster(tree: Tree, shader: Any, look: Look) -> None:
    stretched = tree.nodes.new("ShaderNodeMapping")
    stretched.inputs["Scale"].default_value = (1.2, 1.2, 0.15)
    tree.links.new(_place(tree, True), stretched.inputs["Vector"])
    streaks = _node(tree, "ShaderNodeTexNoise", Scale=1.6, Detail=6.0)
    tree.links.new(stretched.outputs["Vector"], streaks.inputs["Vector"])
    colour = _ramp(tree, streaks.outputs["Fac"], 0.38, 0.62, _scaled(look.colour, 0.74), look.colour)
    tree.links.new(colour, shader.inputs["Base Color"])
    shader.inputs["Roughness"].default_value = 0.9


def _brick(tree: Tree, shader: Any, look: Look) -> None:
    upright = tree.nodes.new("ShaderNodeMapping")
    upright.inputs["Rotation"].default_value = (1.5708, 0, 0)
    colour, joints = _bricks(tree, look, True, 3.2, 0.012)
    bricks = joints.node
    for link in list(bricks.inputs["Vector"].links):
        tree.links.new(link.from_socket, upright.inputs["Vector"])
    tree.links.new(upright.outputs["Vector"], bricks.inputs["Vector"])
    tree.links.new(colour, shader.inputs["Base Color"])
    shader.inputs["Roughness"].default_value = 0.9


def _soil(tree: Tree, shader: Any, look: Look) -> None:
    colour = _ramp(tree, _noise(tree, 3.0, 8.0, True), 0.4, 0.62, look.colour, look.second)
    tree.links.new(colour, shader.inputs["Base Color"])
    shader.inputs["Roughness"].default_value = 0.95


def _worn_paint(tree: Tree, shader: Any, look: Look) -> None:
    """Road paint, rubbed off in places."""
    wear = _ramp(tree, _noise(tree, 5.0, 8.0, True), 0.36, 0.46, look.second, look.colour)
    tree.links.new(wear, shader.inputs["Base Color"])


def _woven(tree: Tree, shader: Any, look: Look) -> None:
    check = _node(tree, "ShaderNodeTexChecker", Scale=1 / look.grain_m)
    check.inputs["Color1"].default_value = linear(look.colour)
    check.inputs["Color2"].default_value = linear(look.second)
    tree.links.new(_place(tree), check.inputs["Vector"])
    tree.links.new(check.outputs["Color"], shader.inputs["Base Color"])


def _corrugated(tree: Tree, shader: Any, look: Look) -> None:
    wave = _node(tree, "ShaderNodeTexWave", Scale=1 / look.grain_m)
    tree.links.new(_place(tree), wave.inputs["Vector"])
    colour = _ramp(tree, wave.outputs["Fac"], 0.0, 1.0, _scaled(look.colour, 0.72), look.colour)
    tree.links.new(colour, shader.inputs["Base Color"])


def _lamp(tree: Tree, shader: Any, look: Look) -> None:
    shader.inputs["Emission Color"].default_value = linear(look.colour)
    shader.inputs["Emission Strength"].default_value = look.light_w_m2


_SURFACES: dict[str, Callable[[Tree, Any, Look], None]] = {
    "film": _film,
    "paint": _paint,
    "glass": _glass,
    "leaf": _leaf,
    "asphalt": _asphalt,
    "tiles": _tiles,
    "concrete": _concrete,
    "plaster": _plaster,
    "brick": _brick,
    "soil": _soil,
    "worn_paint": _worn_paint,
    "woven": _woven,
    "corrugated": _corrugated,
    "lamp": _lamp,
}
