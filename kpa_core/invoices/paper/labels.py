"""The words printed on documents: French message ids, translated into the customer's language."""

from __future__ import annotations

from kpa_core.errors import N_

HEADINGS = {
    "quote": N_("Devis"),
    "380": N_("Facture n° {number}"),
    "381": N_("Avoir n° {number}"),
    "384": N_("Facture rectificative n° {number}"),
    "386": N_("Facture d'acompte n° {number}"),
    "503": N_("Avoir sur acompte n° {number}"),
}
DRAFTS = {
    "380": N_("Projet de facture, à émettre par {carrier}"),
    "381": N_("Projet d'avoir, à émettre par {carrier}"),
    "384": N_("Projet de facture rectificative, à émettre par {carrier}"),
    "386": N_("Projet de facture d'acompte, à émettre par {carrier}"),
    "503": N_("Projet d'avoir sur acompte, à émettre par {carrier}"),
}
WARNINGS = {"handover": N_("Ne vaut pas facture")}
EXAMPLE = N_("EXEMPLE")
EXAMPLE_SENTENCE = N_("EXEMPLE : ce papier n'a aucune valeur")

CARRIED_BY = N_("Une activité portée par {carrier}")
SELLER = N_("Vendeur")
CUSTOMER = N_("Client")
DELIVERED_TO = N_("Livraison")
CAPITAL = N_("capital de {amount}")
SIREN = N_("SIREN {siren}")
SIRET = N_("SIRET {siret}")
VAT_NUMBER = N_("TVA {number}")

REFERENCE = N_("Notre référence")
ISSUED = {
    "quote": N_("Date du devis"),
    "handover": N_("Préparé le"),
    "invoice": N_("Date de la facture"),
    "credit_note": N_("Date de l'avoir"),
}
SERVICE_DAY = N_("Date de la prestation")
VALID_UNTIL = N_("Valable jusqu'au")
DUE = N_("À payer au plus tard le")
DUE_PROPOSED = N_("Échéance proposée")
CORRECTS = N_("Corrige la facture n° {number} du {day}")
CORRECTS_DEPOSIT = N_("Corrige la facture d'acompte n° {number} du {day}")
PURCHASE_ORDER = N_("N° de commande du client")
QUOTE_REFERENCE = N_("Devis accepté")
PAID_ON = N_("Payé le")
PAID_BY = N_("Payé par")
MEANS = {
    "transfer": N_("Virement"),
    "cheque": N_("Chèque"),
    "cash": N_("Espèces"),
    "card": N_("Carte"),
    "other": N_("Autre"),
}
ENGAGEMENT = N_("N° d'engagement")
SERVICE_CODE = N_("Code service")
ANALYTIC_CODE = N_("Code analytique")
NATURE = N_("Nature")
NATURES = {
    "goods": N_("Livraison de biens"),
    "services": N_("Prestation de services"),
    "mixed": N_("Biens et services"),
}

LINES_CAPTION = N_("Ce qui est vendu, ligne par ligne")
LABEL = N_("Désignation")
QUANTITY = N_("Quantité")
UNIT_PRICE = N_("Prix unitaire")
UNIT_PRICE_NET = N_("Prix unitaire HT")
PRICE_NET = N_("{amount} HT")
PRICE_GROSS = N_("{amount} TTC")
PRICE_NET_OF_GROSS = N_("soit {amount} HT")
PRICE_NET_ABOUT = N_("soit environ {amount} HT")
PRICE_NET_FOR_MANY = N_("soit {amount} HT les {quantity}")
LINE_DISCOUNT = N_("Remise : {amount}")
RATE = N_("TVA")
NET = N_("Montant HT")

VAT_CAPTION = N_("TVA par taux")
VAT_RATE = N_("Taux")
VAT_BASE = N_("Base HT")
VAT_AMOUNT = N_("Montant de TVA")
TOTALS_CAPTION = N_("Totaux")
TOTAL_LINES = N_("Total des lignes (HT)")
DISCOUNT = N_("Remise sur la part à {rate} (HT)")
DISCOUNT_REASON = N_("Remise sur la part à {rate} (HT) : {reason}")
TOTAL_DISCOUNTS = N_("Total des remises (HT)")
TOTAL_NET = N_("Total hors taxes (HT)")
TOTAL_VAT = N_("Total TVA")
ROUNDING = N_("Arrondi")
TOTAL_GROSS = N_("Total avec taxes (TTC)")
TO_PAY = {
    "quote": N_("Total du devis (TTC)"),
    "handover": N_("Total proposé (TTC)"),
    "invoice": N_("Total à payer (TTC)"),
    "credit_note": N_("Total rendu au client (TTC)"),
}
TOTAL_BEFORE = N_("Total (TTC)")
PREPAID = N_("Déjà payé")
LEFT_TO_PAY = N_("Reste à payer (TTC)")

DEPOSITS = N_("Acomptes repris sur cette facture")
DEPOSIT = N_("Acompte n° {number} du {day}")

PAYMENT = N_("Pour payer")
IBAN = N_("Virement sur l'IBAN")
PAYEE = N_("À l'ordre de")
TRANSFER_REFERENCE = N_("Numéro à indiquer")

NOTES = N_("Mentions")
AGREEMENT = N_("Bon pour accord")
AGREEMENT_SENTENCE = N_("Écrire « Bon pour accord », puis dater et signer.")
SIGN_NAME = N_("Nom")
SIGN_DAY = N_("Date")
SIGNATURE = N_("Signature")
PAGE = N_("page {page} sur {pages}")
