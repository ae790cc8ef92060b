"""Whom to trust without asking everyone: recommendations, lists, how much room, signs of life."""
