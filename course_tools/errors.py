"""The one exception that a user of the tools is meant to see."""


class CourseError(Exception):
    """Bad input: one sentence that says what was expected, what came, what to do.

    The command line prints the sentence and exits with 2; nothing was changed.
    """
