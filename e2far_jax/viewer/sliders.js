"use strict";

// A slider an expression, in groups, and the weights that they stand at.

class Sliders {
  /** `expressions`: [{name, group, low, high, own}]; `changed` is called after each change. */
  constructor(parent, expressions, changed) {
    this.expressions = expressions;
    this.weights = expressions.map(({own}) => own);
    this.changed = changed;
    this.inputs = [];
    const groups = new Map();
    for (const expression of expressions) {
      if (!groups.has(expression.group)) {
        groups.set(expression.group, this.group(parent, expression.group));
      }
      groups.get(expression.group).append(this.slider(expression));
    }
  }

  group(parent, name) {
    const details = document.createElement("details"), summary = document.createElement("summary");
    details.open = true;
    summary.textContent = name;
    details.append(summary);
    parent.append(details);
    return details;
  }

  slider({name, low, high, own}) {
    const label = document.createElement("label"), text = document.createElement("span");
    const input = document.createElement("input"), output = document.createElement("output");
    const at = this.inputs.length;
    label.className = "slider";
    text.textContent = name;
    Object.assign(input, {type: "range", min: low, max: high, step: 0.01, value: own, name});
    output.textContent = own.toFixed(2);
    input.addEventListener("input", () => {
      this.weights[at] = Number(input.value);
      output.textContent = this.weights[at].toFixed(2);
      this.changed();
    });
    this.inputs.push(input);
    label.append(text, input, output);
    return label;
  }

  /** Set all weights, by a function of the expression. */
  set(weight) {
    this.weights = this.expressions.map(weight);
    this.inputs.forEach((input, at) => {
      input.value = this.weights[at];
      input.nextSibling.textContent = this.weights[at].toFixed(2);
    });
    this.changed();
  }
}
