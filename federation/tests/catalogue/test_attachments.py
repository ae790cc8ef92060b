"""Files beside a record: what goes, what is refused, and that nothing hidden goes along."""

from __future__ import annotations

import io
import random
import zlib

import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin
from pypdf import PdfWriter

from kpa_core.api import Refused
from kpa_federation.catalogue.attachments import LARGEST, clean_file
from kpa_federation.catalogue.linter import findings

CANARY = "CANARI-Amina-Benali"
LATITUDE = (50.0, 41.0, 24.125)


def exif():
    made = Image.Exif()
    made[0x010F] = made[0x013B] = made[0x8298] = CANARY  # maker, artist, copyright
    made[0x0132] = "2026:03:12 10:11:12"
    place = made.get_ifd(0x8825)
    place[1], place[2], place[3], place[4] = "N", LATITUDE, "E", LATITUDE
    return made


def picture(kind, **options):
    out = io.BytesIO()
    noise = random.Random(1).randbytes(60 * 40 * 3)
    Image.frombytes("RGB", (60, 40), noise).save(out, kind, **options)
    return out.getvalue()


def png():
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", CANARY)
    info.add_itxt("Comment", CANARY, zip=False)
    return picture("PNG", pnginfo=info, exif=exif())


XMP = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{CANARY}</x:xmpmeta>".encode()
PICTURES = {
    "jpeg": lambda: picture("JPEG", exif=exif(), comment=CANARY.encode(), xmp=XMP),
    "jpeg with a film behind": lambda: picture("JPEG", exif=exif()) + CANARY.encode() * 9,
    "png": png,
    "png with something behind": lambda: png() + CANARY.encode(),
    "webp": lambda: picture("WEBP", exif=exif(), xmp=XMP),
}


@pytest.mark.parametrize("make", PICTURES.values(), ids=PICTURES)
def test_nothing_a_phone_hid_in_a_picture_goes_along(make):
    dirty = make()
    assert CANARY.encode() in dirty  # the canary sings before
    clean = clean_file("IMG_2026.HEIC", dirty)
    assert (clean.name, clean.media_type) == ("IMG_2026.jpg", "image/jpeg")
    for hidden in (CANARY.encode(), b"Exif", b"GPS", b"2026:03:12", b"xmpmeta", b"CANARI"):
        assert hidden not in clean.data
    with Image.open(io.BytesIO(clean.data)) as made:
        assert made.size == (60, 40)
        assert dict(made.getexif()) == {}
        assert dict(made.getexif().get_ifd(0x8825)) == {}


def pdf_of(**metadata):
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.add_metadata({f"/{key}": value for key, value in metadata.items()})
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def packed(inside):
    stream = zlib.compress(inside)
    return (
        b"%PDF-1.7\n1 0 obj\n<</Type/ObjStm/Filter/FlateDecode/Length "
        + str(len(stream)).encode()
        + b">>\nstream\n"
        + stream
        + b"\nendstream\nendobj\n%%EOF\n"
    )


def plain(inside):
    return b"%PDF-1.4\n1 0 obj\n" + inside + b"\nendobj\n%%EOF\n"


XMP_PACKET = "<rdf:RDF><dc:creator><rdf:Seq><rdf:li>%s</rdf:li></rdf:Seq></dc:creator></rdf:RDF>"

TELLING = {
    "an author": lambda: pdf_of(Author=CANARY),
    "an author with accents": lambda: pdf_of(Author="Zoé"),
    "an author in digits": lambda: plain(b"<</Author <FEFF005A006F00E9>>>"),
    "an author elsewhere": lambda: plain(b"<</Author 12 0 R>>"),
    "an author in a packed stream": lambda: packed(b"<</Author(Zoe)>>"),
    "an author in the packet": lambda: plain((XMP_PACKET % "Zoe").encode()),
    "an author in a packed packet": lambda: packed((XMP_PACKET % "Zoe").encode()),
    "an author of an older version of the file": lambda: plain(b"<</Author(Zoe)>>") + pdf_of(),
}
RUNNING = {
    "a program": lambda: plain(b"<</S/JavaScript/JS(app.alert\\(1\\))>>"),
    "a packed program": lambda: packed(b"<</OpenAction<</S/Launch>>>>"),
    "a file inside": lambda: plain(b"<</EmbeddedFiles 3 0 R>>"),
}
OTHER_PDFS = {
    "a password": (lambda: plain(b"<</Encrypt 4 0 R>>"), "mot de passe"),
    "a photo with its place": (lambda: plain(b"\xff\xd8\xff\xe1Exif\x00\x00MM"), "où elle a été"),
    "a bomb": (lambda: packed(b"0" * (65 * 1024 * 1024)), "trop grand une fois ouvert"),
}
REFUSED = {
    **{name: (make, "dit qui l'a fait") for name, make in TELLING.items()},
    **{name: (make, "contient un programme") for name, make in RUNNING.items()},
    **OTHER_PDFS,
    "nothing": (lambda: b"", "vide"),
    "nothing behind a mark": (lambda: b"\xef\xbb\xbf \n", "vide"),
    "too heavy": (lambda: b"a" * (LARGEST + 1), "moins de 10 Mo"),
    "a web page": (lambda: b"\n <HTML><script>alert(1)</script>", "pages web"),
    "a web page behind a text": (lambda: b"hello <script>alert(1)</script>", "pages web"),
    "an svg": (lambda: b'<svg xmlns="http://www.w3.org/2000/svg"/>', "pages web"),
    "an svg behind a mark": (lambda: b'\xef\xbb\xbf<?xml version="1.0"?><svg/>', "pages web"),
    "a word file": (lambda: b"PK\x03\x04" + b"word/document.xml", "Enregistre-le en PDF"),
    "an old word file": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1", "Enregistre-le en PDF"),
    "a program": (lambda: b"\x7fELF\x02\x01\x01\x00", "ne part pas"),
    "a broken picture": (lambda: b"\xff\xd8\xff\xe0 not a picture", "pas une photo"),
    "a gif": (lambda: b"GIF89a\x01\x00\x01\x00", "ne part pas"),
    "utf-16": (lambda: "bonjour".encode("utf-16"), "ne part pas"),
}


@pytest.mark.parametrize(("make", "said"), REFUSED.values(), ids=REFUSED)
def test_what_does_not_go_is_refused_in_words(make, said):
    with pytest.raises(Refused) as refusal:
        clean_file("plan.pdf", make())
    assert said in str(refusal.value)


def test_a_pdf_without_author_goes_as_it_is():
    for data in (pdf_of(Title="Plan du sac", Author=""), typst.compile(b"= Plan du sac")):
        clean = clean_file("Plan du sac.pdf", data)
        assert (clean.data, clean.media_type) == (data, "application/pdf")
        assert clean.name == "Plan_du_sac.pdf"


def test_what_a_pdf_tells_beside_its_pages_is_for_the_linter():
    data = pdf_of(Title="Plan d'Amina, 06 12 34 56 78", Author="")
    data += b"<</URI(mailto:amina@lacape.example)>> <</Contents(N\\351 le 12/03/2008)>>"
    found = [one.kind for one in findings(clean_file("plan.pdf", data).words)]
    assert sorted(found) == ["birth_date", "email", "phone"]


TEXTS = {
    "a text": ("notes.txt", "Été : 3 kg".encode(), "text/plain", "notes.txt"),
    "with a mark": (
        "notes.txt",
        b"\xef\xbb\xbf\xc3\x89t\xc3\xa9 : 3 kg",
        "text/plain",
        "notes.txt",
    ),
    "another alphabet": ("prix.CSV", "Été : 3 kg".encode("cp1252"), "text/csv", "prix.csv"),
    "no ending": ("notes", b"a;b\r\n1;2\r\n", "text/plain", "notes.txt"),
    "a wrong ending": ("notes.html", b"bonjour", "text/plain", "notes.txt"),
}


@pytest.mark.parametrize(("name", "data", "media_type", "kept"), TEXTS.values(), ids=TEXTS)
def test_texts_go_in_one_alphabet_and_are_for_the_linter(name, data, media_type, kept):
    clean = clean_file(name, data)
    assert (clean.media_type, clean.name) == (media_type, kept)
    assert clean.data.decode() == clean.words["text"]
    assert not clean.words["text"].startswith("\ufeff")


def test_a_telephone_in_a_table_is_found():
    clean = clean_file("clients.csv", b"nom;tel\nx;0612345678\n")
    (found,) = findings(clean.words)
    assert (found.field, found.kind, found.line) == ("text", "phone", 2)


NAMES = {
    "../../etc/passwd": "passwd.txt",
    "C:\\Users\\amina\\plan.txt": "plan.txt",
    "a\u202etxt.exe": "a_txt.txt",
    "  .txt": "fichier.txt",
    "": "fichier.txt",
    "...": "fichier.txt",
    "x" * 300 + ".txt": "x" * 80 + ".txt",
    'plan "final" <2>.txt': "plan_final_2.txt",
    "été\n2026.txt": "été_2026.txt",
}


@pytest.mark.parametrize(("given_name", "kept"), NAMES.items(), ids=range(len(NAMES)))
def test_names_are_made_tidy(given_name, kept):
    assert clean_file(given_name, b"bonjour").name == kept


@given(
    st.text(max_size=60), st.sampled_from([b"", b"%PDF-", b"\xff\xd8\xff", b"RIFF"]), st.binary()
)
@settings(max_examples=80)
def test_any_file_goes_clean_or_is_refused(name, head, rest):
    try:
        clean = clean_file(name, head + rest)
    except Refused:
        return
    assert clean.data
    assert not set(clean.name) & set('/\\"<>\n\r\u202e')
