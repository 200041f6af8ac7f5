"""What learns: boosted trees, a regularised logistic regression, and the mean of both. All give log-odds."""

from contextlib import contextmanager

import numpy as np

LEARNERS = ("logistic", "boosting", "both")


@contextmanager
def one_thread():
    """Keep the numeric libraries to one thread: the server's other processes need theirs."""
    import sklearn.ensemble  # noqa: F401  # only libraries that are loaded can be limited
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        yield


def fit(name: str, array: np.ndarray, label: np.ndarray, is_category: list[bool], seed: int) -> list:
    """Fit a learner of :data:`LEARNERS`.

    :param array: codes of :class:`.features.Encoding`
    :return: the fitted estimators, whose log-odds :func:`log_odds` averages
    """
    parts = {"logistic": ("logistic",), "boosting": ("boosting",), "both": ("logistic", "boosting")}[name]
    make = {"logistic": _logistic, "boosting": _boosting}
    return [make[part](np.array(is_category), seed, len(label)).fit(array, label) for part in parts]


def log_odds(estimators: list, array: np.ndarray) -> np.ndarray:
    """Mean log-odds of being bad, before calibration."""
    return np.mean([estimator.decision_function(array) for estimator in estimators], axis=0)


def _boosting(is_category: np.ndarray, seed: int, orders: int):
    from sklearn.ensemble import HistGradientBoostingClassifier

    # Few orders carry small trees; with many, larger ones find more without learning by heart.
    small = orders < 20_000
    return HistGradientBoostingClassifier(
        learning_rate=0.03 if small else 0.05,
        max_iter=120 if small else 250,
        max_leaf_nodes=8 if small else 31,
        min_samples_leaf=80 if orders > 4000 else 20,
        l2_regularization=20.0 if small else 2.0,
        max_features=0.5 if small else 1.0,
        categorical_features=is_category,
        early_stopping=False,
        random_state=seed,
    )


def _logistic(is_category: np.ndarray, seed: int, _orders: int):
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

    numbers = make_pipeline(SimpleImputer(strategy="median"), FunctionTransformer(np.arcsinh), StandardScaler())
    categories = OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=20)
    columns = ColumnTransformer(
        [("numbers", numbers, np.flatnonzero(~is_category)), ("categories", categories, np.flatnonzero(is_category))]
    )
    return make_pipeline(columns, LogisticRegression(C=0.03, max_iter=1000, random_state=seed))
