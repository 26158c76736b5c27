"use strict";

// A morphable mesh: arrays unpacked, vertices from expression weights, normals from vertices.

/** Text of `arrays.packed` as a typed array. */
async function unpack(text, Type) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Type(await new Response(stream).arrayBuffer());
}

class Shape {
  static async unpacked(mesh) {
    const shape = new Shape();
    shape.step = mesh.step;
    shape.neutral = await unpack(mesh.neutral, Float32Array);
    shape.displacements = await unpack(mesh.displacements, Int16Array);
    shape.corners = await unpack(mesh.corners, Uint32Array);
    shape.triangles = await unpack(mesh.triangles, Uint32Array);
    shape.places = mesh.places ? await unpack(mesh.places, Float32Array) : null;
    shape.vertices = shape.neutral.slice();
    return shape;
  }

  /** Move the vertices to neutral + sum of weight * displacement, mm. */
  express(weights) {
    const {vertices, displacements, step} = this;
    vertices.set(this.neutral);
    weights.forEach((weight, expression) => {
      if (weight === 0) return;
      const first = expression * vertices.length, amount = weight * step;
      for (let i = 0; i < vertices.length; i++) vertices[i] += amount * displacements[first + i];
    });
  }

  /** Normals of the vertices, weighted by their triangles' areas; of any length. */
  normals() {
    const {vertices: v, corners, triangles} = this, normals = new Float32Array(v.length);
    for (let t = 0; t < triangles.length; t += 3) {
      const a = 3 * corners[triangles[t]];
      const b = 3 * corners[triangles[t + 1]];
      const c = 3 * corners[triangles[t + 2]];
      const ux = v[b] - v[a], uy = v[b + 1] - v[a + 1], uz = v[b + 2] - v[a + 2];
      const wx = v[c] - v[a], wy = v[c + 1] - v[a + 1], wz = v[c + 2] - v[a + 2];
      const x = uy * wz - uz * wy, y = uz * wx - ux * wz, z = ux * wy - uy * wx;
      for (const corner of [a, b, c]) {
        normals[corner] += x;
        normals[corner + 1] += y;
        normals[corner + 2] += z;
      }
    }
    return normals;
  }

  /** What each corner takes of an array with three numbers a vertex. */
  atCorners(array) {
    const {corners} = this, taken = new array.constructor(3 * corners.length);
    corners.forEach((vertex, corner) => {
      for (let i = 0; i < 3; i++) taken[3 * corner + i] = array[3 * vertex + i];
    });
    return taken;
  }

  /** Pairs of corners: each edge of the mesh once, also along a seam. */
  edges() {
    const {corners, triangles} = this, pairs = [], known = new Set();
    for (let t = 0; t < triangles.length; t++) {
      const from = triangles[t], to = triangles[t % 3 === 2 ? t - 2 : t + 1];
      const [low, high] = [corners[from], corners[to]].sort((a, b) => a - b);
      const key = low * corners.length + high;
      if (known.has(key)) continue;
      known.add(key);
      pairs.push(from, to);
    }
    return new Uint32Array(pairs);
  }

  /** The middle of the face without expression, and how far it reaches from there, mm. */
  extent() {
    const low = [Infinity, Infinity, Infinity], high = [-Infinity, -Infinity, -Infinity];
    this.neutral.forEach((value, i) => {
      low[i % 3] = Math.min(low[i % 3], value);
      high[i % 3] = Math.max(high[i % 3], value);
    });
    const middle = low.map((value, i) => (value + high[i]) / 2);
    return {middle, reach: Math.max(...high.map((value, i) => value - middle[i]))};
  }
}
