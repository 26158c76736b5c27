"""Benchmarks: how fast each part is, beside a peer that does the same in the same run.

rows.py       what is measured: a row, its text and its JSON
timing.py     repetitions, ours and the peers' by turns
machine.py    the machine, and the peaks it reaches
peers/        the same networks in PyTorch and ONNX Runtime (optional extras)
train.py ...  one suite a file; a suite yields rows
"""
