"""The two forms of a supplier's file: choose it, then say yes."""

from __future__ import annotations

from kpa_core.errors import N_
from kpa_core.i18n import lazy
from kpa_core.invoices.received import MAX_FILE_BYTES
from kpa_core.pages.forms import Choice, Form, OneOf, Text, Upload, YesNo
from kpa_core.sharing.views.forms import ON_WHICH_NAME


class ChooseFileForm(Form):
    """The file, chosen or dropped."""

    file = Upload(
        lazy(N_("Le fichier du fournisseur")),
        hint=lazy(N_("Un PDF Factur-X ou un XML. Choisis-le, ou dépose-le ici.")),
        longest=MAX_FILE_BYTES,
        accept=".pdf,.xml,application/pdf,application/xml,text/xml",
    )


class TakePaperForm(Form):
    """What the file does not say."""

    what = Text(lazy(N_("Quoi ?")), required=False, hint=lazy(N_("Exemple : légumes et épices.")))
    payer = Choice(lazy(N_("Qui a payé ?")), required=False)
    pot_id = Choice(lazy(N_("Quelle cagnotte paie ?")), ids=True, required=False)
    in_name_of = OneOf(
        lazy(N_("La facture est à quel nom ?")), choices=ON_WHICH_NAME, required=False
    )
    accept = YesNo(lazy(N_("J'ai vérifié, c'est bon")))
