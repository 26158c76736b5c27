"use strict";

// The page: what it says of a face, drawn and moved. For scripts and tests, once
// `document.documentElement.dataset.state` is "ready":
//   viewer.vertices   Float32Array, x y z of each drawn vertex, mm
//   viewer.weights    the expression's weights by name

const MARGIN = 1.12; // the canvas's smaller side, in the face's longest extent

const element = (id) => document.getElementById(id);
const canvas = document.querySelector("canvas");
const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name);

function rgba(hex, alpha) {
  const parts = [1, 3, 5].map((at) => parseInt(hex.trim().slice(at, at + 2), 16) / 255);
  return [...parts, alpha];
}

async function loaded(url) {
  const image = new Image();
  image.src = url;
  await image.decode();
  return image;
}

class Viewer {
  static async opened(face) {
    const viewer = new Viewer();
    viewer.face = face;
    viewer.shape = await Shape.unpacked(face.mesh);
    viewer.extent = viewer.shape.extent();
    viewer.image = face.texture ? await loaded(face.texture) : null;
    viewer.drawing = new Drawing(canvas, viewer.shape, viewer.image);
    viewer.colours = {};
    for (const name of Object.keys(face.colours)) {
      viewer.colours[name] = await unpack(face.colours[name], Uint8Array);
    }
    viewer.connect();
    return viewer;
  }

  get vertices() {
    return this.shape.vertices;
  }

  get weights() {
    const named = this.face.expressions.map(({name}, at) => [name, this.sliders.weights[at]]);
    return Object.fromEntries(named);
  }

  connect() {
    const changed = () => this.redraw();
    this.turning = new Turning(canvas, changed, () => element("overlay").checked);
    this.sliders = new Sliders(element("expression"), this.face.expressions, () => this.express());
    element("own").onclick = () => this.sliders.set(({own}) => own);
    element("neutral").onclick = () => this.sliders.set(() => 0);
    element("views").onclick = ({target}) => target.dataset.yaw && this.look(target.dataset.yaw);
    element("overlay").onchange = element("opacity").oninput = () => this.lay();
    element("overlaying").hidden = !this.face.photograph;
    if (this.face.photograph) element("photograph").src = this.face.photograph.url;
    this.offer(this.face.surfaces);
    new ResizeObserver(changed).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
    canvas.addEventListener("webglcontextlost", (event) => event.preventDefault());
    canvas.addEventListener("webglcontextrestored", () => {
      this.drawing.start();
      this.load();
      this.redraw();
    });
    this.load();
    this.express();
  }

  /** Buttons to choose a surface with. */
  offer(surfaces) {
    surfaces.forEach((surface, at) => {
      const label = document.createElement("label"), input = document.createElement("input");
      Object.assign(input, {type: "radio", name: "surface", value: surface.kind, checked: !at});
      input.onchange = () => this.show(surface);
      label.append(input, surface.title);
      element("surfaces").append(label);
    });
    this.surface = surfaces[0];
    const {errors} = this.face;
    if (!errors) return;
    element("least").textContent = "0 mm";
    element("most").textContent = `${errors.largest} mm or more`;
    element("ramp").style.background = `linear-gradient(to right, ${errors.ramp.join(", ")})`;
  }

  show(surface) {
    this.surface = surface;
    this.load();
    this.redraw();
  }

  /** Hand the surface's colours to the graphics card. */
  load() {
    const {kind} = this.surface, colours = this.colours[kind];
    if (colours) this.drawing.colour(colours);
    element("scale").hidden = kind !== "errors";
  }

  express() {
    this.shape.express(this.sliders.weights);
    this.drawing.move();
    this.redraw();
  }

  look(yaw) {
    element("overlay").checked = false;
    this.turning.reset(Number(yaw) * DEGREE);
    this.lay();
  }

  /** Show or hide the photograph under the face. */
  lay() {
    const {checked} = element("overlay"), {value} = element("opacity");
    element("photograph").hidden = !checked;
    element("covering").hidden = !checked;
    element("covering").querySelector("output").textContent = Number(value).toFixed(2);
    element("stage").classList.toggle("fixed", checked);
    canvas.style.opacity = checked ? value : 1;
    this.redraw();
  }

  redraw() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.draw();
    });
  }

  draw() {
    const ratio = Math.min(devicePixelRatio, 2), {kind} = this.surface;
    canvas.width = Math.round(canvas.clientWidth * ratio);
    canvas.height = Math.round(canvas.clientHeight * ratio);
    const look = {
      coloured: kind in this.colours || this.isTextured,
      textured: this.isTextured,
      light: {photograph: 0.25, errors: 0.6}[kind] ?? 1,
      plain: [0.86, 0.84, 0.82, 1],
      wires: kind === "wireframe" ? rgba(style("--wires"), 0.55) : null,
    };
    if (look.wires) look.light = 0;
    this.drawing.draw(element("overlay").checked ? this.photographed() : this.turned(), look);
  }

  get isTextured() {
    return this.surface.kind === "photograph" && this.image !== null;
  }

  turned() {
    const {zoom, shift, side, rotation} = this.turning, {middle, reach} = this.extent;
    const size = [canvas.clientWidth, canvas.clientHeight];
    return {
      rotation, middle, reach,
      scale: size.map((pixels) => (zoom * side) / (MARGIN * reach * pixels)),
      offset: size.map((pixels, at) => (2 * side * shift[at]) / pixels),
    };
  }

  /** The photograph's own view, and the photograph to go with it. */
  photographed() {
    const {width, height, rotation, scale, translation} = this.face.photograph;
    const size = [canvas.clientWidth, canvas.clientHeight], {zoom, shift, side} = this.turning;
    const factor = zoom * Math.min(size[0] / width, size[1] / height);
    const centre = [size[0] / 2 + side * shift[0], size[1] / 2 - side * shift[1]];
    const corner = [centre[0] - (factor * width) / 2, centre[1] - (factor * height) / 2];
    const {style: place} = element("photograph");
    [place.left, place.top, place.width] = [...corner, factor * width].map((at) => `${at}px`);
    const origin = corner.map((at, axis) => at + factor * translation[axis]);
    return {
      rotation, middle: [0, 0, 0], reach: this.extent.reach,
      scale: size.map((pixels) => (2 * factor * scale) / pixels),
      offset: [(2 * origin[0]) / size[0] - 1, 1 - (2 * origin[1]) / size[1]],
    };
  }
}

Viewer.opened(JSON.parse(element("face").textContent)).then(
  (viewer) => {
    window.viewer = viewer;
    document.documentElement.dataset.state = "ready";
  },
  (error) => {
    element("trouble").textContent =
      "This browser can’t draw the face: that needs WebGL 2, and Chrome or Edge 87, Firefox 113, " +
      `Safari 16.4 or newer. (${error.message})`;
    element("trouble").hidden = false;
    document.documentElement.dataset.state = "unsupported";
  },
);
