"""How a place looks in two pictures: as logarithms of light, as masks, and with a verdict on what changed.

Shared by the stages that compare pictures over seconds (still_foreground) and over days (structure).
"""
