"""Makes the sample ward: `python -m geodata.make_ward [--out FOLDER]`.

Seeded, without network or clock: the same program writes the same bytes. The counts of compounds and sites
are those of the real subdistrict that the project studies; every place and name is invented (see README.md).
"""

import argparse
from pathlib import Path

from geodata.ward_features import WardWriter, layer_text
from geodata.ward_handbook import handbook_texts
from geodata.ward_model import Ward
from geodata.ward_teams import teams_text

SEED = 20261123


def write_ward(folder: Path, seed: int = SEED) -> dict[str, int]:
    """Write every layer into `folder` and give the number of features by layer."""
    folder.mkdir(parents=True, exist_ok=True)
    ward = Ward(seed)
    layers = WardWriter(ward).layers()
    for name, features in layers.items():
        (folder / f"{name}.geojson").write_text(layer_text(name, features), encoding="utf-8")
    for name, text in {"teams.json": teams_text(), **handbook_texts(ward)}.items():
        (folder / name).write_text(text, encoding="utf-8")
    return {name: len(features) for name, features in layers.items()}


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Make the synthetic sample ward")
    parser.add_argument(
        "--out", type=Path, default=Path(__file__).parent / "sample_ward", help="folder to write into"
    )
    for name, count in write_ward(parser.parse_args().out).items():
        print(f"{count:5d}  {name}.geojson")


if __name__ == "__main__":
    main()
