"""`python -m models.train --data DIR --out DIR`: teacher, training, export; each part goes on where it was
left."""

import argparse
import json
import sys
from dataclasses import asdict, fields
from pathlib import Path

import cv2
import numpy as np
import torch

from models.train import sources
from models.train.classes import LABELS
from models.train.cutouts import Cutout, cut_out
from models.train.export import write
from models.train.hand_labels import LABELS_FOLDER, read_hand_labels
from models.train.loop import Material, train
from models.train.network import Network
from models.train.params import TrainingParams
from models.train.samples import Sample
from models.train.sources import Source
from models.train.teacher import teach

CALIBRATION_PICTURES = 48
FEWEST_PHOTOS = 100
_CUT_LABELS = tuple(LABELS.index(label) for label in ("garbage", "garbage_bin", "overflow"))


def main() -> None:
    """Train the detector and write it as ONNX."""
    chosen = _arguments()
    try:
        params = TrainingParams(**{item.name: getattr(chosen, item.name) for item in fields(TrainingParams)})
        _run(chosen, params)
    except (ValueError, FileNotFoundError) as error:
        print(error, file=sys.stderr)
        sys.exit(2)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m models.train", description="Train the project's detector."
    )
    parser.add_argument(
        "--data", type=Path, required=True, help="folder of published data: train, unlabelled, models"
    )
    parser.add_argument(
        "--out", type=Path, required=True, help="folder for checkpoint, log and street_nano.onnx"
    )
    parser.add_argument("--start", type=Path, help="exported network to go on from, not the base network")
    parser.add_argument("--rendered", type=Path, help="folder of rendered pictures with images/ and labels/")
    for item in fields(TrainingParams):
        parser.add_argument(f"--{item.name.replace('_', '-')}", type=type(item.default), default=item.default)
    return parser.parse_args()


def _run(chosen: argparse.Namespace, params: TrainingParams) -> None:
    data, out = chosen.data, chosen.out
    out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)  # a second one waits more than it works on shared cores
    cv2.setNumThreads(1)
    base = data / "models" / "yolox_nano.onnx"
    if not base.exists():
        raise ValueError(
            f"{base}: the base network is not here; point --data at the folder of published data"
        )
    found = gather(data, chosen.rendered, params.fold, out)
    cutouts = cut(found, data)
    print(
        ", ".join(f"{len(each.samples)} {each.name}" for each in found),
        f"{len(cutouts)} cut-outs",
        flush=True,
    )
    network = prepared(chosen.start or base, found[0], params)
    _record(out, params, found)
    averaged = train(network, Material(found, cutouts, base), params, out)
    write(averaged, out / "street_nano.onnx", params.size_px)
    print(out / "street_nano.onnx")


def gather(data: Path, rendered: Path | None, fold: int, out: Path) -> list[Source]:
    """Read what there is to learn from. Raises ValueError when the streets or COCO are missing or too few."""
    street, pavements, traffic = (
        data / "train" / "street_garbage",
        data / "unlabelled" / "amsterdam_bins",
        data / "unlabelled" / "junction_traffic",
    )
    labelled = [pavements / name for name in read_hand_labels(LABELS_FOLDER)] if pavements.exists() else []
    crossing = sources.pictures_in(traffic) if traffic.exists() else []
    photos = [*sources.pictures_in(street / "images"), *labelled, *crossing]
    teacher = teach(photos, data / "models" / "yolox_nano.onnx", out / "teacher.json")
    found: dict[str, list[Sample]] = {
        "street": sources.street_garbage(street, fold, teacher),
        "coco": sources.coco(data / "train" / "coco256"),
        "pavements": sources.pavements(pavements, LABELS_FOLDER, fold, teacher) if labelled else [],
        "traffic": sources.traffic(traffic, teacher) if crossing else [],
        "rendered": sources.rendered(rendered) if rendered is not None and rendered.exists() else [],
    }
    if len(found["street"]) < FEWEST_PHOTOS:
        raise ValueError(
            f"{street}: only {len(found['street'])} photos to learn from; {FEWEST_PHOTOS} are the least"
        )
    return [sources.source(name, samples) for name, samples in found.items() if samples]


def cut(found: list[Source], data: Path) -> list[Cutout]:
    """Cut things out of the photos, two of rubbish and bins for each other thing."""
    seed = 1
    photos = [sample for each in found if each.name in {"street", "pavements"} for sample in each.samples]
    garbage = cut_out(photos, _CUT_LABELS[:1], 300, seed)
    bins = cut_out(photos, _CUT_LABELS[1:], 150, seed)
    return garbage + bins + cut_out(sources.other_things(data / "train" / "coco256"), None, 200, seed)


def prepared(start: Path, street: Source, params: TrainingParams) -> Network:
    """Read a network, put normalisation back and, where it still has COCO's, give it the project's class
    heads."""
    network = Network(start)
    rng = np.random.default_rng(params.seed)
    chosen = rng.choice(len(street.samples), CALIBRATION_PICTURES, replace=False)
    size = (params.size_px, params.size_px)
    pictures = np.stack([cv2.resize(street.samples[int(index)].picture, size) for index in chosen])
    network.restore_normalisation(torch.from_numpy(pictures.transpose(0, 3, 1, 2).copy()).float())
    network.learn_classes()
    return network


def _record(out: Path, params: TrainingParams, found: list[Source]) -> None:
    joined = {each.name: {"photos": len(each.samples), "share": each.share} for each in found}
    record = {"params": asdict(params), "sources": joined}
    (out / "run.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    with (out / "log.jsonl").open("a", encoding="utf-8") as log:
        log.write(json.dumps({"sources": joined}) + "\n")


if __name__ == "__main__":
    main()
