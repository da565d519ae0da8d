"""Small pools of sparse rows with known classes."""

import numpy as np
from scipy import sparse

from active_learning.classifier import SoftClassifier
from active_learning.learner import ActiveLearner, Committee


def rows(rng, n, width=40, per_row=6):
    """Unit rows with a few features each, all values distinct."""
    columns = np.stack([rng.choice(width, per_row, replace=False) for _ in range(n)]) if n else np.empty((0, per_row))
    values = rng.uniform(0.2, 1.0, (n, per_row))
    values /= np.linalg.norm(values, axis=1, keepdims=True)
    indptr = np.arange(0, n * per_row + 1, per_row)
    return sparse.csr_matrix((values.ravel(), columns.ravel().astype(np.int32), indptr), shape=(n, width))


def classes(features, n_classes, rng, noise=0.5):
    """Classes that a linear model can learn, but not perfectly."""
    direction = np.random.default_rng(9).standard_normal((features.shape[1], n_classes))
    return (features @ direction * 3 + noise * rng.standard_normal((features.shape[0], n_classes))).argmax(axis=1)


def learner(n_classes=2, n=120, seed=0):
    rng = np.random.default_rng(seed)
    features = rows(rng, n)
    return ActiveLearner(SoftClassifier(n_classes), X_training=features, y_training=classes(features, n_classes, rng))


def committee(n_classes=2, n=120, size=5, seed=0):
    rng = np.random.default_rng(seed)
    features = rows(rng, n)
    return Committee.of(SoftClassifier(n_classes, folds=0), size, rng).fit(features, classes(features, n_classes, rng))
