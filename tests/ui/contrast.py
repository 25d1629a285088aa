"""How plainly one colour stands out from another, as WCAG 2 measures it."""

from __future__ import annotations


def contrast(one: tuple[int, ...], two: tuple[int, ...]) -> float:
    """The ratio, from 1 to 21, of two colours given as red, green and blue from 0 to 255."""
    low, high = sorted((_luminance(one), _luminance(two)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: tuple[int, ...]) -> float:
    shares = [value / 255 for value in colour]
    linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
