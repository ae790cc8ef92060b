"""The worker of the one jobs' table: leases, effects on other machines, schedules.

A row is leased in a short transaction, so that several workers never take the same one. What a job
does to the database commits together with its mark. A worker that dies leaves a lease that runs
out; the row goes back to *pending*, or to *unknown* when doing it twice could do harm outside.
"""

from kpa_core.jobs.by_hand import count_waiting as count_waiting
from kpa_core.jobs.by_hand import give_up as give_up
from kpa_core.jobs.by_hand import retry as retry
from kpa_core.jobs.by_hand import try_now as try_now
from kpa_core.jobs.by_hand import waiting as waiting
from kpa_core.jobs.doing import back_off as back_off
from kpa_core.jobs.kinds import kinds as kinds
from kpa_core.jobs.kinds import label_of as label_of
from kpa_core.jobs.schedules import next_due as next_due
from kpa_core.jobs.taking import LEASE as LEASE
from kpa_core.jobs.taking import MAX_ATTEMPTS as MAX_ATTEMPTS
from kpa_core.jobs.worker import plan_schedules as plan_schedules
from kpa_core.jobs.worker import run_due as run_due
from kpa_core.jobs.worker import work_until as work_until
