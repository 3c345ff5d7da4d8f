"""CGAN: pictures of what is asked for, by label or in words (Mirza and Osindero 2014)."""
