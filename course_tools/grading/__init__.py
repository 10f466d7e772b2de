"""The grading engine: normalise, run in a child process, judge, record, write.

Read in this order: ``notebooks`` (what was handed in), ``wire`` (how values cross),
``child``, ``zygote`` and ``sandbox`` (where student code runs), ``session`` (the
judge's end of that), ``judge`` (the verdict), ``batch`` (many submissions),
``gradebook`` (what is written), ``formgrader`` (nbgrader's own button).
"""
