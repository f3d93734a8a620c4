"""Invented countries XX, XY, XZ: the engine's own tests never depend on a real law."""
