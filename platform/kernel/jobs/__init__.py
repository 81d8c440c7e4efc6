"""Lossless jobs: PostgreSQL is the truth, RQ is the doorbell and the executor."""
