// Digit sheets: the eye finds the odd one out, a key says what it is, Enter confirms the rest.

import { post } from "./net.js";
import { outline, picture } from "./picture.js";
import { Shell } from "./shell.js";

const at = (id) => document.getElementById(id);
const grid = at("sheet");
const dialog = at("strip-dialog");
const CELL_SHOWN_REM = 8;
const SAID = { unsure: "?", blank: "_", void: "x" };
const LOOK_MS = 250; // a key pressed twice must not confirm what nobody has seen
const WORDS = { _: "blank", x: "crossed out", "?": "unsure" };

let sheet = { symbol: "", cells: [], remaining: 0 };
let tiles = [];
let marks = new Map(); // by index: what the person has said
let cursor = 0;
let busy = false;
let seen = false; // whether the picture of the sheet has been there long enough to be looked at

const shell = new Shell({
  keys: () => (tiles.length ? [["← ↑ → ↓", "move"], ["0–9", "it is this digit"], ["unsure"], ["blank"], ["void"], ["show"],
    ["accept", `the rest are ${wordFor(sheet.symbol)}`], ["undo"], ["results"], ["help"]]
    : [["2", "fields"], ["accept", "look again"], ["undo"], ["results"], ["help"]]),
  act,
  undone,
});

const wordFor = (symbol) => WORDS[symbol] ?? symbol;

async function load(symbol = null) {
  busy = true;
  try {
    sheet = await post("/api/sheet", { symbol });
    draw();
  } catch (error) {
    shell.note("trouble", error.message);
  } finally {
    busy = false;
  }
}

function draw() {
  marks = new Map();
  [cursor, seen] = [0, false];
  const { cells, symbol } = sheet;
  at("empty").hidden = cells.length > 0;
  at("heading").hidden = !cells.length;
  at("symbol").textContent = wordFor(symbol);
  at("left").textContent = sheet.remaining ? `${sheet.remaining} more after this sheet` : "the last sheet of these";
  grid.setAttribute("aria-label", `${cells.length} crops read as ${wordFor(symbol)}, least sure first`);
  tiles = cells.map(tile);
  grid.replaceChildren(...tiles);
  shell.drawKeys();
  if (!cells.length) return;
  paint();
  move(0);
  grid.focus({ preventScroll: true });
  scrollTo(0, 0);
}

function tile(cell, index) {
  const element = document.createElement("div");
  element.className = "tile";
  element.id = `tile-${index}`;
  element.setAttribute("role", "option");
  element.addEventListener("click", () => move(index));
  label(element, index);
  return element;
}

// The crops are one picture for the screen; each tile shows its part of it, a little larger than it is.
function paint() {
  const { columns, pitch, rows, margin } = sheet.sprite;
  const side = tiles[0].clientWidth / (pitch - 2 * margin);
  const image = new Image();
  image.addEventListener("load", () => {
    document.body.setAttribute("data-ready", sheet.sprite.image);
    setTimeout(() => { seen = true; }, LOOK_MS);
  });
  image.addEventListener("error", () => shell.note("trouble", "The crops cannot be shown. Load the page again."));
  image.src = sheet.sprite.image;
  tiles.forEach((element, index) => {
    const [x, y] = [index % columns, Math.floor(index / columns)].map((place) => (place * pitch + margin) * side);
    element.style.backgroundImage = `url("${sheet.sprite.image}")`;
    element.style.backgroundSize = `${columns * pitch * side}px ${rows * pitch * side}px`;
    element.style.backgroundPosition = `-${x}px -${y}px`;
  });
}

function label(element, index) {
  const mark = marks.get(index);
  const said = mark === undefined ? `read as ${wordFor(sheet.symbol)}` : `marked ${wordFor(mark)}`;
  element.setAttribute("aria-label", `Crop ${index + 1} of ${sheet.cells.length}, ${said}`);
  element.setAttribute("aria-selected", String(index === cursor));
}

function move(index) {
  const last = cursor;
  cursor = Math.max(0, Math.min(tiles.length - 1, index));
  tiles[last]?.classList.remove("cursor");
  tiles[cursor].classList.add("cursor");
  for (const each of new Set([last, cursor])) label(tiles[each], each);
  grid.setAttribute("aria-activedescendant", tiles[cursor].id);
  tiles[cursor].scrollIntoView({ block: "nearest" });
}

const perRow = () => getComputedStyle(grid).gridTemplateColumns.split(" ").length;

function act(action, event) {
  const says = /^[0-9]$/.test(event.key) || action in SAID;
  if (dialog.open) {
    event.preventDefault();
    dialog.close();
    if (!says) return;
  }
  if (event.target.closest?.("button, a, input, select") && !/^[0-9]$/.test(event.key) && !event.key.startsWith("Arrow")) return;
  const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -perRow(), ArrowDown: perRow(), Home: -cursor, End: tiles.length };
  if (event.altKey || event.ctrlKey || event.metaKey || busy) return;
  if (event.key in steps && tiles.length) {
    if (!event.key.startsWith("Arrow") || cursor + steps[event.key] in tiles) move(cursor + steps[event.key]);
  } else if (says && !tiles.length) {
    if (event.key === "2") location.assign("/fields");
  } else if (says) {
    mark(SAID[action] ?? event.key);
  } else if (action === "show") {
    showStrip();
  } else if (action === "accept") {
    if (!event.repeat) confirmRest();
  } else {
    if (event.key.length === 1) shell.say("That key means nothing here.");
    return;
  }
  event.preventDefault();
}

function decision(index, after) {
  const { key, position, seen } = sheet.cells[index];
  return { screen: "sheet", key, position, before: marks.get(index) ?? sheet.symbol, after, seen };
}

// What a person has said stays in its place: were it said again, it would only be the newer word.
function mark(symbol) {
  shell.decide([decision(cursor, symbol)]);
  marks.set(cursor, symbol);
  tiles[cursor].dataset.mark = symbol;
  label(tiles[cursor], cursor);
  move(cursor + 1);
}

async function confirmRest() {
  if (tiles.length && !seen && !marks.size) {
    shell.say("This sheet has only just come: look, then press the key again.");
    return;
  }
  busy = true;
  try {
    const rest = [...sheet.cells.keys()].filter((index) => !marks.has(index));
    const saved = await (rest.length ? shell.decide(rest.map((index) => decision(index, sheet.symbol))) : shell.outbox.flush());
    if (!saved) {
      for (const index of rest) marks.set(index, sheet.symbol);
      shell.say("The sheet is kept, and sent when the server answers. Press the key again then.");
      return;
    }
    if (rest.length) shell.say(`${rest.length} confirmed as ${wordFor(sheet.symbol)}.`);
    await load();
    shell.showProgress();
  } finally {
    busy = false;
  }
}

async function showStrip() {
  const cell = sheet.cells[cursor];
  if (!cell) return;
  try {
    const shown = await post("/api/field", { key: cell.key });
    const { image, width, height } = shown;
    const drawing = picture(image, width, height, [0, 0, width, height], `${shown.key.field} of ${shown.scan}, page ${shown.key.page}`);
    const cell_px = Math.max(1, ...shown.cells_at.map((each) => each.width));
    drawing.style.width = `${Math.round(Math.min(CELL_SHOWN_REM / cell_px, 60 / width) * width)}rem`;
    shown.cells_at.forEach(({ points, position }) => position === cell.position && drawing.append(outline(points, "doubt")));
    at("strip-title").textContent = `${shown.scan}, page ${shown.key.page}, ${shown.key.field}`;
    at("strip-place").replaceChildren(drawing);
    dialog.showModal();
  } catch (error) {
    shell.note("trouble", error.message);
  }
}

// Takes back what stands on this sheet; what was on another one comes again.
async function undone(events) {
  const same = (event) => sheet.cells.findIndex((cell) => cell.position === event.position
    && cell.key.sha256 === event.key.sha256 && cell.key.page === event.key.page && cell.key.field === event.key.field);
  const places = events.map(same);
  if (places.includes(-1)) {
    const { kind, before, key } = events[places.indexOf(-1)];
    if (kind === "field") shell.note("done", `Field ${key.field} waits again: see Fields.`);
    await load(kind === "cell" && /^[0-9x]$/.test(before) ? before : null);
    return;
  }
  places.forEach((index, number) => {
    const before = events[number].before;
    marks.delete(index);
    tiles[index].removeAttribute("data-mark");
    if (before !== sheet.symbol) {
      marks.set(index, before);
      tiles[index].dataset.mark = before;
    }
    label(tiles[index], index);
  });
  move(places.at(-1));
}

// To the sheet of another symbol; where there is none, what was there stays.
async function change(symbol) {
  if (!await shell.outbox.flush()) return;
  await load(symbol);
  if (tiles.length) return;
  shell.note("rule", `No digits that were read as ${wordFor(symbol)} wait for you.`);
  await load();
}

dialog.addEventListener("close", () => grid.focus());
at("symbols").addEventListener("click", (event) => {
  const wanted = event.target.closest("button")?.dataset.symbol;
  if (wanted && !busy) change(wanted);
});
addEventListener("resize", () => tiles.length && paint());
load();
