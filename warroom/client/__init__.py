"""The client without a screen: the replica of a room, and the line to the hub."""
