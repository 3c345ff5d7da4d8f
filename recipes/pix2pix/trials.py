"""What `make results` trains."""

from common.trial import Trial

TRIALS = [Trial("facades", ablation=("l1",))]
