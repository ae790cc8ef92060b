"""Who carries the invoices: its identity, its series and numbers, and the links it answers by."""
