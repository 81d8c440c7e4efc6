"""Rows that must be atomic with tenant rows: receipts, idempotency, outbox."""
