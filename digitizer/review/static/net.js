// Talks to the server; everything goes as JSON by POST, but progress, which only reads.

export class Refused extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

const RETRY_CODES = new Set([502, 503, 504]);

export async function post(path, body = {}) {
  let answer;
  try {
    answer = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Error("The server does not answer.");
  }
  return read(answer);
}

export async function get(path) {
  let answer;
  try {
    answer = await fetch(path);
  } catch {
    throw new Error("The server does not answer.");
  }
  return read(answer);
}

async function read(answer) {
  const told = await answer.json().catch(() => ({}));
  if (answer.ok) return told;
  const message = told.error || `The server answers ${answer.status}.`;
  throw RETRY_CODES.has(answer.status) ? new Error(message) : new Refused(message, answer.status);
}

export function leave(path, body = {}) {
  navigator.sendBeacon(path, new Blob([JSON.stringify(body)], { type: "application/json" }));
}
