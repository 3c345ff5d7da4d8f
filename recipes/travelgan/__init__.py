"""TraVeLGAN: pictures between unlike domains, without a cycle (Amodio, Krishnaswamy 2019)."""
