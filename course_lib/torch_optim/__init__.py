"""The course's optimizers as ``torch.optim.Optimizer``, with torch's argument names.

    optimizer = course_lib.torch_optim.Adam(model.parameters(), lr=1e-3)

Groups, ``state_dict`` and learning-rate schedulers work as usual (`rules`).
`LevenbergMarquardt(model, loss)` takes whole steps instead::

    info = optimizer.step(inputs, targets)

`range_test(model, optimizer, loss)` looks for a learning rate and puts all back.

Source: none in the sources. Chapter: levenberg-marquardt.
"""

from course_lib.torch_optim.levenberg_marquardt import LevenbergMarquardt
from course_lib.torch_optim.rates import range_test
from course_lib.torch_optim.rules import (
    NGDM,
    SGD,
    AdaDelta,
    AdaGrad,
    Adam,
    AdamW,
    Apollo,
    IRpropPlus,
    Quickprop,
    RMSProp,
    Rprop,
)

__all__ = [
    "NGDM",
    "SGD",
    "AdaDelta",
    "AdaGrad",
    "Adam",
    "AdamW",
    "Apollo",
    "IRpropPlus",
    "LevenbergMarquardt",
    "Quickprop",
    "RMSProp",
    "Rprop",
    "range_test",
]
