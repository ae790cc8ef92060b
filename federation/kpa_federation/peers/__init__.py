"""Peers: who is followed, where they answer, and asking them over HTTP."""
