"""Read what suppliers send: a Factur-X PDF, a CII or a UBL file becomes a :class:`Received`.

Whoever sends the file is a stranger. The field's library ``factur-x`` reads such files too, and was
looked at for this: it lets the XML parser resolve entities, inflates every attachment of a PDF
whatever its size, takes the first of several invoices in silence, answers with a list where an
element is there twice, and fails with a bare ``Exception``. It is made for files one trusts; here
it serves the tests, which check that both read the same facts. What an expense needs is some forty
fields, listed in :mod:`.cii` and :mod:`.ubl`.

A file is at most ``MAX_FILE_BYTES`` long. XML is read here, once its size, encoding, elements and
attributes are counted; PDF is opened in a process of its own, see :mod:`.apart`.
"""

from kpa_core.invoices.received.apart import PdfReader as PdfReader
from kpa_core.invoices.received.errors import Unreadable as Unreadable
from kpa_core.invoices.received.model import Doubt as Doubt
from kpa_core.invoices.received.model import Line as Line
from kpa_core.invoices.received.model import Party as Party
from kpa_core.invoices.received.model import Received as Received
from kpa_core.invoices.received.model import VatGroup as VatGroup
from kpa_core.invoices.received.reading import MAX_FILE_BYTES as MAX_FILE_BYTES
from kpa_core.invoices.received.reading import read as read
