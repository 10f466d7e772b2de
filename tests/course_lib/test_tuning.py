"""Couplings, readings of curves, and searches at equal budget."""

import math

import numpy as np
import pytest

from course_lib import tuning
from course_lib.objectives import Function
from course_lib.optim import Momentum
from course_lib.training import minimize

EPOCHS = np.arange(40.0)


def test_couplings():
    """η/(1−μ), ηN/(B(1−μ)), and the rate that keeps the noise of another batch."""
    assert tuning.effective_rate(0.1, 0.9) == pytest.approx(1.0)
    assert tuning.noise_scale(0.1, 50_000, 500, 0.9) == pytest.approx(100.0)
    rate = tuning.rate_for_batch(0.1, 256, 1024)
    assert tuning.noise_scale(rate, 50_000, 1024) == pytest.approx(
        tuning.noise_scale(0.1, 50_000, 256)
    )
    assert tuning.total_batch(128, 4) == 512
    with pytest.raises(ValueError, match="per_device"):
        tuning.total_batch(0, 4)


def test_equal_effective_rate_is_nearly_the_same_path():
    """On a flat bowl: η = 0.01, μ = 0.9 and η = 0.1, μ = 0 end within 15 %."""
    bowl = Function(lambda th: 0.01 * th @ th / 2, lambda th: 0.01 * th)
    ends = [
        minimize(bowl, np.ones(1), Momentum(rate, mu), iterations=400).theta[0]
        for rate, mu in ((0.05, 0.9), (0.5, 0.0))
    ]
    assert ends[0] == pytest.approx(ends[1], rel=0.15) and ends[0] < 0.2


@pytest.mark.parametrize(
    "train, validation, finding",
    [
        (2 - 0.03 * EPOCHS, 2.1 - 0.03 * EPOCHS, "underfitting"),
        (np.exp(-EPOCHS / 8), 0.3 + np.exp(-EPOCHS / 8), "plateau"),
        (
            np.exp(-EPOCHS / 20),
            np.exp(-EPOCHS / 5) + 0.4 + 0.01 * EPOCHS,
            "overfitting",
        ),
        (1 + 0.1 * EPOCHS, 1 + 0.1 * EPOCHS, "diverging"),
        (np.append(EPOCHS[:-1] * 0, np.nan), EPOCHS * 0, "diverging"),
    ],
)
def test_diagnosis_of_curves(train, validation, finding):
    """Five shapes of curves, five findings, each with a sentence of advice."""
    found = tuning.diagnose(train, validation)
    assert found.finding == finding and found.advice.endswith(".")


def test_overfitting_names_the_epoch():
    """The advice says where the validation loss was lowest."""
    validation = (EPOCHS - 12) ** 2 / 500 + 0.3
    assert "epoch 12" in tuning.diagnose(np.exp(-EPOCHS / 10), validation).advice


def test_searches_spend_their_budget_and_rank():
    """Both score as many points as allowed, best first, NaN last."""

    def score(rate, decay):
        if rate > 0.5:
            return math.nan
        return (math.log10(rate) + 2) ** 2 + (math.log10(decay) + 4) ** 2

    points = tuning.grid(rate=[1e-3, 1e-2, 1.0], decay=[1e-5, 1e-4, 1e-3])
    found = tuning.search(score, points, budget=9)
    assert len(found) == 9 and found[0].settings == {"rate": 1e-2, "decay": 1e-4}
    assert math.isnan(found[-1].score)
    rng = np.random.default_rng(0)
    points = tuning.random_points(rng, 100, rate=(1e-4, 1.0), decay=(1e-6, 1e-2))
    found = tuning.search(score, points, budget=60)
    assert len(found) == 60 and found[0].score < 0.2
    rates = [trial.settings["rate"] for trial in found]
    assert 1e-4 <= min(rates) < 1e-3 and 0.1 < max(rates) <= 1
    with pytest.raises(ValueError, match="rate: expected 0 < low < high"):
        next(tuning.random_points(rng, 1, rate=(0.0, 1.0)))


def test_plan_follows_the_checklist():
    """Four steps in order; complex data or depth ask for lighter decay."""
    plan = tuning.search_plan("deep", "complex")
    assert [step["step"] for step in plan] == [
        *("range test", "batch", "momentum", "weight decay")
    ]
    light, strong = plan[3], tuning.search_plan("shallow", "simple")[3]
    assert max(light["weight_decay"]) < max(strong["weight_decay"])
    with pytest.raises(ValueError, match="depth"):
        tuning.search_plan("medium", "complex")
    with pytest.raises(ValueError, match="at least 5"):
        tuning.diagnose([1, 2], [1, 2])
