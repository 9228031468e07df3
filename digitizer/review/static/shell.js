// What all screens share: marks on their way, messages, progress, undo, the keys, who is reviewing.

import { keepHolding } from "./hold.js";
import { actionOf, keyDialog, showKeys } from "./keys.js";
import { get, leave, post } from "./net.js";
import { newId, Outbox } from "./outbox.js";

const PROGRESS_MS = 15000;
const STEPS_KEPT = 200;
const SAID_MS = 6000;
const at = (id) => document.getElementById(id);

export class Shell {
  // `hooks`: keys() for the footer, act(action, event) for its keys, undone(events), state() when messages came or went.
  constructor(hooks) {
    this.hooks = hooks;
    const place = `${document.body.dataset.ledger}:${document.body.dataset.reviewer}`;
    this.steps = `digitizer:${place}:steps`;
    this.outbox = new Outbox(place, {
      state: (state) => this.showState(state),
      refused: (decision, message) => this.note("trouble", `Not saved: “${decision.after}”. ${message}`),
      conflicts: (conflicts) => conflicts.forEach((each) => this.showConflict(each)),
    });
    at("undo").addEventListener("click", () => this.undo());
    at("results").addEventListener("click", () => this.writeResults());
    at("keys-button").addEventListener("click", () => at("keys-dialog").showModal());
    at("reviewer").addEventListener("click", () => at("reviewer-dialog").showModal());
    at("reviewer-form").addEventListener("submit", (event) => this.rename(event));
    keyDialog(at("keys-dialog"), () => this.drawKeys());
    document.addEventListener("keydown", (event) => this.onKey(event));
    window.addEventListener("pagehide", () => leave("/api/release"));
    // Brought back as it was left, it would show what was given back then.
    window.addEventListener("pageshow", (event) => event.persisted && location.reload());
    keepHolding();
    this.drawKeys();
    this.showProgress();
    setInterval(() => this.showProgress(), PROGRESS_MS);
    this.outbox.flush();
  }

  drawKeys() {
    showKeys(at("keys"), this.hooks.keys());
  }

  onKey(event) {
    const dialog = document.querySelector("dialog[open]");
    this.say("");
    if (event.isComposing || (dialog && !dialog.hasAttribute("data-passes-keys"))) return;
    const action = actionOf(event);
    if (dialog) {
      this.hooks.act(action, event);
      return;
    }
    const ours = { undo: () => this.undo(), results: () => this.writeResults(), help: () => at("keys-dialog").showModal() };
    if (action in ours) {
      event.preventDefault();
      ours[action]();
    } else if (event.key === "Escape" && at("notes").lastElementChild) {
      at("notes").lastElementChild.remove();
    } else {
      this.hooks.act(action, event);
    }
  }

  // Decisions that are one step for undo. Resolves to whether the server has them all.
  decide(decisions) {
    const made = decisions.map((each) => ({ client_id: newId(), ...each }));
    const steps = this.readSteps();
    sessionStorage.setItem(this.steps, JSON.stringify([...steps, made.length].slice(-STEPS_KEPT)));
    return this.outbox.add(made);
  }

  readSteps() {
    return JSON.parse(sessionStorage.getItem(this.steps) ?? "[]");
  }

  async undo() {
    if (this.undoing) return;
    this.undoing = true;
    try {
      if (!await this.outbox.flush()) throw new Error("Nothing is undone while the server does not answer.");
      const steps = this.readSteps();
      const { events } = await post("/api/undo", { count: steps.at(-1) ?? 1, client_id: newId() });
      sessionStorage.setItem(this.steps, JSON.stringify(steps.slice(0, -1)));
      this.say(events.length ? `Undone: ${events.length === 1 ? "one decision" : `${events.length} decisions`}.` : "There is nothing to undo.");
      if (events.length) await this.hooks.undone(events);
      this.showProgress();
    } catch (error) {
      this.note("trouble", error.message);
    } finally {
      this.undoing = false;
    }
  }

  async writeResults() {
    try {
      if (!await this.outbox.flush()) return;
      const { written, message } = await post("/api/results");
      this.note(written ? "done" : "rule", message);
    } catch (error) {
      this.note("trouble", error.message);
    }
  }

  async rename(event) {
    event.preventDefault();
    if (!await this.outbox.flush()) return;
    try {
      await post("/api/release");
      await post("/api/reviewer", { name: at("reviewer-name").value });
      location.reload();
    } catch (error) {
      at("reviewer-trouble").textContent = error.message;
    }
  }

  async showProgress() {
    try {
      const told = await get("/api/progress");
      at("progress").textContent = `${told.open_cells} digits and ${told.open_fields} fields to see, ${told.settled} fields settled`
        + (told.mine ? `, ${told.mine} an hour` : "");
    } catch {
      // The marks tell whether the server answers.
    }
  }

  showState({ waiting, offline, trouble }) {
    const note = at("offline");
    note.hidden = !offline;
    if (offline) note.textContent = `${trouble} ${waiting} ${waiting === 1 ? "mark is" : "marks are"} kept in this browser and sent again.`;
    at("saved").textContent = waiting ? `${waiting} not saved yet` : "all saved";
  }

  showConflict(conflict) {
    const { field, page } = conflict.key;
    const who = conflict.reviewer ? `${conflict.reviewer} has decided in the meantime` : "the scan was read again or deleted in the meantime";
    const now = conflict.now ? `: it stands as “${conflict.now}”` : "";
    this.note("conflict", `Not saved: “${conflict.after}” for ${field}, page ${page}; ${who}${now}.`);
  }

  note(kind, text) {
    for (const old of [...at("notes").children]) if (old.dataset.text === text) old.remove();
    const note = document.createElement("p");
    const button = document.createElement("button");
    note.className = `note ${kind}`;
    note.textContent = text;
    note.dataset.text = text;
    button.type = "button";
    button.textContent = "Close (Esc)";
    button.addEventListener("click", () => note.remove());
    note.append(button);
    at("notes").append(note);
    while (at("notes").children.length > 4) at("notes").firstElementChild.remove();
  }

  // For screen readers, and above the keys for everyone: until the next key, and not for long, for it covers something.
  say(text) {
    clearTimeout(this.saying);
    at("said").textContent = text;
    this.saying = setTimeout(() => { at("said").textContent = ""; }, SAID_MS);
  }
}
