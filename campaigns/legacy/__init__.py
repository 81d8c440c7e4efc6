"""The import of what the former, browser-only campaign builder left in localStorage.

Reading (`source`, `scan`, `stream`) -> our shapes (`policy` and one module per kind) -> staging and settlement in SQL.
"""
