"""A terminal war room for major IT incidents."""

__version__ = "0.1.0"
