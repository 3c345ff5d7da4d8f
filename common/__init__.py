"""The templates, and what every recipe shares. Imports nothing heavy by itself."""
