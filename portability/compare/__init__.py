"""Drafts and agreements side by side: clauses, faults, standards, impact.

Reads the model, never the ledger.
"""
