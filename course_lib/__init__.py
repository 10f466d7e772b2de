"""From neurons to networks: the reference implementations behind the course.

Imports go down only: ``plotting`` and ``datasets`` stand on ``training``, that on
``optim``, and so on to ``arrays``, the only file that knows which array library it
is given. ``import course_lib`` imports neither torch nor matplotlib.
"""

__version__ = "0.1.0"
