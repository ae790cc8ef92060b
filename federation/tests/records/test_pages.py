"""Pages of records: from a form on a phone to the page of a neighbour."""

from __future__ import annotations

import io
import re
from html import unescape

import pytest
from PIL import Image
from sqlalchemy import delete

from kpa_core.work import KPA
from kpa_federation.catalogue.kinds import LEARNING, RESOURCE
from kpa_federation.log import keeping
from kpa_federation.own import writing
from kpa_federation.protocol.bodies import write_body
from kpa_federation.protocol.entries import put
from kpa_federation.records import drafts, publishing, reading
from kpa_federation.records.kinds import kinds
from kpa_federation.records.models import DraftRow

TYPED = {
    "said_title": "Réparer un vélo",
    "said_summary": "On répare des vélos donnés.",
    "said_text": "On démonte.\nOn remonte.",
    "said_place": "Roubaix",
    "said_needs": "un atelier\ndes outils",
    "said_state": "tested",
    "said_lang": "fr",
    "said_tags": "",
    "licence": "CC-BY-SA-4.0",
}
WRITE = f"/federation/fiches/nos/nouvelle/{RESOURCE.key}"
OURS = "/federation/fiches/nos"
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)> \"'{{777*777}} javascript:alert(3)"


def words(shown):
    """Return what a page says, without its marks."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", shown.text)).split())


def drafted(browser, **other):
    shown = browser.submit(WRITE, **{**TYPED, **other})
    assert shown.status == 200, words(shown)
    return shown.url


def published(browser, **other):
    page = drafted(browser, **other)
    shown = browser.submit(f"{page}/publier")
    assert "/fiches/lire/" in shown.url, words(shown)
    return page, shown


def test_a_person_writes_publishes_and_a_neighbour_reads(town):
    roubaix, lille = town("Roubaix"), town("Lille")
    with roubaix.kpa.client_for("animator") as browser:
        assert "Il n'y a encore rien à lire" in words(browser.get("/federation/fiches"))
        draft, shown = published(browser)
        assert "On démonte." in words(shown)
        assert "un atelier des outils" in words(shown)
        assert "publiée" in words(browser.get(OURS))
    lille.follow(roubaix)
    lille.pull()
    with lille.kpa.client_for("member") as reader:
        listed = reader.get("/federation/fiches?cherche=velo")
        assert "Réparer un vélo" in words(listed)
        page = reader.get(shown.url)
        for said in ("Roubaix", "On dit qui l'a fait", "« Réparer un vélo », par Roubaix"):
            assert said in words(page)
        assert shown.url.removeprefix("/federation/fiches/lire/") not in words(page)
        assert "rien trouvé" in words(reader.get("/federation/fiches?cherche=absent"))
    with roubaix.kpa.client_for("animator") as browser:
        browser.submit(f"{draft}/retirer", reason="outdated")
    lille.pull()
    with lille.kpa.client_for("member") as reader:
        assert reader.get(shown.url).status == 404
        assert "Réparer un vélo" not in words(reader.get("/federation/fiches"))


def test_a_draft_is_changed_published_again_or_thrown_away(town):
    roubaix = town("Roubaix")
    with roubaix.kpa.client_for("animator") as browser:
        draft, shown = published(browser)
        changed = browser.submit(f"{draft}/changer", **{**TYPED, "said_title": "Vélos"})
        assert "Les voisins voient encore le texte d'avant" in words(changed)
        assert "Réparer un vélo" in words(browser.get(shown.url))
        browser.submit(f"{draft}/publier")
        assert "Vélos" in words(browser.get(shown.url))
        other = drafted(browser)
        assert browser.submit(f"{other}/jeter", page=other).url == OURS
        assert browser.get(other).status == 404


def test_the_linter_says_which_field_and_line_and_nothing_leaves(town):
    roubaix = town("Roubaix")
    roubaix.kpa.person(
        "Yasmine", "member", birth=roubaix.kpa.work().__enter__().today.replace(year=2010)
    )
    with roubaix.kpa.client_for("animator") as browser:
        text = "On démonte.\nAppelle le 06 12 34 56 78.\nYasmine aide."
        draft = drafted(browser, said_text=text)
        shown = browser.get(f"{draft}/publier")
        assert "Comment on fait , ligne 2" in words(shown)
        assert "06 12 34 56 78" in words(shown)
        assert "Comment on fait , ligne 3" in words(shown)
        forced = browser.submit(f"{draft}/publier", version="1")
        assert forced.status == 422
        assert "Comment on fait , ligne 2" in words(forced)
    with roubaix.work() as work:
        assert keeping.state_of(work.session, roubaix.origin).size == 1


@pytest.mark.parametrize("kind", [RESOURCE, LEARNING])
def test_what_is_hostile_is_shown_as_it_was_typed(town, kind):
    roubaix, lille = town("Roubaix"), town("Lille")
    body = {
        field.name: [HOSTILE] if field.kind == "list" else HOSTILE
        for field in kind.fields
        if field.kind != "choice"
    }
    body |= {one.name: one.choices[0][0] for one in kind.fields if one.kind == "choice"}
    body["unknown"] = HOSTILE
    with roubaix.work(roubaix.kpa.person("Nadia", "animator")) as work:
        row = drafts.write_draft(work, kind.key, body)
        name = publishing.publish(work, row.id, row.version)
    other = write_body({"title": HOSTILE, "x": [HOSTILE, {"y": HOSTILE}]})
    with roubaix.work() as work:
        line = put(other, at=work.today, kind="kpa.example/note/1", licence="LicenseRef-x")
        place = writing.append(work, [line], {0: other})
        unknown = publishing.name_of(work.session, place)
    lille.follow(roubaix)
    lille.pull()
    with lille.kpa.client_for("animator") as reader:
        pages = [
            "/federation/fiches",
            f"/federation/fiches/lire/{name}",
            f"/federation/fiches/lire/{unknown}",
        ]
        for address in pages:
            shown = reader.get(address)
            assert shown.status == 200
            assert "alert(1)" in shown.text
            assert "<script>alert" not in shown.text
            assert "<img src=x" not in shown.text
            assert not re.search(r"href=\"javascript:", shown.text)
            assert "603729" not in shown.text
        taken = reader.submit(f"{pages[1]}/reprendre", page=pages[1])
        for address in (taken.url, f"{taken.url}/changer", f"{taken.url}/publier"):
            shown = reader.get(address)
            assert shown.status == 200
            assert "<script>alert" not in shown.text
            assert "<img src=x" not in shown.text


def test_an_unknown_kind_is_read_and_cannot_be_taken(town):
    roubaix, lille = town("Roubaix"), town("Lille")
    body = write_body({"title": "Plan", "parts": [{"wood": "sapin"}]})
    with roubaix.work() as work:
        line = put(body, at=work.today, kind="kpa.example/plan/7", licence="CC0-1.0")
        name = publishing.name_of(work.session, writing.append(work, [line], {0: body}))
    lille.follow(roubaix)
    lille.pull()
    with lille.kpa.client_for("animator") as reader:
        shown = reader.get(f"/federation/fiches/lire/{name}")
        assert "parts.1.wood sapin" in words(shown)
        assert "On peut la lire, pas la reprendre" in words(shown)
        assert "/reprendre" not in shown.text
        forced = reader.submit(f"/federation/fiches/lire/{name}/reprendre", page=shown.url)
        assert forced.status == 422


def picture():
    """Return a photo with a place, a name and a comment in it."""
    made = Image.new("RGB", (40, 30), "red")
    exif = Image.Exif()
    exif[0x9286], exif[0x013B] = "CANARY-COMMENT", "CANARY-ARTIST"
    exif.get_ifd(0x8825)[1] = "CANARY-PLACE"
    out = io.BytesIO()
    made.save(out, "JPEG", exif=exif, comment=b"CANARY-JPEG")
    return out.getvalue()


def test_files_go_along_without_what_they_hid(town):
    roubaix = town("Roubaix")
    photo = picture()
    assert photo.count(b"CANARY") == 4
    with roubaix.kpa.client_for("animator") as browser:
        page = drafted(browser)
        browser.submit(f"{page}/fichier", file=(io.BytesIO(photo), "Photo du vélo.jpg"))
        assert "Photo_du_vélo.jpg" in words(browser.get(page))
        refused = browser.submit(f"{page}/publier")
        assert "Regarde d'abord chaque fichier" in words(refused)
        shown = browser.submit(f"{page}/publier", looked="y")
        link = re.search(r"/federation/fiches/fichiers/[0-9a-f]{64}", shown.text)[0]
        answer = browser.client.get(link)
        assert answer.data.startswith(b"\xff\xd8")
        assert b"CANARY" not in answer.data
        assert answer.headers["Content-Disposition"].startswith("attachment")
    with roubaix.work(roubaix.kpa.person("Ali", "member")) as work:
        (found,) = reading.records(work, kinds(work))
        (file,) = found.content.files
        assert link.endswith(file.sha256)
        assert (file.name, file.size) == ("Photo_du_vélo.jpg", len(answer.data))


def test_the_words_in_a_file_are_read_before_it_goes(town):
    roubaix = town("Roubaix")
    with roubaix.kpa.client_for("animator") as browser:
        page = drafted(browser)
        csv = b"qui;quoi\nlui;06 12 34 56 78\n"
        browser.submit(f"{page}/fichier", file=(io.BytesIO(csv), "liste.csv"))
        shown = browser.get(f"{page}/publier")
        assert "Fichier, liste.csv , ligne 2" in words(shown)
        assert browser.submit(f"{page}/publier", looked="y", version="2").status == 422
        hidden = b"PK\x03\x04 CANARY"
        refused = browser.submit(f"{page}/fichier", file=(io.BytesIO(hidden), "x.docx"))
        assert "Enregistre-le en PDF" in words(refused)


def test_a_member_writes_and_only_those_who_may_publish(town):
    roubaix = town("Roubaix")
    with roubaix.kpa.client_for("member") as browser:
        page = drafted(browser)
        assert "Publier" not in words(browser.get(page))
        assert browser.get(f"{page}/publier").status == 404
        assert browser.get(f"{page}/retirer").status == 404
    with roubaix.kpa.browser() as visitor:
        assert "Réparer" not in words(visitor.get(page))
        assert "Réparer" not in words(visitor.get("/federation/fiches"))


def test_a_record_whose_draft_was_lost_is_ours_again(town):
    roubaix = town("Roubaix")
    with roubaix.kpa.client_for("animator") as browser:
        _, shown = published(browser)
        with roubaix.work(KPA) as work, work.transaction() as session:
            session.execute(delete(DraftRow))
        address = shown.url
        assert "son brouillon n'est plus là" in words(browser.get(address))
        again = browser.submit(f"{address}/encore", page=address)
        changed = browser.submit(f"{again.url}/changer", **{**TYPED, "said_title": "Vélos"})
        assert changed.status == 200
        browser.submit(f"{again.url}/publier")
        assert "Vélos" in words(browser.get(address))
        assert browser.submit(f"{address}/encore", page=address).url == again.url
        browser.submit(f"{again.url}/retirer", reason="outdated")
        assert browser.get(address).status == 404
