"""How far a share that was counted may lie from the share that it estimates."""

import math

_Z95 = 1.959963984540054


def wilson(right: int, of: int) -> tuple[float, float]:
    """Wilson's 95% interval of a share (Wilson 1927); of nothing counted, nothing is known.

    >>> wilson(0, 0)
    (0.0, 1.0)
    """
    if of == 0:
        return 0.0, 1.0
    share, spread = right / of, _Z95**2 / of
    centre = (share + spread / 2) / (1 + spread)
    half = _Z95 * math.sqrt(share * (1 - share) / of + spread / (4 * of)) / (1 + spread)
    return max(0.0, centre - half), min(1.0, centre + half)
