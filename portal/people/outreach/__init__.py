"""Offers to many: campaigns and segments of people as marketing wrote them, who may get one, and how it is sent."""
