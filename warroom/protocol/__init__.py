"""The wire: what hub and client say to each other, and how it is encoded. Pure."""
