"""What a paper will say: taken from an order, corrected, checked before it is issued."""
