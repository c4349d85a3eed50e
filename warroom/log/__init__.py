"""The record: entries, their hash chain, signed heads, and the check of a whole log. Pure."""
