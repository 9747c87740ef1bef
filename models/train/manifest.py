"""What stands beside a written network, so that `--model PATH` runs it."""

import hashlib
import json
from pathlib import Path

from models.train.classes import LABELS


def write_manifest(path: Path, size_px: int) -> None:
    """Write beside a network what the agent must know to run it (`--model PATH`), with its hash."""
    lines = {
        "id": path.stem,
        "file": path.name,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "family": "yolox",
        "licence": "Apache-2.0",
        "input_size_px": [size_px, size_px],
        "labels": list(LABELS),
        "min_score": 0.3,
        "max_iou": 0.6,
    }
    text = "".join(f"{key} = {json.dumps(value)}\n" for key, value in lines.items())
    path.with_suffix(".toml").write_text(text, encoding="utf-8")
