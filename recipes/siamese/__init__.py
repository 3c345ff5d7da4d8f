"""Siamese networks: one encoder for two pictures, and how far apart it puts them."""
