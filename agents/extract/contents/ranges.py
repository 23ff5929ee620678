"""Numbers told by the range in which they lie: what features say of sizes and distances."""

from __future__ import annotations

from bisect import bisect_left


class Ranges:
    """The ranges that end at `tops`, the first from `least` on, and one for all that is more; names such as 3-4, 33+.

    A number less than `least` is told as if it were in the first.
    """

    __slots__ = ("_names",)

    def __init__(self, *tops: int, least: int = 1) -> None:
        lows = (least, *(top + 1 for top in tops))
        names = [str(top) if low == top else f"{low}-{top}" for low, top in zip(lows, tops, strict=False)]
        names.append(f"{lows[-1]}+")
        self._names = [names[bisect_left(tops, n)] for n in range(lows[-1] + 1)]

    def __call__(self, n: int) -> str:
        """The name of the range of `n`."""
        return self._names[min(max(n, 0), len(self._names) - 1)]
