// A row of a field: its part of the strip, and an input aligned under each of its boxes.

import { isMark, isNumber } from "./answers.js";
import { outline, picture } from "./picture.js";

const MAX_CELL_PX = 64;
const MAX_BOX_PX = 320; // around a whole number

// `typed` hears of what is put into an input past the keys.
export function stripRow(task, { box, cells }, isDoubtful, typed) {
  const place = document.createElement("div");
  place.className = "row";
  const cellPx = isNumber(task) ? MAX_BOX_PX : MAX_CELL_PX;
  const scale = Math.min(cellPx / Math.min(...cells.map((cell) => cell.width)), 3);
  place.style.width = `${Math.max(Math.round(box[2] * scale), 160) / 16}rem`;
  const drawing = picture(task.image, task.width, task.height, box, `The strip of ${task.key.field}`);
  for (const cell of cells) {
    const line = outline(cell.points, isDoubtful(cell.position) ? "doubt" : "");
    const element = input(task, cell, box, isDoubtful(cell.position), typed);
    element.addEventListener("focus", () => line.classList.add("current"));
    element.addEventListener("blur", () => line.classList.remove("current"));
    drawing.append(line);
    place.append(element);
  }
  place.prepend(drawing);
  return place;
}

function input(task, cell, [left, , width], doubtful, typed) {
  const element = document.createElement("input");
  const whole = isNumber(task);
  element.maxLength = whole ? 40 : 1;
  element.autocomplete = "off";
  element.inputMode = "numeric";
  element.spellcheck = false;
  element.style.left = `${100 * (cell.centre - left) / width}%`;
  element.style.width = `${100 * Math.max(cell.width * (whole ? 1 : 0.92), width / 40) / width}%`;
  element.classList.toggle("open", doubtful);
  element.classList.toggle("whole", whole);
  element.setAttribute("aria-label", nameOf(task, cell, doubtful));
  element.addEventListener("input", () => typed(element));
  element.addEventListener("focus", () => element.select());
  return element;
}

function nameOf(task, { position }, doubtful) {
  if (isNumber(task)) return `${task.key.field}: the number`;
  const box = isMark(task) ? "tick box" : `box ${position + 1} of ${task.count}`;
  return `${task.key.field}, ${box}${doubtful ? ", doubtful" : ""}`;
}
