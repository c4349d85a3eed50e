"""The hub: it takes commands, decides them in order, keeps the log, and tells everyone."""
