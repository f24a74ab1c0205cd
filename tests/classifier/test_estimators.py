"""The estimators follow scikit-learn's rules."""

from __future__ import annotations

from typing import Any

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from leakverify.classifier.deviation import PeerConformal
from leakverify.classifier.within import WithinArchive
from leakverify.classifier.writer import ProgramClassifier


@pytest.mark.filterwarnings("ignore")
@parametrize_with_checks([PeerConformal(), ProgramClassifier(trees=12), WithinArchive()])
def test_scikit_learn_conformity(estimator: Any, check: Any) -> None:
    check(estimator)
