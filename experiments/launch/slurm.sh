#!/bin/bash
# A training on four machines of eight GPUs each, a process a GPU:
#
#   sbatch experiments/launch/slurm.sh --config=experiments/configs/pod.py --workdir=/shared/pod
#
# Slurm tells the processes of each other. A minute before it ends the job, it asks the training to
# save; that ends with status 75, and the job goes back into the queue and on from there.
#SBATCH --job-name=e2far
#SBATCH --nodes=4
#SBATCH --ntasks-per-node=8
#SBATCH --gpus-per-node=8
#SBATCH --cpus-per-task=8
#SBATCH --time=24:00:00
#SBATCH --signal=TERM@60
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=%x-%j.log

PREEMPTED=75

srun --kill-on-bad-exit=0 python experiments/train.py "$@"
status=$?
if [ "$status" -eq "$PREEMPTED" ]; then
    scontrol requeue "$SLURM_JOB_ID"
fi
exit "$status"
