"""The story of a KPA told through its own forms: the demo instance, and the scenarios of the tests.

Nothing here writes a row by itself: whatever the demo shows, a person could have typed.
"""
