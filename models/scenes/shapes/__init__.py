"""Things made of meshes by formula, varied by seed: bags, bins, vehicles, people, houses."""
