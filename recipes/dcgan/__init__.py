"""DCGAN: pictures from noise, with strided convolutions (Radford et al. 2016)."""
