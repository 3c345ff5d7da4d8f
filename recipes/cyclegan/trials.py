"""What `make results` trains."""

from common.trial import Trial

TRIALS = [Trial("seasons", ablation=("gan-alone",))]
