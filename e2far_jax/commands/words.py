"""What several sub-commands say of the same argument."""

MODEL_SPECS = "default, ict, a model's file, or KIND:FILE (docs/morphable_models.md)"

WEIGHTS_HELP = """\
a trained network's folder; by default the network that comes with the package for the face model"""

NETWORK_MODEL_HELP = f"""\
the face model: {MODEL_SPECS}. By default where --weights says; without --weights, ict once `e2far
model get ict` has stored it, before that default"""
