"""Contacts: who may write to whom."""
