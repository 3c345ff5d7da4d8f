#!/usr/bin/env bash
# sbatch docker/slurm.sh dcgan train paper --data ~/photos --run runs/big
# One task a machine, on all of its GPUs. Before the time is up all are told to save and end.
#SBATCH --job-name=gan-cookbook
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=1
#SBATCH --gpus-per-node=1
#SBATCH --time=08:00:00
#SBATCH --signal=TERM@120
set -euo pipefail

port=$((20000 + SLURM_JOB_ID % 10000))
mapfile -t hosts < <(scontrol show hostnames "$SLURM_JOB_NODELIST")
printf -v workers '"%s:'"$port"'",' "${hosts[@]}"
export WORKERS="${workers%,}"

# shellcheck disable=SC2016  # Each task is to fill in its own number.
exec srun bash -c '
    export TF_CONFIG="{\"cluster\": {\"worker\": [$WORKERS]}, \"task\": {\"type\": \"worker\", \"index\": $SLURM_PROCID}}"
    exec python -m recipes "$@"' task "$@"
