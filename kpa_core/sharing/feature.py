"""What the core takes from this folder."""

from collections.abc import Iterator

from kpa_core.contracts import Health, Job
from kpa_core.instance import Feature
from kpa_core.sharing import ledger
from kpa_core.sharing.credits import when_credited
from kpa_core.sharing.panels import order_panels
from kpa_core.sharing.personal import erase_personal_data, personal_data
from kpa_core.sharing.received_drafts import drop_old
from kpa_core.sharing.todo import todo
from kpa_core.sharing.views import blueprint
from kpa_core.work import Work


def health(work: Work) -> Iterator[Health]:
    """Check that every move adds up to zero and tells what was shared."""
    fault = next(ledger.faults(work.session), None)
    detail = f"{fault.row}: {fault.why}" if fault else ""
    yield Health("pots", fault is None, detail)


SHARING = Feature(
    name="sharing",
    kinds=("kpa",),
    rights=("expense.", "pot.", "share.", "pay.", "charter."),
    blueprints=lambda: (blueprint(),),
    jobs=(
        Job("invoices.credited", when_credited),
        Job("expenses.drafts", drop_old, every="daily"),
    ),
    personal_data=personal_data,
    erase_personal_data=erase_personal_data,
    health=health,
    order_panels=(order_panels,),
    todo=todo,
)
