"""Answers without elements, which a careless comparison takes for right ones.

``np.allclose(np.zeros((0, 3)), [1, 2, 3])`` is true: the arrays fit each other by
broadcasting, and of no elements all are close. A hollow answer is what the solution
returns, every array and number in it replaced by an array without elements; its own
functions go on calling each other as they were. No test may give it a mark.
"""

from course_tools.grading.sources import bound

_TAIL = """

def _hollow(names):
    import types

    import numpy as np

    own = dict(globals())

    def empty(value):
        if isinstance(value, dict):
            return {key: empty(part) for key, part in value.items()}
        if isinstance(value, (list, tuple)):
            return type(value)(empty(part) for part in value)
        return np.zeros((0, *np.shape(value)))

    def wrapped(function):
        name, code = function.__name__, function.__code__
        right = types.FunctionType(code, own, name, function.__defaults__)
        right.__kwdefaults__ = function.__kwdefaults__
        own[name] = right
        return lambda *args, **kwargs: empty(right(*args, **kwargs))

    for name in names:
        value = globals()[name]
        plain = isinstance(value, types.FunctionType)
        globals()[name] = wrapped(value) if plain else empty(value)


_hollow({names!r})
"""


def hollow(solutions: dict[str, str]) -> dict[str, str]:
    """The solutions, made hollow at the end of the last one."""
    names = sorted(frozenset().union(*map(bound, solutions.values())))
    *_, last = solutions
    tail = _TAIL.replace("{names!r}", repr(names))
    return {**solutions, last: solutions[last] + tail}
