"""An Open Food Network server for tests: it keeps state, is held against facts, fails on demand."""
