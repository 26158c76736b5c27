# make demo   a face from a photograph; then render, train, evaluate and reconstruct, on a CPU
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
	@echo "== A photograph, and the network that comes with the package"
	@$(RUN) experiments/astronaut.py --out=$(DEMO)/astronaut.png
	@$(VENV)/bin/e2far reconstruct $(DEMO)/astronaut.png --out=$(DEMO)/photograph
	@echo "== Rendering faces and training a network of your own on them"
	@$(RUN) experiments/train.py $(CONFIG)
	@echo "== Evaluating on unseen identities"
	@$(RUN) experiments/evaluate.py $(CONFIG)
	@echo "== Reconstructing held-out renderings with it"
	@$(RUN) experiments/demo_pictures.py $(CONFIG)
	@$(VENV)/bin/e2far reconstruct $(DEMO)/pictures/*.png --boxes=$(DEMO)/pictures/boxes.json \
	    --weights=$(DEMO)/weights --out=$(DEMO)
	@echo "== Look at $(DEMO)/photograph/contact_sheet.png and, of the short training,"
	@echo "   $(DEMO)/contact_sheet.png; meshes (.obj, .glb) and figures (.json) are beside them"

test: $(VENV)/test.installed
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(RUN) -m pytest --numprocesses=2 --dist=loadfile --no-loadscope-reorder $(PYTEST)

$(VENV)/%.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and \
	    f"error: {sys.executable} is Python {sys.version.split()[0]}; 3.11 or newer is needed: make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install --disable-pip-version-check --constraint constraints.txt --editable '.[$*]'
	@touch $@

clean:
	rm -rf $(VENV) outputs
