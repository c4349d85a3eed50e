"""The incident as values: what people ask, what happened, and what follows from it.

Nothing here reads a clock, makes an id or does I/O. The hub and every client fold
the same log through `fold.apply`, so they cannot disagree.
"""
