"""For another WSGI server than `kpa serve`'s own; run `kpa worker` beside it."""

import os
from pathlib import Path

os.environ.setdefault("KPA_DIR", str(Path(__file__).parent))

from kpa_core.serving.wsgi import make

app = make()
