"""The first GAN: the whole idea in one file of a hundred lines (Goodfellow et al. 2014)."""
