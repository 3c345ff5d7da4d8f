"""Code shared by recipes that translate pictures."""
