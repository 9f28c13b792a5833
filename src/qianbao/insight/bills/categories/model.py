"""A small model of names: character n-grams and a logistic regression.

It learns from templates, from the person's own rows that an export labelled, and most from what the person
corrected. It is fitted anew each time, in the person's process, and kept nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from qianbao.insight.bills.categories import templates

NGRAMS: Final = (1, 3)
STRENGTH: Final = 3.0
"""Less and it is unsure of everything, more and it is sure of what it has never seen."""
CORRECTED_WEIGHT: Final = 20.0
"""One correction weighs as so many templates."""
OWN_WEIGHT: Final = 3.0
OWN_MAX: Final = 5_000
SURE: Final = 0.3
"""A kind that is less likely than this is not named."""


@dataclass(frozen=True, slots=True)
class Model:
    """A fitted model."""

    _words: Any
    _weights: Any

    def kinds(self, names: Sequence[str]) -> list[tuple[str, float]]:
        """(kind, how likely) of each name."""
        if not names:
            return []
        likely = self._weights.predict_proba(self._words.transform(names))
        best = likely.argmax(axis=1)
        kinds = self._weights.classes_
        return [(str(kinds[one]), float(row[one])) for row, one in zip(likely, best, strict=True)]


def fit(
    labelled: Iterable[tuple[str, str]] = (),
    corrected: Iterable[tuple[str, str]] = (),
    *,
    templated: Sequence[tuple[str, str]] | None = None,
) -> Model:
    """Fit on (name, kind): templates, rows that an export labelled, and corrections."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    rows = [(name, kind, 1.0) for name, kind in (templates.rows() if templated is None else templated)]
    rows += [(name, kind, OWN_WEIGHT) for name, kind in dict.fromkeys(labelled)][:OWN_MAX]
    rows += [(name, kind, CORRECTED_WEIGHT) for name, kind in corrected]
    names, kinds, weights = ([row[place] for row in rows] for place in range(3))
    words: Any = TfidfVectorizer(analyzer="char", ngram_range=NGRAMS, sublinear_tf=True)
    regression: Any = LogisticRegression(C=STRENGTH, max_iter=300)
    with threadpool_limits(1):  # so small a fit only waits for more threads
        regression.fit(words.fit_transform(names), kinds, sample_weight=weights)
    return Model(words, regression)
