"""Every method on every problem that it accepts: what each run should end with.

``python -m tests.course_lib.problem_runs`` writes problem_runs.csv anew, from the start
and from twenty starts that differ from it in the tenth digit: a run that magnifies
rounding gets a wide range, the others a narrow one.
"""

import csv
from pathlib import Path

import numpy as np

from course_lib import optim
from course_lib.activations import logistic, tanh
from course_lib.datasets import plane_problem, plane_start
from course_lib.differentiation import numerical_jacobian
from course_lib.layers import Activation, Dense
from course_lib.losses import SquaredError
from course_lib.networks.sequential import Sequential
from course_lib.objectives import NetworkObjective
from course_lib.training import minimize
from tests.course_lib.problems import LEAST_SQUARES, Problem, logistic_regression

TABLE = Path(__file__).with_suffix(".csv")
BUDGET = 300  # evaluations


class WithHessian:
    """An objective and its Hessian, differences of the gradient."""

    def __init__(self, objective):
        self.objective = objective

    def __getattr__(self, name):
        return getattr(self.objective, name)

    def hessian(self, theta):
        H = numerical_jacobian(lambda th: self.value_and_gradient(th)[1], theta)
        return (H + H.T) / 2


def plane():
    data, layers = plane_problem(), [Dense(2, 12), Activation(tanh), Dense(12, 8)]
    layers += [Activation(tanh), Dense(8, 1), Activation(logistic)]
    objective = NetworkObjective(
        Sequential(layers), data.x_train, data.t_train, SquaredError("sum")
    )
    return Problem(objective, plane_start(0), 15.0)  # a level, no minimum


PROBLEMS = LEAST_SQUARES | {"logistic": logistic_regression(), "plane": plane()}


def steepness(problem):
    """The largest curvature of the model at the start: a rate is measured by it."""
    if hasattr(problem.objective, "linearize"):
        lin = problem.objective.linearize(problem.start)
        J = lin.jacobian()
        return float(np.linalg.eigvalsh(J.T @ J if len(J) > len(J.T) else J @ J.T)[-1])
    return float(np.linalg.eigvalsh(problem.objective.hessian(problem.start))[-1])


def methods(L):
    """All methods, rates in units of 1 / L where the method has such units."""
    return {
        "GradientDescent": optim.GradientDescent(1 / L),
        "Momentum": optim.Momentum(0.3 / L),
        "Nesterov": optim.Momentum(0.3 / L, nesterov=True),
        "AdaGrad": optim.AdaGrad(0.3),
        "AdaDelta": optim.AdaDelta(10.0),
        "RMSProp": optim.RMSProp(0.01),
        "Adam": optim.Adam(0.05),
        "AdamW": optim.AdamW(0.05, weight_decay=1e-4),
        "Apollo": optim.Apollo(0.003 / L),
        "NGDM": optim.NGDM(0.3 / L),
        "Rprop": optim.Rprop(),
        "IRpropPlus": optim.IRpropPlus(),
        "Quickprop": optim.Quickprop(0.1 / L),
        "CG, FR": optim.ConjugateGradient("fletcher-reeves"),
        "CG, PR": optim.ConjugateGradient(),
        "Newton": optim.Newton(),
        "BFGS": optim.BFGS(),
        "LBFGS": optim.LBFGS(),
        "LM, multiply": optim.LevenbergMarquardt(),
        "LM, nielsen": optim.LevenbergMarquardt(schedule="nielsen"),
        "LM, trust region": optim.LevenbergMarquardt(schedule="trust-region"),
        "LM, Marquardt": optim.LevenbergMarquardt(scaling="marquardt"),
        "NaturalGradient": optim.NaturalGradient(damping=1e-6),
    }


def accepts(method, problem):
    """Least squares for who linearizes; a Hessian by differences for small ones."""
    needs = getattr(method, "needs", ())
    if "hessian" in needs:
        return len(problem.start) <= 20
    return "linearize" not in needs or hasattr(problem.objective, "linearize")


def pairs():
    """(problem, method) names."""
    for name, problem in PROBLEMS.items():
        for label, method in methods(1.0).items():
            if accepts(method, problem):
                yield name, label


def run(name, label, start=None):
    """The run of a method on a problem, to its minimum or to the end of the budget."""
    problem = PROBLEMS[name]
    method = methods(steepness(problem))[label]
    objective = problem.objective
    if "hessian" in getattr(method, "needs", ()) and not hasattr(objective, "hessian"):
        objective = WithHessian(objective)
    return minimize(
        objective,
        problem.start if start is None else start,
        method,
        iterations=BUDGET,
        evaluations=BUDGET,
        target=problem.minimum * (1 + 1e-6) + 1e-9,
    )


def main():
    rng = np.random.default_rng(0)
    with TABLE.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow("problem method status evaluations to value to".split())
        for name, label in pairs():
            start = PROBLEMS[name].start
            runs = [run(name, label)]
            for _ in range(20 if name != "plane" else 4):
                change = 1 + 1e-10 * rng.standard_normal(len(start))
                runs.append(run(name, label, start * change))
            kinds = " or ".join(sorted({each.status.name for each in runs}))
            used = [each.history.evaluations[-1] for each in runs]
            value = [each.value for each in runs]
            row = kinds, min(used), max(used), f"{min(value):.3g}", f"{max(value):.3g}"
            out.writerow((name, label, *row))


if __name__ == "__main__":
    main()
