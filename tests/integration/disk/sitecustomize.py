"""Read by every Python of a trial before anything else: its writes are recorded.

It does nothing unless ``POWER_LOG`` names the file to record in. ``POWER_DEFECT`` plants one of the
mistakes the trial has to find.
"""

import os

if os.environ.get("POWER_LOG"):
    import power_recorder

    power_recorder.install(
        os.environ["POWER_LOG"], os.environ["POWER_ROOT"], os.environ.get("POWER_DEFECT", "")
    )
