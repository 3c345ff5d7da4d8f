"""Style transfer: one picture's manner, another's content, in four ways."""
