"""Groups vectors, and finds the words that tell a group's texts from the others'; knows no library."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from quoth.datatypes import FloatArray

_MOST = 12  # clusters; more colours nobody can tell apart
_EACH = 4  # points that a cluster has on average, at least
_JUDGED = 1000  # points that the number of clusters is judged by
_COMMON = 0.4  # of all texts; a word in more of them tells nothing
_MANY = 20  # texts from which on that holds
_WORD = re.compile(r"[^\W\d_]{2,}(?:[-'’][^\W\d_]+)*")
_SHORTEST = 3  # letters of a word in an alphabet; a syllable or an ideogram says more


def grouped(vectors: FloatArray) -> tuple[int, ...]:
    """The cluster of each vector, from 0, the largest first.

    k-means, with as many clusters as give the best silhouette (Rousseeuw, 1987), at most 12 and at
    least one more than the fourth root of the vectors' number: two camps, which that measure likes
    best, tell people little. One cluster when there are too few vectors for two.
    """
    from sklearn.cluster import KMeans
    from sklearn.metrics import silhouette_score

    most = min(_MOST, len(np.unique(vectors, axis=0)) // _EACH)
    fewest = min(most, 1 + round(len(vectors) ** 0.25))
    if most < 2:
        return (0,) * len(vectors)
    judged = np.random.default_rng(0).permutation(len(vectors))[:_JUDGED]
    best: tuple[float, NDArray[Any]] | None = None
    for n in range(fewest, most + 1):
        labels = KMeans(n, n_init=2, random_state=0).fit(vectors).labels_
        told = len(np.unique(labels[judged])) > 1
        quality = float(silhouette_score(vectors[judged], labels[judged])) if told else -1.0
        if best is None or quality > best[0]:
            best = quality, labels
    assert best is not None
    order = {label: new for new, (label, _) in enumerate(Counter(best[1].tolist()).most_common())}
    return tuple(order[label] for label in best[1].tolist())


def telling_words(
    texts: Sequence[str], labels: Sequence[int], n: int = 5
) -> tuple[tuple[str, ...], ...]:
    """For each cluster, from 0, the `n` words that tell its texts from the others', best first.

    Class-based TF-IDF (Grootendorst, "BERTopic", 2022): a word's share of the cluster's words,
    times log(1 + average words of a cluster / its count everywhere). Stop words of English and
    words in too many of the texts, in any language, are left out; of word forms, one is kept.
    """
    counts = [Counter[str]() for _ in range(max(labels, default=-1) + 1)]
    holding = Counter[str]()
    for text, label in zip(texts, labels, strict=True):
        found = words(text)
        counts[label].update(found)
        holding.update(set(found))
    common = _COMMON * len(texts) if len(texts) >= _MANY else len(texts) + 1
    everywhere = Counter[str]()
    for count in counts:
        everywhere.update(count)
    average = everywhere.total() / max(len(counts), 1)
    idf = {w: np.log1p(average / c) for w, c in everywhere.items() if holding[w] <= common}
    return tuple(
        _distinct(sorted((w for w in count if w in idf), key=lambda w: (-count[w] * idf[w], w)), n)
        for count in counts
    )


def words(text: str) -> list[str]:
    """The words of a text in lower case, without numbers and the stop words of English."""
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    found = (match[0] for match in _WORD.finditer(text.casefold()))
    return [
        word
        for word in found
        if word not in ENGLISH_STOP_WORDS and (len(word) >= _SHORTEST or not word.isascii())
    ]


def _distinct(ranked: Iterable[str], n: int) -> tuple[str, ...]:
    """The first `n` words none of which is another with an ending of up to two letters more."""
    kept: list[str] = []
    for word in ranked:
        if not any(_same(word, other) for other in kept):
            kept.append(word)
        if len(kept) == n:
            break
    return tuple(kept)


def _same(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return long.startswith(short) and len(long) - len(short) <= 2
