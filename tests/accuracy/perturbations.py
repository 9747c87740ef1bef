"""Footage as other cameras would have delivered it: other sizes, light, noise, encoders, mountings."""

from collections.abc import Callable, Iterable, Iterator, Mapping

import cv2
import numpy as np

from edge_agent.types import BoxXyxy, Image

TimedImage = tuple[float, Image]
Footage = Iterable[TimedImage]
Perturbation = Callable[[Footage], Iterator[TimedImage]]


def _each(change: Callable[[float, Image], Image]) -> Perturbation:
    return lambda footage: ((at_s, change(at_s, image)) for at_s, image in footage)


def _scaled(factor: float) -> Perturbation:
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    return _each(
        lambda at_s, image: _uint8(cv2.resize(image, None, fx=factor, fy=factor, interpolation=method))
    )


def _gamma(exponent: float) -> Perturbation:
    table = ((np.arange(256) / 255) ** exponent * 255).astype(np.uint8)
    return _each(lambda at_s, image: _uint8(cv2.LUT(image, table)))


def _lit(light: Callable[[float], float]) -> Perturbation:
    return _each(lambda at_s, image: np.clip(image * light(at_s), 0, 255).astype(np.uint8))


def _noisy(sigma: float) -> Perturbation:
    random = np.random.default_rng(1)
    return _each(
        lambda at_s, image: np.clip(image + random.normal(0, sigma, image.shape), 0, 255).astype(np.uint8)
    )


def _compressed(quality: int) -> Perturbation:
    def change(at_s: float, image: Image) -> Image:
        encoded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        return _uint8(cv2.imdecode(encoded, cv2.IMREAD_COLOR))

    return _each(change)


def _trembling(sigma_px: float) -> Perturbation:
    random = np.random.default_rng(2)

    def change(at_s: float, image: Image) -> Image:
        x, y = random.normal(0, sigma_px, 2)
        size = (image.shape[1], image.shape[0])
        return _uint8(
            cv2.warpAffine(image, np.array([[1, 0, x], [0, 1, y]]), size, borderMode=cv2.BORDER_REPLICATE)
        )

    return _each(change)


def _uint8(picture: object) -> Image:
    return np.asarray(picture, dtype=np.uint8)


PERTURBATIONS: Mapping[str, Perturbation] = {
    "as it is": _each(lambda at_s, image: image),
    "mirrored": _each(lambda at_s, image: np.ascontiguousarray(image[:, ::-1])),
    "half size": _scaled(0.5),
    "double size": _scaled(2.0),
    "gamma 0.6": _gamma(0.6),
    "gamma 1.6": _gamma(1.6),
    "noise 6": _noisy(6.0),
    "noise 12": _noisy(12.0),
    "jpeg 30": _compressed(30),
    "jpeg 12": _compressed(12),
    "evening": _lit(lambda at_s: max(0.3, 1 - 0.012 * at_s)),
    "clouds": _lit(lambda at_s: 1 + 0.25 * np.sin(at_s / 3)),
    "exposure pumps": _lit(lambda at_s: 1 + 0.1 * np.sin(2 * at_s)),
    "lamp off and on": _lit(lambda at_s: 0.6 if 8 < at_s < 24 else 1.0),
    "night": _lit(lambda at_s: 0.25),
    "trembles": _trembling(0.7),
}

SCALE: Mapping[str, float] = {"half size": 0.5, "double size": 2.0}


def box_after(name: str, box: BoxXyxy, width_px: int) -> BoxXyxy:
    """Give where a box of the footage lies after a perturbation."""
    x1, y1, x2, y2 = box
    if name == "mirrored":
        return width_px - x2, y1, width_px - x1, y2
    scale = SCALE.get(name, 1.0)
    return x1 * scale, y1 * scale, x2 * scale, y2 * scale


def reversed_in_time(footage: list[TimedImage]) -> Iterator[TimedImage]:
    """Run footage backwards: what is left there is taken away here."""
    end_s = footage[-1][0]
    return ((end_s - at_s, image) for at_s, image in reversed(footage))


def begun_at(footage: list[TimedImage], start_s: float) -> Iterator[TimedImage]:
    """Switch the camera on later."""
    return ((at_s - start_s, image) for at_s, image in footage if at_s >= start_s)
