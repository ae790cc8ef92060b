"""Papers are looked at, issued, signed: quotes, deposits, invoices, one or a batch."""
