"""What the screens show, as values: from a room and a moment to pieces of text. Pure.

Every string that leaves here is safe to show, and says in words and marks what a colour says too.
"""
