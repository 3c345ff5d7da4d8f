"""Pix2Pix: pictures from pictures, learned from pairs (Isola et al. 2017)."""
