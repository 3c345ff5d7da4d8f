"""What `make results` trains."""

from common.trial import Trial

TRIALS = [
    Trial("seasons", ablation=("gan-alone",)),
    # Fetched from its authors, unless MONET=FOLDER names a folder of two such sets.
    Trial("paintings", ("--data", "monet2photo"), seeds=1, data_from="MONET"),
]
