"""What is known about a model: where its file is, what it must hash to, how to feed and read it.

Manifests stand in models/registry.toml, or beside a model given by path, as TOML or JSON with the same keys.
"""

import hashlib
import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from edge_agent.detect.coco import COCO_CLASSES, COCO_WORDS
from edge_agent.errors import ConfigError
from wire_contract.messages import Identifier, Sha256

REGISTRY = Path(__file__).resolve().parents[2] / "models" / "registry.toml"
DEFAULT_MODEL = "default"
"""Stands for the model that the registry names as its default."""

Score = Annotated[float, Field(ge=0, le=1)]


class Family(StrEnum):
    """How a network's output is decoded."""

    YOLOX = "yolox"
    NANODET_PLUS = "nanodet_plus"


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


RecordT = TypeVar("RecordT", bound=_Record)


class Root(_Record):
    """A folder that an environment variable names; `otherwise` is relative to the manifest's own folder."""

    env: str
    otherwise: str


class MeasuredAccuracy(_Record):
    """One figure and the data that gave it."""

    data: str
    metric: str
    label: str
    value: Score


class ModelManifest(_Record):
    """One model. Sizes are width, height; `mean` and `std` are in the network's own colour order, 0 to 255.

    `labels` are the network's classes in order, or "coco80". `label_map` turns them into the project's words;
    classes that it does not name are dropped; without it every class keeps its own name.
    """

    id: Identifier
    file: str = Field(min_length=1)
    root: Root | None = None
    sha256: Sha256
    family: Family
    licence: str = Field(min_length=1)
    source: str = ""
    notes: str = ""
    input_size_px: tuple[int, int]
    colour: Literal["bgr", "rgb"] = "bgr"
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    std: tuple[float, float, float] = (1.0, 1.0, 1.0)
    pad_value: int = Field(default=114, ge=0, le=255)
    strides: tuple[int, ...] = Field(default=(8, 16, 32), min_length=1)
    labels: tuple[str, ...] | Literal["coco80"]
    label_map: dict[str, str] | Literal["coco80"] | None = None
    min_score: Score = 0.35
    min_score_by_word: dict[str, Score] = {}
    hint_min_score: Score = 0.02
    """From here on a hint of a person in the whole picture is enough to hide it in evidence."""
    max_iou: Score = 0.5
    accuracy: tuple[MeasuredAccuracy, ...] = ()

    @model_validator(mode="after")
    def _is_usable(self) -> Self:
        if any(not 32 <= side <= 2048 for side in self.input_size_px):
            raise ValueError("input_size_px: width and height must lie between 32 and 2048")
        if any(value == 0 for value in self.std):
            raise ValueError("std: must not hold zero")
        unknown = sorted(set(self.word_by_class) - set(self.classes))
        if unknown:
            raise ValueError(f"label_map: {unknown[0]!r} is not among the labels")
        return self

    @property
    def classes(self) -> tuple[str, ...]:
        """The network's classes in order."""
        return COCO_CLASSES if self.labels == "coco80" else tuple(self.labels)

    @property
    def word_by_class(self) -> Mapping[str, str]:
        """The project's word for each class that is kept."""
        if self.label_map is None:
            return {name: name for name in self.classes}
        return COCO_WORDS if self.label_map == "coco80" else self.label_map


@dataclass(frozen=True, slots=True)
class FoundModel:
    """A manifest together with the file on this machine."""

    manifest: ModelManifest
    path: Path


class _Registry(_Record):
    default: Identifier
    model: tuple[ModelManifest, ...]


def find_model(model: str, registry: Path = REGISTRY, environ: Mapping[str, str] = os.environ) -> FoundModel:
    """Find a model by registry id or by the path of its .onnx file, and make sure of its hash.

    A path is described by the manifest beside it (same name, .toml or .json), else by the registry's entry of
    the same hash. Raises ConfigError when there is no such model, file or manifest, or the hash is wrong.
    """
    if model.endswith(".onnx") or "/" in model:
        return _found_by_path(Path(model), registry)
    entries = _read_registry(registry)
    wanted = entries.default if model == DEFAULT_MODEL else model
    for manifest in entries.model:
        if manifest.id == wanted:
            path = _file_of(manifest, registry, environ)
            _refuse_wrong_hash(path, _hash_of(path), manifest.sha256, registry)
            return FoundModel(manifest, path)
    known = ", ".join(manifest.id for manifest in entries.model)
    raise ConfigError(
        f"{registry}: knows no model {model!r}; known are {known} and none; or give the path of a .onnx file"
    )


def _file_of(manifest: ModelManifest, registry: Path, environ: Mapping[str, str]) -> Path:
    folder, hint = registry.parent, f"put it there, or mend `file` in {registry}"
    if manifest.root is not None:
        folder = Path(environ.get(manifest.root.env) or folder / manifest.root.otherwise)
        hint = f"set {manifest.root.env} to the folder that holds {manifest.file}, or use --model PATH"
    path = Path(os.path.normpath(folder / manifest.file))
    if not path.is_file():
        raise ConfigError(f"model {manifest.id}: file not found: {path}; {hint}")
    return path


def _found_by_path(path: Path, registry: Path) -> FoundModel:
    if not path.is_file():
        raise ConfigError(f"model file not found: {path}; give a .onnx file or an id from {registry}")
    digest = _hash_of(path)
    beside = (path.with_suffix(".toml"), path.with_suffix(".json"))
    sidecar = next((file for file in beside if file.is_file()), None)
    if sidecar is not None:
        table = _read_table(sidecar)
        _refuse_wrong_hash(path, digest, str(table.get("sha256", digest)), sidecar)
        if "family" in table:
            return FoundModel(_validated(ModelManifest, table, sidecar), path)
    if registry.is_file():
        for manifest in _read_registry(registry).model:
            if manifest.sha256 == digest:
                return FoundModel(manifest, path)
    raise ConfigError(
        f"{path}: no manifest says how to read this model; write {path.with_suffix('.toml').name} beside it, "
        f"with the keys of models/registry.toml and sha256 = {digest}"
    )


def _refuse_wrong_hash(path: Path, digest: str, expected: str, where: Path) -> None:
    if digest != expected.lower():
        raise ConfigError(
            f"{path}: wrong hash: sha256 is {digest}, {where} expects {expected}; the file is damaged or "
            "another model: fetch it again, or write the new hash there if you trust it"
        )


def _hash_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}); check its permissions") from error


def _read_registry(registry: Path) -> _Registry:
    if not registry.is_file():
        raise ConfigError(f"model registry not found: {registry}; run from the checkout, or use --model PATH")
    return _validated(_Registry, _read_table(registry), registry)


def _read_table(file: Path) -> Mapping[str, object]:
    try:
        text = file.read_text(encoding="utf-8")
        table = json.loads(text) if file.suffix == ".json" else tomllib.loads(text)
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise ConfigError(f"{file}: cannot be read as a model manifest: {error}") from error
    if not isinstance(table, dict):
        raise ConfigError(f"{file}: a model manifest is a table of keys, not a {type(table).__name__}")
    return table


def _validated(kind: type[RecordT], table: Mapping[str, object], file: Path) -> RecordT:
    try:
        return kind.model_validate(table)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"{file}: {key}: {first['msg']}".replace(": : ", ": ")) from error
