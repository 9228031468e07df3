// Pictures with outlines over them, as SVG: coordinates are the picture's own px, whatever size it is shown at.

const SVG = "http://www.w3.org/2000/svg";

export function svg(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

// `box`: [x, y, width, height] of what is shown of a picture of `width` by `height`.
export function picture(href, width, height, box, label) {
  const root = svg("svg", { viewBox: box.join(" "), role: "img", "aria-label": label });
  root.append(svg("image", { href, x: 0, y: 0, width, height }));
  return root;
}

// `points`: [[x, y], ...] of a closed line.
export function outline(points, kind = "") {
  return svg("polygon", { class: `outline ${kind}`, points: points.map((point) => point.join(",")).join(" ") });
}

// Darkens all of a picture but a part of it.
export function spotlight(width, height, [x, y, w, h]) {
  return svg("path", { class: "shade", d: `M0 0H${width}V${height}H0ZM${x} ${y}V${y + h}H${x + w}V${y}Z` });
}
