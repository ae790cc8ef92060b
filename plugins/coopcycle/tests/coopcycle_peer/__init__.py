"""A CoopCycle server for tests: it keeps state, answers as the contract says, fails on demand."""
