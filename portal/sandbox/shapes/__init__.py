"""Shapes: what a visitor sends of a list of their own, and the private scenario that is invented from it."""
