"""From numbers to verdicts, by the rule that a declaration fixed before the first run.

A condition looks at one ``number``, or at a ``sample`` of one value per seed (paired
differences, as a rule), of which it takes the 95 % bootstrap interval of the mean, or
of what ``average`` names. Its ``bound`` holds the smallest difference that matters.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

RULES: dict[str, Callable[[float, float], bool]] = {
    "at least": lambda value, bound: value >= bound,
    "at most": lambda value, bound: value <= bound,
    "equals": lambda value, bound: value == bound,
    "within": lambda value, bound: abs(value) <= bound,
}
AVERAGES: dict[str, Callable[..., Any]] = {"mean": np.mean, "median": np.median}


def interval(
    sample: list[float], average: str = "mean", draws: int = 10_000
) -> tuple[float, float]:
    """The 95 % bootstrap interval (percentiles): fair for ten seeds, short for five.

    A sample in which every value is the same has an interval of length 0.
    """
    x = np.asarray(sample, float)
    picks = np.random.default_rng(0).integers(0, len(x), (draws, len(x)))
    means = AVERAGES[average](x[picks], axis=1)
    low, high = np.percentile(means, (2.5, 97.5))
    return round(float(low), 6), round(float(high), 6)


def decide(condition: dict[str, Any], outcome: dict[str, Any]) -> dict[str, Any]:
    """Whether a condition holds: "yes", "no" or, for a sample, "open".

    "open" is where the interval has a value that obeys the rule and one that does not.
    """
    rule, bound = RULES[condition["rule"]], condition["bound"]
    if "number" in condition:
        value = outcome["numbers"][condition["number"]]
        return {"holds": "yes" if rule(value, bound) else "no", "value": value}
    average = condition.get("average", "mean")
    sample = outcome["samples"][condition["sample"]]
    if not sample:  # no start got there
        return {"holds": "open", "value": None, "seeds": 0}
    low, high = interval(sample, average)
    ends = rule(low, bound), rule(high, bound)
    across = condition["rule"] == "within" and low < -bound < bound < high
    holds = "yes" if all(ends) else "open" if any(ends) or across else "no"
    return {
        "holds": holds,
        "value": round(float(AVERAGES[average](sample)), 6),
        "interval": [low, high],
        "seeds": len(sample),
    }


def verdict(claim: dict[str, Any], outcome: dict[str, Any]) -> dict[str, Any]:
    """Supported if every condition holds, refuted if one does not, else not decided."""
    evidence = [decide(c, outcome) for c in claim["conditions"]]
    found = {e["holds"] for e in evidence}
    word = "refuted" if "no" in found else "not decided" if "open" in found else None
    return {
        "claim": claim["id"],
        "statement": claim["statement"],
        "verdict": word or "supported",
        "evidence": evidence,
    }


def chosen_by_others(scores: Any, average: str = "mean") -> list[int]:
    """For each start the setting that is best on average over the other starts.

    ``scores`` is (starts, settings); the highest is the best.
    """
    scores = np.asarray(scores)
    return [
        int(AVERAGES[average](np.delete(scores, i, axis=0), axis=0).argmax())
        for i in range(len(scores))
    ]


def spread(sample: list[float], unit: str = "") -> str:
    """Median, least and greatest to three digits: 37 (36 to 41)."""
    if not sample:
        return "–"
    middle, low, high = (_short(f(sample)) for f in (np.median, np.min, np.max))
    return f"{middle}{unit}" if low == high else f"{middle} ({low} to {high}){unit}"


def roughness(losses: Any) -> float:
    """Mean absolute second difference of the logarithm of a curve; 0 if too short."""
    return float(np.abs(np.diff(np.log(losses), 2)).mean()) if len(losses) > 2 else 0.0


def _short(x: float) -> str:
    text = f"{x:.0f}" if abs(x) >= 100 else f"{x:.3g}"
    return text.replace("-", "−")
