# make demo   render, train, evaluate and reconstruct, in a few minutes on a CPU
# make test   check the style and run every test
# make clean  remove the virtual environment and outputs/

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
DEMO := outputs/demo
CONFIG := --config=experiments/configs/demo.py --workdir=$(DEMO)

.PHONY: demo test clean
.DELETE_ON_ERROR:

demo: $(VENV)/demo.installed
	@echo "== Rendering faces and training on them"
	@$(RUN) experiments/train.py $(CONFIG)
	@echo "== Evaluating on unseen identities"
	@$(RUN) experiments/evaluate.py $(CONFIG)
	@echo "== Reconstructing held-out renderings and a photograph"
	@$(RUN) experiments/demo_pictures.py $(CONFIG)
	@$(VENV)/bin/e2far reconstruct $(DEMO)/pictures/*.png --boxes=$(DEMO)/pictures/boxes.json \
	    --weights=$(DEMO)/weights --out=$(DEMO)
	@echo "== Look at $(DEMO)/contact_sheet.png; meshes (.obj, .glb) and figures (.json) are beside it"

test: $(VENV)/test.installed
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(RUN) -m pytest --numprocesses=2 --dist=loadfile $(PYTEST)

$(VENV)/%.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and \
	    f"error: {sys.executable} is Python {sys.version.split()[0]}; 3.11 or newer is needed: make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install --disable-pip-version-check --constraint constraints.txt --editable '.[$*]'
	@touch $@

clean:
	rm -rf $(VENV) outputs
