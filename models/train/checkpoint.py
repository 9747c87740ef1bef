"""Where a run stands: network, averaged network and optimiser, kept in one file and found again after a
stop."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from models.train.classes import LABELS
from models.train.network import Network
from models.train.params import TrainingParams

_MAY_CHANGE = frozenset(
    {
        "steps",
        "settling_steps",
        "checkpoint_every",
        "export_every",
        "learning_rate",
        "settling_rate",
        "guide_weight",
    }
)


@dataclass(slots=True)
class Progress:
    """A run under way. `averaged` follows `network` and is the one to export."""

    network: Network
    averaged: Network
    optimiser: torch.optim.Optimizer
    params: TrainingParams
    folder: Path

    def save(self, step: int) -> None:
        """Write the checkpoint; a stop while writing leaves the older one."""
        state = {
            "network": self.network.state_dict(),
            "averaged": self.averaged.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "step": step,
            "run": self._run(),
        }
        partial = self._path.with_suffix(".partial")
        torch.save(state, partial)
        partial.replace(self._path)

    def resume(self) -> int:
        """Take up the checkpoint, if there is one; give the step at which to go on.

        Raises ValueError when it belongs to another configuration.
        """
        if not self._path.exists():
            return 0
        state = torch.load(self._path, weights_only=True)
        self._refuse_other(state.get("run", {}))
        self.network.load_state_dict(state["network"])
        self.averaged.load_state_dict(state["averaged"])
        self.optimiser.load_state_dict(state["optimiser"])
        print(f"resumed at step {state['step']}", flush=True)
        return int(state["step"])

    @property
    def _path(self) -> Path:
        return self.folder / "checkpoint.pt"

    def _run(self) -> dict[str, object]:
        kept = {name: value for name, value in asdict(self.params).items() if name not in _MAY_CHANGE}
        return {**kept, "labels": list(LABELS)}

    def _refuse_other(self, then: dict[str, object]) -> None:
        differing = [name for name, value in self._run().items() if name in then and then[name] != value]
        if differing:
            name = differing[0]
            raise ValueError(
                f"{self._path}: is of another configuration ({name} was {json.dumps(then[name])}, "
                f"now {json.dumps(self._run()[name])}); take the old value or another --out"
            )
