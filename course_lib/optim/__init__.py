"""Optimizers: one rule, one file, each equation beside its line."""

from course_lib.optim.adadelta import AdaDelta
from course_lib.optim.adagrad import AdaGrad
from course_lib.optim.adam import Adam, AdamW
from course_lib.optim.apollo import Apollo
from course_lib.optim.gradient_descent import GradientDescent, Momentum
from course_lib.optim.method import Status, StepInfo
from course_lib.optim.quickprop import Quickprop
from course_lib.optim.rmsprop import RMSProp
from course_lib.optim.rprop import IRpropPlus, Rprop

__all__ = [
    "AdaDelta",
    "AdaGrad",
    "Adam",
    "AdamW",
    "Apollo",
    "GradientDescent",
    "IRpropPlus",
    "Momentum",
    "Quickprop",
    "RMSProp",
    "Rprop",
    "Status",
    "StepInfo",
]
