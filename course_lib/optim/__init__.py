"""Optimizers: one rule, one file, each equation beside its line."""

from course_lib.optim.adadelta import AdaDelta
from course_lib.optim.adagrad import AdaGrad
from course_lib.optim.adam import Adam, AdamW
from course_lib.optim.apollo import Apollo
from course_lib.optim.bfgs import BFGS, LBFGS
from course_lib.optim.conjugate_gradient import ConjugateGradient
from course_lib.optim.gradient_descent import GradientDescent, Momentum
from course_lib.optim.hybrid import Hybrid
from course_lib.optim.levenberg_marquardt import LevenbergMarquardt
from course_lib.optim.method import Status, StepInfo
from course_lib.optim.natural_gradient import NaturalGradient
from course_lib.optim.newton import Newton
from course_lib.optim.ngdm import NGDM
from course_lib.optim.quickprop import Quickprop
from course_lib.optim.rmsprop import RMSProp
from course_lib.optim.rprop import IRpropPlus, Rprop

__all__ = [
    "BFGS",
    "LBFGS",
    "NGDM",
    "AdaDelta",
    "AdaGrad",
    "Adam",
    "AdamW",
    "Apollo",
    "ConjugateGradient",
    "GradientDescent",
    "Hybrid",
    "IRpropPlus",
    "LevenbergMarquardt",
    "Momentum",
    "NaturalGradient",
    "Newton",
    "Quickprop",
    "RMSProp",
    "Rprop",
    "Status",
    "StepInfo",
]
