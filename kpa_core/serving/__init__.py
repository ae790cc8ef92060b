"""Run an instance: a small parent, the web server, and exactly one worker."""
