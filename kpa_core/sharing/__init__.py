"""Pots, fees, expenses and share-outs: from money that came in to who receives what."""
