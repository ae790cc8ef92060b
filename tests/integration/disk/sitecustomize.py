"""Read by every Python of a trial before anything else; without its variables it does nothing.

``POWER_LOG`` names the file in which writes are recorded, and ``POWER_DEFECT`` one of the mistakes
the trial has to find. ``TRIAL_DAYS_OFF`` moves the clock of the process.
"""

import os

if os.environ.get("POWER_LOG"):
    import power_recorder

    power_recorder.install(
        os.environ["POWER_LOG"], os.environ["POWER_ROOT"], os.environ.get("POWER_DEFECT", "")
    )

if os.environ.get("TRIAL_DAYS_OFF"):
    import datetime

    import time_machine

    off = datetime.timedelta(days=int(os.environ["TRIAL_DAYS_OFF"]))
    time_machine.travel(datetime.datetime.now(datetime.UTC) + off, tick=True).start()
