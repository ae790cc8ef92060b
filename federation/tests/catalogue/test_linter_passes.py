"""What the linter must let pass: it is of no use when every second sentence is refused."""

from __future__ import annotations

import pytest

from kpa_federation.catalogue.linter import findings
from kpa_federation.catalogue.people_named import PersonName

MEMBERS = (
    PersonName("Amina", "Benali"),
    PersonName("Yanis", "Kaddour", minor=True),
    PersonName("Rose", "Petit", minor=True),
    PersonName("Pierre", "Moulin", minor=True),
    PersonName("Claire", "Martin", minor=True),
    PersonName("Marine", "Boulanger", minor=True),
    PersonName("Olive", "Menuisier", minor=True),
    PersonName("Li", "Page", minor=True),
)

PASSING = [
    # amounts, prices, times
    "Pour 40 personnes, compte 6 kg de semoule et 3 kg de pois chiches.",
    "Le buffet coûte 12,50 € par personne, soit 500,00 € pour 40.",
    "Prix : 1 250 000 € de budget sur trois ans.",
    "La collecte a réuni +12 345 678 € dans le pays.",
    "Subvention : + 15 000 000 €.",
    "Ouvert de 08.30 à 12.30 et de 14.00 à 18.00.",
    "Horaires 08.00 - 12.00 - 14.00 - 18.00",
    "Le 05/06/2026 10 personnes sont venues.",
    "Du 01.09.2026 au 15.09.2026.",
    "Marché le 05-06-2026 10h30.",
    "Numéros de lot : 06 12 18 24 30 36.",
    "Planches : 01 02 03 04 05 06 07 08",
    "Quantités 06 12 personnes, puis 18.",
    "Farine 06 12 g, sel 03 04 g.",
    "Coupe 0.50 1.20 2.40 3.60 en mètres.",
    "Format 210 x 297 mm, épaisseur 3 mm, 600 dpi.",
    "Vitesse 12 mm/s, puissance 80 %, 2 passages.",
    "Température 63 °C pendant 30 min, puis 3 °C.",
    "10 000 habitants, 59100 Roubaix, 17000 La Rochelle.",
    "Ratio 1/3 eau, 2/3 encre. 2024-2025.",
    "On a fait 1 200 sacs en 2021, 1 450 en 2022.",
    "Version 1.2.3.4 du plan",
    # numbers of bodies and things
    "SIREN 732 829 320",
    "SIRET 732 829 320 00074",
    "SIRET : 73282932000074",
    "TVA FR44732829320",
    "FR44 732829320 est notre numéro de TVA.",
    "ISBN 0306406152",
    "ISBN 978-0-306-40615-7",
    "Code-barres 3017620422003",
    "Réf. encre 1234567890",
    "Appelle le 115 ou le 3919 en cas de besoin.",
    "En urgence : 15, 17, 18 ou 112.",
    "RNA W595012345",
    # dates of bodies and events, ages of groups
    "La Cape est née en juillet 2017.",
    "Moulins Coop est né en mars 2018 à Lille.",
    "Le projet est né le 12 juillet 2017.",
    "L'idée des jeunes est née en 2018.",
    "Notre association, née en 1998, porte le projet.",
    "Le marché a lieu le 12/03/2026.",
    "Fête de quartier le 12 mars 2026, à partir de 16 ans.",
    "Les jeunes de 16 à 25 ans sont bienvenus.",
    "Ouvert aux jeunes (16 ans et plus).",
    "Avoir 18 ans révolus pour la scie.",
    "Gâteau d'anniversaire pour 12 enfants.",
    "On demande la date de naissance à l'inscription.",
    "Le centre social a 40 ans.",
    "À Roubaix, 16 ans minimum.",
    "Les Coopains (16 ans et plus) et Moulins Coop, 10 ans d'expérience.",
    # places and links
    "Atelier : 2 place Faidherbe, 59100 Roubaix.",
    "On livre au 12 rue des Lilas, à la résidence.",
    "Licence : https://creativecommons.org/licenses/by-sa/4.0/",
    "Voir https://lacape.initiative.place et https://wiki.example/doc/0612345678",
    "https://tube.example/w/0612345678?start=120",
    "Le plan est sur https://depot.example/plans/sac.git?tab=readme",
    "Sur le réseau : @lacape@social.example",
    "Suivez-nous @lacape.fr sur la place.",
    "Acheté chez decathlon.fr, 3 lots @ 2.50 pièce.",
    "On a mangé chez Paul. Point final.",
    "Rendez-vous à la maison (à confirmer).",
    "Le prix est à 3 points. Com et affiches comprises.",
    # words that are names too
    "Sirop de rose et eau de fleur d'oranger.",
    "Rose ou jaune, l'encre tient bien.",
    "Une pierre à aiguiser, un petit moulin à café.",
    "Pierre ponce : frotter doucement.",
    "La consigne est claire : on pèse, puis on note.",
    "Bleu marine sur toile olive.",
    "Huile d'olive, 2 litres.",
    "Le quartier Saint-Pierre et la rue Pierre Mauroy.",
    "Au marché de la place Claire.",
    "LA ROSE DES VENTS EN BOIS",
    "Le boulanger et le menuisier du quartier ont prêté leurs outils.",
    "Une page par atelier. Li-ion : batterie à part.",
    "Amina est un beau prénom pour une marque ?",
    "Les Yanisiens n'existent pas.",
    "Martinet, martingale et boulangerie.",
    "• Claire et nette, l'affiche se lit de loin.",
    # everyday sentences of the trade
    "On tend la toile, on pose l'encre, on tire la raclette.",
    "Découpe laser : contreplaqué 3 mm, jamais de PVC.",
    "Ramasser les cartouches avec des gants, les déposer à la déchetterie.",
    "Les allergènes : gluten, sésame, fruits à coque.",
    "On partage 50 % pour les heures, 50 % à parts égales.",
    "Trois palettes Europe (80 × 120 cm) donnent une banquette.",
    "Deux personnes, zéro chute de tissu, six sacs.",
]


@pytest.mark.parametrize("text", PASSING)
def test_it_passes(text):
    assert [(one.kind, one.found) for one in findings({"text": text}, MEMBERS)] == []


def test_the_tables_are_long_enough_to_mean_something():
    assert len(set(PASSING)) == len(PASSING) >= 60
