"use strict";

// From mouse, fingers and keys to a rotation, a zoom and a place.

const DEGREE = Math.PI / 180;

class Turning {
  /** `changed` is called after each change; `fixed()` says whether turning is off. */
  constructor(canvas, changed, fixed) {
    this.canvas = canvas;
    this.changed = changed;
    this.fixed = fixed;
    this.pointers = new Map();
    this.reset();
    canvas.addEventListener("pointerdown", (event) => this.press(event));
    canvas.addEventListener("pointermove", (event) => this.drag(event));
    for (const end of ["pointerup", "pointercancel"]) {
      canvas.addEventListener(end, (event) => this.pointers.delete(event.pointerId));
    }
    canvas.addEventListener("contextmenu", (event) => event.preventDefault());
    canvas.addEventListener("wheel", (event) => this.wheel(event), {passive: false});
    canvas.addEventListener("keydown", (event) => this.key(event));
  }

  reset(yaw = 0) {
    Object.assign(this, {yaw, pitch: 0, zoom: 1, shift: [0, 0]});
  }

  /** From the face's axes to the viewer's, by rows. */
  get rotation() {
    const [c, s] = [Math.cos(this.yaw), Math.sin(this.yaw)];
    const [d, r] = [Math.cos(this.pitch), Math.sin(this.pitch)];
    return [[c, 0, s], [r * s, d, -r * c], [-d * s, r, d * c]];
  }

  turn(yaw, pitch) {
    if (this.fixed()) return;
    this.yaw += yaw;
    this.pitch = Math.max(-1.5, Math.min(1.5, this.pitch + pitch));
    this.changed();
  }

  closer(factor) {
    this.zoom = Math.max(0.5, Math.min(12, this.zoom * factor));
    this.changed();
  }

  /** Move by a part of the canvas's smaller side: right and up. */
  move(x, y) {
    this.shift = [this.shift[0] + x, this.shift[1] + y];
    this.changed();
  }

  get side() {
    return Math.min(this.canvas.clientWidth, this.canvas.clientHeight);
  }

  press(event) {
    this.canvas.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, event);
  }

  drag(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    const x = (event.clientX - before.clientX) / this.side;
    const y = (event.clientY - before.clientY) / this.side;
    this.pointers.set(event.pointerId, event);
    const other = [...this.pointers].find(([id]) => id !== event.pointerId)?.[1];
    if (other) {
      const apart = (one) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
      this.move(x / 2, -y / 2);
      this.closer(apart(event) / Math.max(apart(before), 1));
    } else if (event.shiftKey || event.buttons > 1) {
      this.move(x, -y);
    } else {
      this.turn(Math.PI * x, Math.PI * y);
    }
  }

  wheel(event) {
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE;
    this.closer(Math.exp(-0.0015 * event.deltaY * (lines ? 30 : 1)));
  }

  key(event) {
    const step = 5 * DEGREE;
    const actions = {
      ArrowLeft: () => (event.shiftKey ? this.move(-0.05, 0) : this.turn(-step, 0)),
      ArrowRight: () => (event.shiftKey ? this.move(0.05, 0) : this.turn(step, 0)),
      ArrowUp: () => (event.shiftKey ? this.move(0, 0.05) : this.turn(0, -step)),
      ArrowDown: () => (event.shiftKey ? this.move(0, -0.05) : this.turn(0, step)),
      "+": () => this.closer(1.15),
      "=": () => this.closer(1.15),
      "-": () => this.closer(1 / 1.15),
      0: () => (this.reset(), this.changed()),
    };
    if (!(event.key in actions) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    actions[event.key]();
  }
}
