"""StyleGAN: faces of people who do not exist, with styles to mix (Karras et al. 2019, 2020)."""
