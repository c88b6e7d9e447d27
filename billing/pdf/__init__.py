"""Invoices, credit notes and receipts as PDF: `document` says what is printed, `render` makes it, `pool` serves the web."""
