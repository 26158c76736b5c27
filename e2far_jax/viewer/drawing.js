"use strict";

// The mesh on a canvas, by WebGL 2.

const VERTEX_SHADER = `#version 300 es
uniform mat3 rotation;
uniform vec3 middle;
uniform vec2 scale, offset;
uniform float reach, nearer;
in vec3 position, normal, colour;
in vec2 place;
out vec3 facing, tint;
out vec2 where;
void main() {
  vec3 seen = rotation * (position - middle);
  facing = rotation * normal;
  tint = colour;
  where = place;
  gl_Position = vec4(seen.xy * scale + offset, -(seen.z + nearer) / (4.0 * reach), 1.0);
}`;

const FRAGMENT_SHADER = `#version 300 es
precision highp float;
uniform vec4 plain;
uniform float light;
uniform bool coloured, textured;
uniform sampler2D picture;
in vec3 facing, tint;
in vec2 where;
out vec4 result;
void main() {
  vec4 albedo = coloured ? vec4(textured ? texture(picture, where).rgb : tint, 1.0) : plain;
  vec3 normal = normalize(facing + vec3(0.0, 0.0, 1e-9));
  if (!gl_FrontFacing) normal = -normal;
  float key = max(dot(normal, normalize(vec3(-0.42, 0.48, 0.77))), 0.0);
  float room = 0.5 + 0.5 * dot(normal, normalize(vec3(0.0, 0.6, 0.8)));
  float lit = pow(0.12 + 0.33 * room + 0.55 * key, 1.0 / 2.2);
  float shade = mix(1.0, lit, light) * (gl_FrontFacing ? 1.0 : 0.55);
  result = vec4(albedo.rgb * shade, 1.0) * albedo.a;
}`;

const WIRES_NEARER = 1; // mm by which wires are drawn before the surface that they lie on

class Drawing {
  /** `image`: the picture that texture coordinates speak of, (0, 0) at its bottom left, or null. */
  constructor(canvas, shape, image) {
    this.gl = canvas.getContext("webgl2", {antialias: true});
    if (!this.gl) throw new Error("no WebGL 2");
    this.canvas = canvas;
    this.shape = shape;
    this.image = image;
    this.start();
  }

  /** Make everything that lives on the graphics card; again after it was lost. */
  start() {
    const {gl, shape, image} = this;
    this.program = gl.createProgram();
    for (const [kind, source] of [
      [gl.VERTEX_SHADER, VERTEX_SHADER],
      [gl.FRAGMENT_SHADER, FRAGMENT_SHADER],
    ]) {
      const shader = gl.createShader(kind);
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(this.program, shader);
    }
    gl.linkProgram(this.program);
    if (!gl.getProgramParameter(this.program, gl.LINK_STATUS)) {
      throw new Error(gl.getProgramInfoLog(this.program));
    }
    gl.useProgram(this.program);
    gl.enable(gl.DEPTH_TEST);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    this.buffers = {};
    this.lines = shape.edges();
    this.indices(gl.createBuffer(), "triangles", shape.triangles);
    this.indices(gl.createBuffer(), "edges", this.lines);
    if (shape.places) this.attribute("place", shape.places, 2);
    if (image) this.texture(image);
    this.move();
  }

  indices(buffer, name, array) {
    const {gl} = this;
    this.buffers[name] = buffer;
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, buffer);
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, array, gl.STATIC_DRAW);
  }

  attribute(name, array, size) {
    const {gl} = this, at = gl.getAttribLocation(this.program, name);
    const bytes = array instanceof Uint8Array;
    this.buffers[name] ??= gl.createBuffer();
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers[name]);
    gl.bufferData(gl.ARRAY_BUFFER, array, gl.DYNAMIC_DRAW);
    gl.enableVertexAttribArray(at);
    gl.vertexAttribPointer(at, size, bytes ? gl.UNSIGNED_BYTE : gl.FLOAT, bytes, 0, 0);
  }

  /** Take over the shape's vertices. */
  move() {
    this.attribute("position", this.shape.atCorners(this.shape.vertices), 3);
    this.attribute("normal", this.shape.atCorners(this.shape.normals()), 3);
  }

  /** Colour the vertices, by bytes of RGB. */
  colour(colours) {
    this.attribute("colour", this.shape.atCorners(colours), 3);
  }

  texture(image) {
    const {gl} = this;
    gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
    gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, true);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGB, gl.RGB, gl.UNSIGNED_BYTE, image);
    gl.generateMipmap(gl.TEXTURE_2D);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR_MIPMAP_LINEAR);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
  }

  /**
   * Draw.
   * view: rotation (rows), middle (mm), scale and offset (from mm to the canvas, -1 to 1), reach (mm).
   * look: coloured, textured, light (0 to 1), plain (RGBA), wires (RGBA or null).
   */
  draw(view, look) {
    const {gl} = this, at = (name) => gl.getUniformLocation(this.program, name);
    gl.viewport(0, 0, this.canvas.width, this.canvas.height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    gl.uniformMatrix3fv(at("rotation"), true, view.rotation.flat());
    gl.uniform3fv(at("middle"), view.middle);
    gl.uniform2fv(at("scale"), view.scale);
    gl.uniform2fv(at("offset"), view.offset);
    gl.uniform1f(at("reach"), view.reach);
    gl.uniform1f(at("light"), look.light);
    gl.uniform1i(at("coloured"), look.coloured);
    gl.uniform1i(at("textured"), look.textured);
    gl.uniform4fv(at("plain"), look.wires ?? look.plain);
    gl.uniform1f(at("nearer"), 0);
    // Before wires only the depth is drawn: what lies behind the face stays hidden.
    gl.colorMask(!look.wires, !look.wires, !look.wires, !look.wires);
    this.elements("triangles", gl.TRIANGLES, this.shape.triangles.length);
    gl.colorMask(true, true, true, true);
    gl.uniform1f(at("nearer"), WIRES_NEARER);
    if (look.wires) this.elements("edges", gl.LINES, this.lines.length);
  }

  elements(name, kind, count) {
    this.gl.bindBuffer(this.gl.ELEMENT_ARRAY_BUFFER, this.buffers[name]);
    this.gl.drawElements(kind, count, this.gl.UNSIGNED_INT, 0);
  }
}
