"""What a report's page looks like, and its one script, which sorts tables."""

from __future__ import annotations

STYLE = """
:root {
  color-scheme: light dark;
  --paper: #ffffff; --ink: #1f2328; --soft: #57606a; --line: #d0d7de; --stripe: #f6f8fa;
  --link: #0550ae;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #16191d; --ink: #e3e6ea; --soft: #a3acb6; --line: #3a4048; --stripe: #1e2227;
    --link: #79b8ff;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 64rem;
  background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif;
}
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 1rem; }
h2 { font-size: 1.35rem; margin: 2.6rem 0 .8rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1.08rem; margin: 1.8rem 0 .6rem; }
h1, h2, h3, dt, dd, figcaption, th[scope=row] { overflow-wrap: anywhere; }
a { color: var(--link); }
nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; padding: 0; }
dl { display: grid; grid-template-columns: minmax(7rem, 20%) 1fr; gap: .35rem 1.25rem; }
dt { font-weight: 600; }
dd { margin: 0; }
pre {
  padding: .75rem 1rem; background: var(--stripe); border: 1px solid var(--line);
  border-radius: 6px; white-space: pre-wrap; overflow-wrap: anywhere; font-size: .87rem;
}
.wide { overflow-x: auto; margin: 1.25rem 0 .5rem; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding-bottom: .4rem; }
th, td {
  padding: .4rem .75rem; border-bottom: 1px solid var(--line); text-align: left;
  vertical-align: top; min-width: 5rem;
}
thead th { border-bottom: 2px solid var(--line); }
tbody th { font-weight: 500; min-width: 9rem; }
.number { white-space: nowrap; }
tbody tr:nth-child(even) { background: var(--stripe); }
th button {
  all: unset; cursor: pointer; font-weight: 600; text-decoration: underline dotted;
}
th button:focus-visible { outline: 2px solid var(--link); }
th[aria-sort=ascending] button::after { content: " \\2191"; }
th[aria-sort=descending] button::after { content: " \\2193"; }
.note { color: var(--soft); font-size: .9rem; margin: .3rem 0 1rem; }
figure { margin: 1.25rem 0; }
figure.plot img { width: 100%; height: auto; }
figcaption { color: var(--soft); font-size: .9rem; }
.faces {
  display: grid; gap: 1.25rem 2rem;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 28rem), 1fr));
}
.faces figure { margin: 0; }
.strip { display: flex; gap: .4rem; }
.strip > div { flex: 1 1 0; min-width: 0; max-width: 16rem; }
.strip img { width: 100%; height: auto; border-radius: 4px; display: block; }
.strip span { color: var(--soft); font-size: .8rem; }
summary { cursor: pointer; }
@media print {
  :root { font-size: 11px; }
  body { max-width: none; padding: 0; font-size: 1rem; }
  nav { display: none; }
  .wide { overflow: visible; }
  figure, tr { break-inside: avoid; }
  h2, h3, caption { break-after: avoid; }
  th, td, tbody th { padding: .2rem .4rem; min-width: 0; }
}
"""

SCRIPT = """
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0], heads = [...table.tHead.rows[0].cells];
  const before = (first, second) => {
    const a = Number(first), b = Number(second);
    if (first && second && !isNaN(a) && !isNaN(b)) return a - b;
    return first.localeCompare(second, undefined, {numeric: true});
  };
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const keyed = [...body.rows].map((row) => [row.cells[column].textContent, row]);
      keyed.sort(([a], [b]) => {
        if (a === NONE || b === NONE) return (a === NONE) - (b === NONE);
        return down ? before(b, a) : before(a, b);
      });
      body.append(...keyed.map(([, row]) => row));
    });
  });
}
"""
