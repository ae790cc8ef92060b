"""What may be published, and in which words: pure rules, without web, database or network."""
