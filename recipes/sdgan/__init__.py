"""SD-GAN: pictures whose latent is split into who is seen, and how (Donahue et al. 2018)."""
