"""Streams of examples: synthetic faces made and stored once, then read in shuffled batches.

The only room that knows tensorflow-datasets and grain. Start with `data.generate.generate`, then
`data.source.open_split`, then `data.pipeline.training_batches` or `evaluation_batches`. Nothing
is imported here, so that `data.settings` stays light.
"""
