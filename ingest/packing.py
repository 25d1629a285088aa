"""Groups pieces of known weight into runs of bounded weight; knows no text and no documents."""

from __future__ import annotations

import math
from collections import deque
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING
from zlib import crc32

from ingest.segmentation import Break

if TYPE_CHECKING:
    from collections.abc import Sequence

# What a chunk costs, and a cut at each kind of break beside it. On chunking_evaluation these find
# .88 of the wanted text in 1,024 tokens; with dearer chunks, which fill up past the paragraph's
# end, it was .85.
_RUN = 0.5
_CUT = {
    Break.SECTION: 0.0,
    Break.PARAGRAPH: 0.0,
    Break.LINE: 0.25,
    Break.SENTENCE: 0.4,
    Break.INSIDE: 1.0,
}
_IMBALANCE = 2.0
_FILL = 0.9
_MOST_PIECES = 32
# Chunks on both sides of an anchor that no other anchor is in, and pieces that its checksum reads.
# Between two anchors there is a remainder, which makes chunks smaller: the farther apart, the fewer.
_REACH = 6
_NEIGHBOURS = 3


def pack(weights: Sequence[int], kinds: Sequence[Break], limit: int) -> list[int]:
    """The indexes where runs begin (the first is 0), each run's weight at most `limit`.

    Of all such partitions it takes one that minimises the number of runs plus the cost of its
    cuts plus how far the runs are from equal weight, by dynamic programming. A piece above the
    limit makes a run of its own. `kinds[i]` is the break before piece i.
    """
    total = sum(weights)
    if total <= limit:
        return [0]
    bounds = [0, *_anchors(weights, kinds, limit), len(weights)]
    return [
        begin + cut
        for begin, end in pairwise(bounds)
        for cut in _pack_between(weights[begin:end], kinds[begin:end], limit)
    ]


def _anchors(weights: Sequence[int], kinds: Sequence[Break], limit: int) -> list[int]:
    """Where a long run is cut first, whatever stands far away, so that an edit moves few cuts.

    A place is one when its break is the best within `_REACH` chunks on both sides; of equal breaks
    that whose neighbourhood has the highest checksum. (Content-defined chunking, as in Bjørner,
    Blass, Gurevich, "Content-dependent chunking for differential compression, the local maximum
    approach", 2010.)
    """
    places = [0, *accumulate(weights)]
    reach = _REACH * limit
    keys = [
        (kind, crc32(str(weights[max(0, at - _NEIGHBOURS) : at + _NEIGHBOURS]).encode()), -at)
        for at, kind in enumerate(kinds)
    ]
    found = []
    best: deque[int] = deque()  # candidates for the best of the window, the best first
    entered = 0
    for at in range(len(weights)):
        while entered < len(weights) and places[entered] <= places[at] + reach:
            while best and keys[best[-1]] < keys[entered]:
                best.pop()
            best.append(entered)
            entered += 1
        while places[best[0]] < places[at] - reach:
            best.popleft()
        is_inside = reach <= places[at] <= places[-1] - reach
        if best[0] == at and is_inside and kinds[at] is not Break.INSIDE:
            found.append(at)
    return found


def _pack_between(weights: Sequence[int], kinds: Sequence[Break], limit: int) -> list[int]:
    total = sum(weights)
    if len(weights) > _MOST_PIECES and total < len(weights) * limit / _MOST_PIECES:
        return _pack_grouped(weights, kinds, limit)
    return _pack_all(weights, kinds, limit)


def _pack_all(weights: Sequence[int], kinds: Sequence[Break], limit: int) -> list[int]:
    total = sum(weights)
    target = total / math.ceil(total / (_FILL * limit))
    begins = _best_begins(weights, [_RUN + _CUT[kind] for kind in kinds], limit, target)
    cuts = []
    at = len(weights)
    while at:
        at = begins[at]
        cuts.append(at)
    return cuts[::-1]


def _pack_grouped(weights: Sequence[int], kinds: Sequence[Break], limit: int) -> list[int]:
    """`pack` for very many very light pieces: neighbours are put together first, to save time."""
    groups = [0]
    group_weights = [0]
    for index, weight in enumerate(weights):
        if group_weights[-1] and group_weights[-1] + weight > 2 * limit / _MOST_PIECES:
            groups.append(index)
            group_weights.append(0)
        group_weights[-1] += weight
    return [groups[at] for at in _pack_all(group_weights, [kinds[at] for at in groups], limit)]


def _best_begins(
    weights: Sequence[int], cuts: Sequence[float], limit: int, target: float
) -> list[int]:
    """For each count of pieces, where the last run begins in the cheapest partition of them."""
    costs = [0.0]
    begins = [0]
    for end in range(1, len(weights) + 1):
        best, best_begin = math.inf, end - 1
        weight = 0
        for begin in range(end - 1, -1, -1):
            weight += weights[begin]
            if weight > limit and begin < end - 1:
                break
            off = (weight - target) / limit
            cost = costs[begin] + cuts[begin] + _IMBALANCE * off * off
            if cost < best:
                best, best_begin = cost, begin
        costs.append(best)
        begins.append(best_begin)
    return begins


def halfway(weights: Sequence[int], kinds: Sequence[Break]) -> int:
    """The index, from 1, where the second of two runs best begins: good break, even weights."""
    total = sum(weights) or 1
    before = 0
    costs = []
    for index in range(1, len(weights)):
        before += weights[index - 1]
        off = before / total - 0.5
        costs.append((_CUT[kinds[index]] + _IMBALANCE * off * off, index))
    return min(costs)[1]
