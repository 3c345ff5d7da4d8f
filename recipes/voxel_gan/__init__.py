"""3D-GAN and 3D-VAE-GAN: shapes of voxels, from noise and from pictures (Wu et al. 2016)."""
