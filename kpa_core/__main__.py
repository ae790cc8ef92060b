"""``python -m kpa_core`` is ``kpa``."""

from kpa_core.cli import main

if __name__ == "__main__":
    main()
