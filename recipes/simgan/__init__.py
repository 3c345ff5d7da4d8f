"""SimGAN: simulated pictures made lifelike, their labels kept (Shrivastava et al. 2017)."""
