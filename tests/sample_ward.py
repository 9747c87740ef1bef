"""Where the sample ward lies in the checkout."""

from pathlib import Path

SAMPLE_WARD = Path(__file__).resolve().parents[1] / "geodata" / "sample_ward"
