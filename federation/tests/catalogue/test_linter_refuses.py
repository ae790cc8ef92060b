"""What the linter must refuse: sentences people really write in a resource or a learning."""

from __future__ import annotations

import pytest

from kpa_federation.catalogue.linter import findings
from kpa_federation.catalogue.people_named import PersonName

MEMBERS = (
    PersonName("Amina", "Benali"),
    PersonName("Yanis", "Kaddour", minor=True),
    PersonName("Rose", "Petit", minor=True),
    PersonName("Pierre", "Lefèvre", minor=True),
    PersonName("Claire", "Martin"),
    PersonName("Léo", "N'Diaye", minor=True),
    PersonName("Jean-Baptiste", "El Amrani"),
    PersonName("Zoé", "", minor=True),
)

EMAILS = [
    "Écris à sabrina.d@gmail.com pour la recette.",
    "Contact : atelier@lacape.example",
    "Demande le plan à sabrina [at] lacape point fr",
    "sabrina (at) lacape (dot) fr",
    "sabrina(a)lacape.fr",
    "sabrina arobase lacape point fr",
    "sabrina AT lacape DOT fr",
    "sabrina @ lacape . fr",
    "sabrina @ lacape.fr",
    "sabrina＠lacape．fr",
    "sabrina chez orange point fr",
    "sabrina{at}gmail{point}com",
    "sabrina arobase gmail.com",
    "sabrina_at_gmail.com",
    "Écris-nous : <mailto:contact.moulins@centre-social.asso.fr>.",
    "prénom.nom@été.fr",
    "@sabrina@gmail.com",
    "https://forms.example/?email=sabrina@free.fr",
    "sab\u200brina@lacape\u200b.fr",
]
PHONES = [
    "Appelle le 06 12 34 56 78.",
    "Appelle le 06.12.34.56.78 le matin",
    "Tél 06-12-34-56-78",
    "Tél : 0612345678",
    "06/12/34/56/78",
    "06\u00a012\u00a034\u00a056\u00a078",
    "06\u202f12\u202f34\u202f56\u202f78",
    "０６ １２ ３４ ５６ ７８",
    "٠٦ ١٢ ٣٤ ٥٦ ٧٨",
    "+33 6 12 34 56 78",
    "+33 (0)6 12 34 56 78",
    "+33(0)612345678",
    "+33612345678",
    "0033 6 12 34 56 78",
    "0033612345678",
    "33 6 12 34 56 78",
    "06 123 456 78",
    "0612 345 678",
    "0 6 1 2 3 4 5 6 7 8",
    "O6 12 34 56 78",
    "06–12–34–56–78",
    "03 20 12 34 56 ou 07 98 76 54 32",
    "06 98 76 54 32 - 07 11 22 33 44",
    "0 612 345 678",
    "+32 470 12 34 56",
    "+212 612 345 678",
    "+1 514 555 0123",
    "00 32 470 12 34 56",
    "WhatsApp : https://wa.me/33612345678",
    "zéro six douze trente-quatre cinquante-six soixante-dix-huit",
    "06\n12 34 56 78 puis 06 55 44 33 22",
    "Lot 4 : 59 06 98 34 12 11",
]
ACCOUNTS = [
    "IBAN FR14 2004 1010 0505 0001 3M02 606",
    "FR1420041010050500013M02606",
    "fr14-2004-1010-0505-0001-3m02-606 merci",
    "Virement sur BE68 5390 0754 7034 avant vendredi",
    "DE89370400440532013000",
    "FR14 2004 1010 0505 0001 3M02 607",
    "RIB : 20041 01005 0500013M026 06",
]
SOCIAL = ["Sécu : 2 95 10 99 126 111 93", "295109912611193"]
BIRTHS = [
    "Il est né le 12/03/2008 à Roubaix.",
    "Elle est née en mars 2008.",
    "née le 12 mars 2008",
    "Née le 1er mars 2008, elle aime coudre",
    "né(e) le 12-03-2008",
    "née à Lille le 12.03.08",
    "Une jeune née en 2009 a fait la couture.",
    "date de naissance : 12/03/2008",
    "Date de naissance 2008-03-12",
    "DDN : 12/03/2008",
    "Mon fils est né en mars 2017.",
    "né en juin 2008, il vient au jardin",
    "Sofiane, 16 ans, a fait la découpe.",
    "Inès (17 ans) sert le buffet.",
    "Sofiane a 16 ans.",
    "born on 12 March 2008",
]
HOMES = [
    "J'habite 12 rue des Lilas.",
    "Elle est domiciliée au 4 bis, avenue Foch.",
    "Livrer chez elle, 12 allée des Pins",
]
LINKS = [
    "https://cloud.example/s/plan?token=abcd1234efgh",
    "https://sabrina:motdepasse@cloud.example/",
    "https://kpa.example/invitation/Zm9vYmFyYmF6cXV4MTIz",
    "https://x.example/#access_token=abcdef",
    "https://x.example/?a=1&api_key=0123456789",
]
NAMES = [
    "Amina Benali a fait le plan.",
    "amina benali a fait le plan",
    "AMINA BENALI",
    "Benali Amina",
    "Benali, Amina",
    "Amina B. a cuisiné",
    "On remercie Amina B",
    "madame Benali a aidé",
    "Yanis a livré les courses.",
    "yanis a livré les courses",
    "l'idée d'Yanis",
    "Kaddour a livré",
    "On a cousu avec Rose.",
    "Rose Petit a cousu",
    "rose petit a cousu",
    "Le plan de Pierre est bon.",
    "Pierre Lefevre",
    "Pierre LEFE\u0300VRE",
    "Claire Martin a écrit la recette",
    "Merci à Leo !",
    "n'diaye a aidé",
    "Jean Baptiste El Amrani",
    "El-Amrani a prêté la scie",
    "zoe tient la caisse",
    "Zoe\u0301 tient la caisse",
    "Ａｍｉｎａ Ｂｅｎａｌｉ",
]
REFUSED = [
    (kind, text)
    for kind, texts in (
        ("email", EMAILS),
        ("phone", PHONES),
        ("iban", ACCOUNTS),
        ("social_number", SOCIAL),
        ("birth_date", BIRTHS),
        ("home", HOMES),
        ("url_with_token", LINKS),
        ("person_name", NAMES),
    )
    for text in texts
]


@pytest.mark.parametrize(("kind", "text"), REFUSED)
def test_it_is_refused_and_called_by_its_name(kind, text):
    assert kind in {one.kind for one in findings({"text": text}, MEMBERS)}
