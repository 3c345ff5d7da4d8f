"""DCGAN: pictures from noise with convolutions alone (Radford et al. 2016)."""
