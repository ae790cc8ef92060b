"""The paper of an issued document: frozen once, chained, printed from what was frozen.

``snapshot`` is the document as issued, ``canonical`` its bytes, ``checks`` what makes it whole,
``chain`` what makes a later change visible. ``sheet`` turns a snapshot into printed words, once,
for both the page (``templates/invoices/paper.html``) and the PDF (``document.typ``).
"""
