"""Self-organising map against MiniSom, fuzzy ART against artlib.

The map: 10 x 10 units, 1000 points of the unit square, radius from 3, 10 000 steps one
sample at a time, from the same start. Two comparisons: equal steps, and ours with as
many steps as it takes to reach the quantisation error of MiniSom's 10 000.
Fuzzy ART: 300 points with complement coding, vigilance 0.8, one pass; labels and
weights must be identical. Peers: environments/associative_networks.txt.

    course bench associative-networks [--rounds 15]
"""

import argparse
import statistics
import sys

import numpy as np
from _common import in_turns, milliseconds, provenance, ratio, write
from threadpoolctl import threadpool_limits

from course_lib.networks.art import ART, complement_code
from course_lib.networks.som import (
    SelfOrganizingMap,
    quantization_error,
    topographic_error,
)

STEPS = 10_000
POINTS = np.random.default_rng(0).random((1000, 2))
SEEDS = range(5)


def ours_map(steps, seed=0):
    """Weights after so many steps from points of the data."""
    som, rng = SelfOrganizingMap(10, 10), np.random.default_rng(seed)
    return som.train(som.init(POINTS, rng), POINTS, steps, rng)


def minisom_map(seed=0):
    """MiniSom's weights after STEPS steps, from points of the data."""
    from minisom import MiniSom

    peer = MiniSom(10, 10, 2, sigma=3.0, learning_rate=0.5, random_seed=seed)
    peer.random_weights_init(POINTS)
    peer.train_random(POINTS, STEPS)
    return peer.get_weights().reshape(-1, 2)


def errors(make):
    """Median quantisation and topographic error over the seeds."""
    som = SelfOrganizingMap(10, 10)
    maps = [make(seed) for seed in SEEDS]
    return (
        statistics.median(quantization_error(w, POINTS) for w in maps),
        statistics.median(topographic_error(som, w, POINTS) for w in maps),
    )


def artlib_categories(inputs):
    """artlib's labels and weights after one pass."""
    from artlib import FuzzyART

    peer = FuzzyART(0.8, 1e-6, 1.0)
    peer.fit(inputs)
    return peer.labels_, np.array(peer.W)


def main(argv=None):
    """Measure and write the result file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args(argv).rounds
    with threadpool_limits(1):
        theirs = errors(minisom_map)
        equal = next(
            steps
            for steps in range(500, STEPS + 1, 500)
            if errors(lambda seed, n=steps: ours_map(n, seed))[0] <= theirs[0]
        )
        spent = in_turns(
            {
                "MiniSom": minisom_map,
                "ours": lambda: ours_map(STEPS),
                "ours, equal error": lambda: ours_map(equal),
            },
            rounds,
        )
        inputs = complement_code(np.random.default_rng(3).random((300, 2)))
        labels, weights = artlib_categories(inputs)
        own = ART(0.8).train(inputs, passes=1)
        if (own.labels != labels).any() or np.abs(own.w - weights).max() > 1e-12:
            raise SystemExit("bench: our fuzzy ART differs from artlib's")
        art = in_turns(
            {
                "artlib": lambda: artlib_categories(inputs),
                "ours": lambda: ART(0.8).train(inputs, passes=1),
            },
            rounds,
        )
    write(
        provenance(
            "associative-networks",
            ("numpy", "minisom", "artlib"),
            rounds=rounds,
            som={
                "steps": STEPS,
                "minisom_errors": theirs,
                "our_errors": errors(lambda seed: ours_map(STEPS, seed)),
                "our_steps_to_equal_error": equal,
                "milliseconds": {name: milliseconds(t) for name, t in spent.items()},
                "ratio_equal_steps": ratio(spent["MiniSom"], spent["ours"]),
                "ratio_equal_error": ratio(
                    spent["MiniSom"], spent["ours, equal error"]
                ),
            },
            fuzzy_art={
                "points": len(inputs),
                "categories": len(weights),
                "identical": True,
                "milliseconds": {name: milliseconds(t) for name, t in art.items()},
                "ratio": ratio(art["artlib"], art["ours"]),
            },
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
