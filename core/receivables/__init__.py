"""What customers owe the partner: invoices with their lines, notices, feeds and their as-of."""
