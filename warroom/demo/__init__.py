"""A real incident, played by simulated people into a hub of its own."""
