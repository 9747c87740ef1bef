"""The edge agent beside the camera: frames in, geotagged events with evidence out."""
