"""Guardians: who can give a KPA's log a new key, with a secret that stays on their own paper.

``groups``, ``sheet`` and ``paper`` are what is on the paper, ``exchange`` what travels between a
KPA and its guardians, ``notice`` what a guardian reads before saying yes, ``cli`` the commands on
their machine. What the KPA collects from them: ``ceremony``, with its ``drills``, the ``steps``
that are left, the ``walks`` that lead to one, and how it is ``kept``.
"""
