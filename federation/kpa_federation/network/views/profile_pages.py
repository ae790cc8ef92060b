"""The page where a group says who it is, for all other groups."""

from __future__ import annotations

from typing import Any

from flask import Response, url_for

from kpa_core.api import N_, Pages, current_work, forms, say, see
from kpa_federation.catalogue.kinds.instance import INSTANCE
from kpa_federation.network import profile
from kpa_federation.records.drafts import PUBLISH

FIELD = {field.name: field for field in INSTANCE.fields}
TYPED = ("title", "place", "contact")


def _text(name: str) -> Any:
    field = FIELD[name]
    return forms.Text(field.label, hint=field.hint, required=field.required, longest=field.longest)


class ProfileForm(forms.Form):
    """What every other group reads of us."""

    title = _text("title")
    place = _text("place")
    contact = _text("contact")
    languages = forms.LongText(
        FIELD["languages"].label, hint=FIELD["languages"].hint, required=False, longest=600
    )


def add(pages: Pages) -> None:
    """Add this page to the blueprint."""

    @pages.form(
        "/notre-kpa",
        ProfileForm,
        needs=PUBLISH,
        template="federation/network/profile.html",
        fill=_shown,
    )
    def our_profile(form: ProfileForm) -> Response:
        said: dict[str, Any] = {name: form[name].data.strip() for name in TYPED}
        lines = (form.languages.data or "").splitlines()
        said["languages"] = [line.strip() for line in lines if line.strip()]
        profile.publish(current_work(), said)
        say(N_("C'est publié. Tout le monde peut le lire."))
        return see("federation.neighbours")


def _shown() -> dict[str, Any]:
    work = current_work()
    said = profile.proposed(work)
    return {
        "start": {**said, "languages": "\n".join(said.get("languages", []))},
        "is_published": profile.published(work.session) is not None,
        "version": profile.kpa_version(),
        "back": url_for("federation.neighbours"),
    }
