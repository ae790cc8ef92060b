"""Carriers, quotes, invoices and payments: what a customer is asked and what came in."""
