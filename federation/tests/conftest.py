"""What the federation's tests share: a log's own writer is importable as ``log_writer``."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
