"""Assignments: the one source, what students get from it, and the proof that it marks.

``notebooks`` reads and writes; ``text`` turns plain text into a source notebook;
``release`` and ``bundle`` make the students' side, ``private`` and ``forms`` another
course of the same; ``verify``, ``mutants``, ``fates`` and ``forks`` are the gates;
``template`` starts a new assignment; ``self_check`` is ``course check``.
"""
