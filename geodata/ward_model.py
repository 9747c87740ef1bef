"""The whole sample ward on the drawing board: ground plan, compounds, public places, names and sites."""

import random

from geodata import ward_sites
from geodata.ward_compounds import Building, Compound, build_compound, build_public_place
from geodata.ward_names import Name, NameGiver
from geodata.ward_plan import Block, Street, grid_rectangles, make_ground_plan
from geodata.ward_streets import name_streets

COMPOUNDS = 99
PUBLIC_PLACES = (
    "park",
    "school",
    "park",
    "market",
    "school",
    "hospital",
    "park",
    "sports",
    "school",
    "office",
    "market",
    "school",
    "office",
)
PUBLIC_NAMES = {
    "park": ("公园", "Park"),
    "school": ("学校", "School"),
    "hospital": ("社区医院", "Community Hospital"),
    "market": ("菜场", "Market"),
    "office": ("商务楼", "Offices"),
    "sports": ("体育场", "Sports Ground"),
}


class Ward:
    """Everything that is drawn of the sample ward, on the drawing board."""

    def __init__(self, seed: int) -> None:
        rng = random.Random(seed)
        self.rng = rng
        self.names = NameGiver(rng)
        plan = make_ground_plan(rng, COMPOUNDS + len(PUBLIC_PLACES))
        self.blocks = plan.blocks
        public = set(_public_blocks(len(plan.blocks)))
        self.streets = list(plan.streets)
        self.compounds: list[Compound] = []
        self.public_places: list[tuple[str, Name, Block, list[Building]]] = []
        for index, block in enumerate(plan.blocks):
            if index in public:
                self._add_public_place(block)
            else:
                self._add_compound(block)
        self.street_names = name_streets(self.streets, self.names, {c.index: c.name for c in self.compounds})
        self.drop_points = ward_sites.drop_points(rng, self.compounds)
        self.bin_houses = ward_sites.bin_houses(rng, self.compounds)
        self.structure_points = ward_sites.structure_points(rng, self.compounds)
        self.lanes_seen_days = [
            [ward_sites.days_since_inspection(rng, "fire_lane") for _ in compound.fire_lanes]
            for compound in self.compounds
        ]

    def _add_public_place(self, block: Block) -> None:
        kind = PUBLIC_PLACES[len(self.public_places)]
        root, (zh, en) = self.names.root(), PUBLIC_NAMES[kind]
        name = Name(root.zh + zh, f"{root.en} {en}")
        self.public_places.append((kind, name, block, build_public_place(self.rng, kind, block)))
        if kind == "park":
            u, v = (block.u0 + block.u1) / 2, (block.v0 + block.v1) / 2
            self.streets.append(
                Street(((u, block.v0), (u, block.v1)), "path", f"park-{len(self.public_places)}-a")
            )
            self.streets.append(
                Street(((block.u0, v), (block.u1, v)), "path", f"park-{len(self.public_places)}-b")
            )

    def _add_compound(self, block: Block) -> None:
        style = self.rng.choices(("village", "tower", "lilong"), (62, 26, 12))[0]
        name = {
            "village": lambda: self.names.village(block.superblock),
            "tower": self.names.estate,
            "lilong": self.names.lilong,
        }[style]()
        compound, streets = build_compound(self.rng, len(self.compounds) + 1, name, style, block)
        self.compounds.append(compound)
        self.streets += streets

    def grid_of(self, block: Block) -> str:
        """Give the id of the grid in which a block lies."""
        return f"G-{self.grid_numbers()[block.superblock * 2 + block.grid]:02d}"

    def grid_numbers(self) -> dict[int, int]:
        """Number the grids from 1 in order of superblock and half."""
        return {key: number for number, key in enumerate(sorted(grid_rectangles(self.blocks)), start=1)}


def _public_blocks(block_count: int) -> list[int]:
    """Spread the public places evenly over the list of blocks, which runs superblock by superblock."""
    step = block_count / len(PUBLIC_PLACES)
    return [int(step * (index + 0.45)) for index in range(len(PUBLIC_PLACES))]
