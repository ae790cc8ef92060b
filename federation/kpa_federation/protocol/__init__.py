"""The protocol, pure: bytes in, verified facts or an error out; see ``federation/SPEC.md``.

No web, no database, no network. From the bottom: ``canonical`` JSON, the hash ``tree``, ``keys``,
signed ``notes``; then ``entries`` of a log, who its ``identity`` is, what they do to ``records``,
``reading`` a section of it, the ``bundle`` that carries sections, and ``forks``.
"""
