"""Frozen reports as files: HTML, XLSX, CSV, PDF; each from the frozen report alone, always the same bytes."""
