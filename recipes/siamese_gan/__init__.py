"""Siamese GAN: a discriminator that gives a vector; real pictures at a point (Pasini 2019)."""
