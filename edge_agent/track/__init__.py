"""Tracking: detections of single frames become objects over time, with wall-clock lives and a sense of
rest.
"""
