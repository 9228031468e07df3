// Keeps every decision in localStorage until the server has taken it: nothing is lost by a cut line or a closed window.

import { post, Refused } from "./net.js";

const RETRY_MS = 2000;
const AT_ONCE = 400;

export class Outbox {
  // `place` tells ledgers and reviewers apart; `told` has state, conflicts and refused.
  constructor(place, told) {
    this.start = `digitizer:${place}:mark:`;
    this.told = told;
    this.sending = null;
    this.retry = null;
    this.offline = false;
    window.addEventListener("online", () => this.flush());
  }

  // Every decision has a key of its own, so that two windows never overwrite each other's. Ids rise with time.
  add(decisions) {
    for (const decision of decisions) localStorage.setItem(this.start + decision.client_id, JSON.stringify(decision));
    this.tell();
    return this.flush();
  }

  waiting() {
    const names = Object.keys(localStorage).filter((name) => name.startsWith(this.start));
    return names.sort().map((name) => JSON.parse(localStorage.getItem(name)));
  }

  // Resolves to true when nothing is left, to false when the server cannot be reached.
  flush() {
    this.sending ??= this.send().finally(() => { this.sending = null; });
    return this.sending;
  }

  async send() {
    clearTimeout(this.retry);
    let atOnce = AT_ONCE;
    for (;;) {
      const batch = this.waiting().slice(0, atOnce);
      if (!batch.length) break;
      try {
        const { conflicts } = await post("/api/decide", { decisions: batch });
        this.remove(batch);
        if (conflicts.length) this.told.conflicts(conflicts);
      } catch (error) {
        if (error instanceof Refused && error.status === 400) {
          // One of them is none that can be: it must not keep the others.
          if (batch.length === 1) this.giveUp(batch, error);
          atOnce = 1;
          continue;
        }
        // Kept: who is not let in any more opens the link again, and then it is sent.
        this.offline = true;
        this.tell(error.message);
        if (!(error instanceof Refused)) this.retry = setTimeout(() => this.flush(), RETRY_MS);
        return false;
      }
      this.tell();
    }
    this.offline = false;
    this.tell();
    return true;
  }

  remove(batch) {
    for (const { client_id } of batch) localStorage.removeItem(this.start + client_id);
  }

  giveUp(batch, error) {
    this.remove(batch);
    this.told.refused(batch[0], error.message);
  }

  tell(trouble = "") {
    this.told.state({ waiting: this.waiting().length, offline: this.offline, trouble });
  }
}

let counted = 0;

// A time, a count and 80 random bits: sorted by name, decisions are sent in the order in which they were made.
export function newId() {
  const random = crypto.getRandomValues(new Uint8Array(10));
  const hex = [...random].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  counted += 1;
  return `${Date.now().toString(16).padStart(12, "0")}${counted.toString(16).padStart(6, "0")}-${hex}`;
}
