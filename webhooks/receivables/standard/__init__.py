"""Any accounting system that sends signed snapshots of its payers, and answers for one when asked: docs/receivables-webhook.md."""
