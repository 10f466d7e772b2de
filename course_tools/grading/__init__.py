"""The grading engine: normalise, run in a child process, judge, record, write.

Read in this order: ``sources`` (what was asked), ``submission`` (what was handed in),
``wire`` (how values cross), ``child``, ``zygote``, ``sandbox`` and ``jail`` (where
student code runs), ``session`` (the judge's end of that), ``judge`` (the verdict); then
``collect`` (what is to be graded), ``batch`` and ``cluster`` (many submissions),
``run`` (what is left and what is written), ``gradebook``, ``handed_back``, ``reports``
and ``pages`` (where), and ``formgrader`` (nbgrader's own button).
"""
