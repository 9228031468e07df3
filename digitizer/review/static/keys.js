// Which key does what: defaults, what the person has made of them (localStorage), and the dialog that changes them.

const STORE = "digitizer:keys";

export const DEFAULTS = {
  unsure: " ", blank: "b", void: "x", show: "F2", accept: "Enter", undo: "u", skip: "PageDown",
  results: "F9", help: "?",
};
const LABELS = {
  unsure: "unsure", blank: "blank", void: "crossed out", show: "show where it stands", accept: "accept",
  undo: "undo", skip: "leave for later", results: "write the CSV files", help: "keys",
};
const NAMES = { " ": "Space", ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", PageDown: "Page Down" };
const FIXED = /^([0-9]|Arrow.*|Tab|Escape|Backspace|Delete|Home|End|Shift|Control|Alt|Meta|AltGraph|CapsLock|Dead|Process)$/;

let chosen = load();

function load() {
  try {
    return { ...DEFAULTS, ...JSON.parse(localStorage.getItem(STORE) ?? "{}") };
  } catch {
    return { ...DEFAULTS };
  }
}

export const keyName = (key) => NAMES[key] ?? (key.length === 1 ? key : key);

// The action of a key event, "" for none. Ctrl-Z is undo whatever else is.
export function actionOf(event) {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") return "undo";
  if (event.ctrlKey || event.metaKey || event.altKey) return "";
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return Object.keys(chosen).find((action) => chosen[action] === key) ?? "";
}

// Writes the keys of a screen into its footer: [[action or keys, words], ...].
export function showKeys(list, entries) {
  list.replaceChildren(...entries.map(([action, words]) => {
    const item = document.createElement("li");
    const key = document.createElement("kbd");
    key.textContent = action in chosen ? keyName(chosen[action]) : action;
    item.append(key, ` ${words ?? LABELS[action]}`);
    return item;
  }));
}

// Fills the dialog; `changed` is called after each change.
export function keyDialog(dialog, changed) {
  const body = dialog.querySelector("tbody");
  const draw = () => body.replaceChildren(...Object.keys(DEFAULTS).map((action) => line(action, change)));
  const change = (action, key) => {
    const taken = Object.keys(chosen).find((other) => chosen[other] === key && other !== action);
    if (FIXED.test(key) || taken) return taken ? `is “${LABELS[taken]}”` : "cannot be given away";
    chosen = { ...chosen, [action]: key };
    localStorage.setItem(STORE, JSON.stringify(chosen));
    draw();
    changed();
    return "";
  };
  dialog.querySelector("[data-reset]").addEventListener("click", () => {
    chosen = { ...DEFAULTS };
    localStorage.removeItem(STORE);
    draw();
    changed();
  });
  draw();
}

function line(action, change) {
  const row = document.createElement("tr");
  const [what, key, button] = [document.createElement("th"), document.createElement("td"), document.createElement("button")];
  what.scope = "row";
  what.textContent = LABELS[action];
  button.type = "button";
  button.textContent = keyName(chosen[action]);
  button.setAttribute("aria-label", `Key for ${LABELS[action]}: ${keyName(chosen[action])}. Press to change.`);
  button.addEventListener("click", () => listen(button, action, change));
  key.append(button);
  row.append(what, key);
  return row;
}

function listen(button, action, change) {
  button.textContent = "press a key…";
  button.addEventListener("keydown", (event) => {
    event.preventDefault();
    event.stopPropagation();
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const trouble = key === "Escape" ? "" : change(action, key);
    button.textContent = trouble ? `${keyName(key)} ${trouble}` : keyName(chosen[action]);
  }, { once: true });
}
