// Field review: the strip of a field with an input under each of its boxes; second and third looks are keyed blind.

import { cleaned, fullText, isMark, isNumber, keysFor, meaning, missingText, putInto, refusedText, symbolFor, titleOf, why } from "./answers.js";
import { Cursor } from "./cursor.js";
import { post } from "./net.js";
import { Shell } from "./shell.js";
import { stripRow } from "./strip_row.js";
import { showWholePage } from "./whole_page.js";

const AT_ONCE = 12;
const RULES_MS = 120;
const RULES_PATIENCE_MS = 1000; // a server that does not answer keeps nobody from going on
const SURE = 0.99;
const at = (id) => document.getElementById(id);
const dialog = at("page-dialog");
const same = (one, other) => one.sha256 === other.sha256 && one.page === other.page && one.field === other.field;

let queue = [];
let later = []; // keys of what was left for later
let past = []; // what was decided here, the newest last: undo shows it again
let task = null;
let inputs = [];
let broken = [];
let warned = false;
let asked = 0;
let checked = null; // the symbols that `broken` is about
let cursor = null;
let busy = false;
let soon = null; // the rules are asked for when typing pauses

const shell = new Shell({
  keys: () => keysFor(task),
  act,
  undone,
});

async function next() {
  try {
    if (!queue.length) queue = await fetchFields();
  } catch (error) {
    shell.note("trouble", error.message);
    return;
  }
  show(queue.shift() ?? null);
}

// What was left for later is given out again each time: it comes when there is nothing else.
async function fetchFields() {
  const { fields } = await post("/api/fields", { count: later.length + AT_ONCE });
  const fresh = fields.filter((field) => !later.some((key) => same(key, field.key)));
  if (!fresh.length) later = [];
  return fresh.length ? fresh : fields;
}

async function skip() {
  if (!task || busy) return;
  busy = true;
  later = [...later, task.key];
  await next().finally(() => { busy = false; });
}

function show(wanted) {
  clearTimeout(soon);
  task = wanted;
  [inputs, broken, warned, checked] = [[], [], false, null];
  at("rules").hidden = true;
  shell.drawKeys();
  at("task").hidden = !task;
  at("empty").hidden = Boolean(task);
  if (!task) return;
  at("screen").textContent = titleOf(task);
  at("name").textContent = `${task.key.field} · ${task.scan}, page ${task.key.page}${task.form === "auto" ? "" : `, form ${task.form}`}`;
  at("why").textContent = why(task);
  at("rows").replaceChildren(...task.rows.map((row) => stripRow(task, row, isDoubtful, typed)));
  inputs = [...at("rows").querySelectorAll("input")];
  cursor = new Cursor(inputs, isDoubtful);
  prefill();
  const first = task.blind ? 0 : inputs.findIndex((input) => !input.value || input.classList.contains("open"));
  at("rows").scrollIntoView({ block: "nearest" });
  cursor.start(first < 0 ? leastSure() : first);
  at("meaning").textContent = meaning(task, symbols());
  tellRules();
  document.body.setAttribute("data-shown", `${task.key.sha256}/${task.key.page}/${task.key.field}`);
}

// What is sure stands there; what is in doubt is to be typed, unless all of it only needs to be looked at.
function prefill() {
  if (task.blind) return;
  if (isNumber(task)) {
    inputs[0].value = cleaned(task, task.cells.replaceAll("?", ""));
    return;
  }
  inputs.forEach((element, position) => { element.value = isDoubtful(position) ? "" : task.cells[position] ?? ""; });
}

// Where the doubt is about the field as a whole, all of its cells are open, though most of them may be sure.
function isDoubtful(position) {
  if (task.blind) return false;
  const someAreSure = task.open.length < task.count;
  const open = task.open.includes(position) && (someAreSure || task.cell_confidences[position] < SURE);
  return open || task.cells[position] === "?";
}

function leastSure() {
  return Math.max(0, task.cell_confidences.indexOf(Math.min(...task.cell_confidences)) % inputs.length || 0);
}

// What is typed past the keys, such as by paste or an input method: only symbols stay.
function typed(element) {
  element.value = cleaned(task, element.value);
  changed();
}

function put(key) {
  const symbol = symbolFor(task, key);
  if (!symbol) return shell.say(refusedText(task));
  if (cursor.isPast && !isMark(task)) return shell.say(fullText);
  if (isNumber(task)) {
    cursor.back();
    putInto(inputs[0], symbol);
  } else {
    cursor.fill(symbol);
  }
  changed();
}

function clear() {
  if (isNumber(task) || !inputs.includes(document.activeElement)) return false;
  cursor.clear();
  changed();
  return true;
}

const symbols = () => inputs.map((element) => element.value).join("");

function changed() {
  warned = false;
  at("meaning").textContent = meaning(task, symbols());
  clearTimeout(soon);
  soon = setTimeout(tellRules, RULES_MS);
}

async function tellRules() {
  if (!task) return;
  const number = ++asked;
  const now = symbols();
  const whole = inputs.every((element) => element.value) && !now.includes("?");
  const answer = whole ? await post("/api/rules", { key: task.key, symbols: now }).catch(() => null) : { known: false, broken: [] };
  if (number !== asked || !answer) return;
  [broken, checked] = [answer.broken, now];
  at("rules").hidden = !answer.known;
  at("rules").className = broken.length ? "note rule" : "note done";
  at("rules").textContent = broken.length ? `Against the rules: ${broken.join("; ")}.` : "All rules are obeyed.";
}

function act(action, event) {
  const says = /^[0-9]$/.test(event.key) || ["blank", "void", "unsure"].includes(action);
  if (dialog.open) {
    event.preventDefault();
    dialog.close();
    if (!says) return;
  }
  const typing = inputs.includes(document.activeElement);
  if (event.altKey || event.ctrlKey || event.metaKey || busy) return;
  if (!task) {
    if (event.key === "1") location.assign("/sheets");
    else if (action === "accept" && !event.target.closest?.("button, a")) next();
    return;
  }
  if (!typing && event.target.closest?.("button, a") && (event.key === "Enter" || event.key === " ")) return;
  const perCell = !isNumber(task);
  if (/^[0-9]$/.test(event.key)) put(event.key);
  else if (action === "blank" || action === "void" || action === "unsure") put({ blank: "_", void: "x", unsure: "?" }[action]);
  else if (action === "accept") { if (!event.repeat) accept(); }
  else if (action === "show") showPage();
  else if (action === "skip") skip();
  else if (event.key === "ArrowLeft" && perCell) cursor.move(cursor.place - 1);
  else if (event.key === "ArrowRight" && perCell) cursor.move(cursor.place + 1);
  else if (event.key === "Home" && perCell) cursor.move(0);
  else if (event.key === "End" && perCell) cursor.move(inputs.length - 1);
  else if (event.key === "Backspace") { if (!clear()) return; }
  else if (event.key.length === 1) shell.say(refusedText(task));
  else return;
  event.preventDefault();
}

async function accept() {
  const missing = inputs.findIndex((element) => !element.value);
  if (missing >= 0) {
    shell.say(missingText(task));
    cursor.start(missing);
    return;
  }
  busy = true;
  // Who types faster than the rules are asked for is warned all the same.
  if (checked !== symbols()) await Promise.race([tellRules(), new Promise((go) => { setTimeout(go, RULES_PATIENCE_MS); })]);
  busy = false;
  if (broken.length && !warned) {
    warned = true;
    shell.say("Against the rules: accept again if it is written so.");
    return;
  }
  const { key, screen, seen, cells } = task;
  shell.decide([{ screen, key, position: null, before: cells, after: symbols(), seen }]).then(() => shell.showProgress());
  past = [...past, { ...task, cells: task.cells }].slice(-100);
  busy = true;
  // The next ones are asked for when these are kept: the server would show them again.
  if (!queue.length) await shell.outbox.flush();
  await next().finally(() => { busy = false; });
}

async function undone(events) {
  const keys = events.map((event) => event.key);
  const again = past.findLast((each) => keys.some((key) => same(key, each.key)));
  // Fetched anew, for its state is another one now; what waits here is given out again too.
  queue = [];
  await next();
  if (again && task && !same(task.key, again.key)) {
    const place = queue.findIndex((each) => same(each.key, again.key));
    if (place >= 0) {
      const [wanted] = queue.splice(place, 1);
      queue = [task, ...queue];
      show(wanted);
    }
  }
}

const showPage = () => showWholePage(dialog, task);

// A key that closed the page may have gone into a box already, and the cursor on.
dialog.addEventListener("close", () => task && !inputs.includes(document.activeElement) && cursor.back());
for (const [kind, told] of [["focusin", "entered"], ["click", "move"]]) {
  at("rows").addEventListener(kind, ({ target }) => inputs.includes(target) && !isNumber(task) && cursor[told](inputs.indexOf(target)));
}
at("skip-button").addEventListener("click", skip);
at("page-button").addEventListener("click", () => task && showPage());
next();
