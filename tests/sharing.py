"""Another engine over a library that is open already, with other parts; it loads and closes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quoth import Quoth

if TYPE_CHECKING:
    from generation.model import LanguageModel
    from quoth.config import Config
    from retrieval import Reranker


def sharing(
    library: Quoth,
    *,
    config: Config | None = None,
    model: LanguageModel | None = None,
    reranker: Reranker | None = None,
) -> Quoth:
    """The same library and embedder. It is not to be closed: they are another's."""
    return Quoth(
        library.path,
        config or library.config,
        library._library,
        library._embedder,
        model,
        reranker,
    )
