"""An issued document as other programs read it: CII, UBL, and CII inside a PDF (Factur-X).

Pure: a snapshot in, bytes out, the same bytes for the same snapshot. ``terms`` decides what each
business term of EN 16931 says, ``library`` alone knows the library that writes them. Quotes
and hand-overs are no invoices and have no such file.

What goes where, beyond the obvious (XP Z12-012, Chorus Pro):

- BT-10 is the service code of a public body, BT-13 its engagement number; where there is none, or
  for anybody else, BT-13 is the number of the customer's order. BT-14 is the quote agreed to.
- BT-8 says when VAT is owed: on the invoice (option débits), or when paid (services, deposits).
  Goods, and what mixes goods and services, say nothing: the law decides for each of them.
- BT-32 is the SIREN of a seller that has no VAT number (BR-E-02, BR-S-02).
- BG-3 names what a document corrects. A final invoice names its deposits there; a corrective one
  may name one document only (BR-FR-CO-04), so its lines alone name the deposits (BT-128).
- BG-13 is where goods go, or the customer itself on a deposit, whose work has no day yet (BT-72):
  an empty delivery is refused.
- What is outside VAT (category O) may name no VAT number (BR-O-02): its file leaves both out.
- A document paid before it was issued says BT-113 = BT-112 (BR-FR-CO-09): the cent that prices
  with VAT may leave over (BT-114) is on the paper only.
"""
