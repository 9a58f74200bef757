"""Rows for tests; traits are named as situations."""
