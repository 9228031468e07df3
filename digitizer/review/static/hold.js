// Keeps what is on the screen from others for as long as somebody is at it.

import { post } from "./net.js";

const EVERY_MS = 60_000; // far below the half hour after which the server deals it to others
const HIDDEN_MS = 10 * 60_000; // behind another window for longer, others may have it
const UNTOUCHED_MS = 2 * 3600_000; // in sight, but whoever left the screen on went home

export function keepHolding() {
  let used = Date.now();
  const touch = () => { used = Date.now(); };
  const limit = () => (document.visibilityState === "visible" ? UNTOUCHED_MS : HIDDEN_MS);
  const hold = () => {
    // Whatever fails: the next one may not, and who has come too late is told when they decide.
    if (Date.now() - used < limit()) post("/api/hold").catch(() => {});
  };
  for (const kind of ["keydown", "pointerdown", "wheel"]) addEventListener(kind, touch, { capture: true, passive: true });
  document.addEventListener("visibilitychange", () => { touch(); hold(); });
  setInterval(hold, EVERY_MS);
}
