"""Assignments: the one source, what students get from it, and the proof that it marks.

``notebooks`` reads and writes; ``text`` turns plain text into a source notebook;
``release`` and ``bundle`` make the students' side; ``mutants`` and ``verify`` are the
gates; ``template`` starts a new assignment; ``self_check`` is ``course check``.
"""
