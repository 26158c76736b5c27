"""The training job: configuration, pure step, pmap, loop, checkpoints."""
