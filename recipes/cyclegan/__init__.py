"""CycleGAN: pictures from pictures, learned without pairs (Zhu et al. 2017)."""
