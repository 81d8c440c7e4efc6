"""What follows an import: its dump is read once more, for the pictures and the creatives in its rows.

A row is read (`reading`), its pictures are named and stored one by one (`pictures`, `storing`), and then links,
creatives and templates are written for a chunk of rows at once (`ads`, `writing`). `running` is the job.
"""
