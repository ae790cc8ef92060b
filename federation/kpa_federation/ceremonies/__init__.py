"""Ceremonies as the server keeps them: guardians' public lines and answers, never a secret."""
