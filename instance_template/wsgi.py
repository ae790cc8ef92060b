"""For another WSGI server than `kpa serve`'s own: `gunicorn wsgi:app`. Run `kpa worker` beside it."""

import os
from pathlib import Path

os.environ.setdefault("KPA_DIR", str(Path(__file__).parent))

from kpa_core.serving.wsgi import make  # noqa: E402 - the folder must be known first

app = make()
