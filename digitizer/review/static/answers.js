// What a field of each kind takes, and how that is told in words: rows of boxes, a number in one frame, a tick box.

const REASONS = {
  low_confidence: "not sure enough", unreadable: "ink that could not be read", "rule:required": "nothing is written where something has to be",
  qa_sample: "a sample, keyed blind to measure errors",
};
const TITLES = {
  field: "Field", second: "Second look: key what you see, the first value is hidden",
  third: "Third look: two people said different things",
};
const LEFT_TO_OTHERS = "Cannot tell: somebody else gets the field.";
const OF_MARK = { 1: "Ticked.", _: "Not ticked.", x: "Blackened: taken back.", "?": LEFT_TO_OTHERS };
const OF_NUMBER = { _: "Nothing is written.", x: "Crossed out.", "?": LEFT_TO_OTHERS, "": "" };
const SHARED_KEYS = [["accept"], ["show", "whole page"], ["skip"], ["undo"], ["results"], ["help"]];

export const titleOf = (task) => TITLES[task.screen];
export const isNumber = (task) => task.count === 0;
export const isMark = (task) => task.kind === "mark";

export function keysFor(task) {
  if (!task) return [["1", "digit sheets"], ["accept", "look again"], ["undo"], ["results"], ["help"]];
  if (isMark(task)) return [["1", "ticked"], ["0", "not ticked"], ["void", "blackened"], ["unsure"], ...SHARED_KEYS];
  const blank = isNumber(task) ? ["blank", "nothing written"] : ["blank"];
  return [["0–9", "digit"], blank, ["void"], ["unsure"], ["← →", "move"], ["Backspace", "clear"], ...SHARED_KEYS];
}

// The symbol that a key stands for in this field, "" for none.
export function symbolFor(task, symbol) {
  if (!isMark(task)) return symbol;
  return symbol === "0" ? "_" : "1_x?".includes(symbol) ? symbol : "";
}

// What is left of a text that was pasted, or came by an input method.
export function cleaned(task, text) {
  const symbols = [...text].filter((symbol) => /[0-9_x?]/.test(symbol)).map((symbol) => symbolFor(task, symbol)).join("");
  return isNumber(task) ? symbols.replace(/\D/g, "") || symbols.slice(0, 1) : symbols.slice(0, 1);
}

// A number is of digits, or one symbol says what is there instead.
export function putInto(element, symbol) {
  if (/[0-9]/.test(symbol) && !/\D/.test(element.value)) {
    element.setRangeText(symbol, element.selectionStart, element.selectionEnd, "end");
  } else {
    element.value = symbol;
  }
}

export function meaning(task, symbols) {
  if (isMark(task)) return OF_MARK[symbols] ?? "";
  if (isNumber(task)) return OF_NUMBER[symbols] ?? (symbols.length === 1 ? "1 digit." : `${symbols.length} digits.`);
  return symbols.includes("?") ? LEFT_TO_OTHERS : "";
}

export function why(task) {
  if (task.screen !== "field") return "";
  const reason = REASONS[task.reason] ?? task.reason.replace(/^rule:/, "against the rule ");
  const sure = task.blind || task.reason === "unreadable" ? "" : ` What was read is ${Math.floor(task.confidence * 100)} % sure.`;
  return `Why: ${reason}.${sure}`;
}

export function missingText(task) {
  if (isMark(task)) return "Neither ticked nor not ticked yet: 1 or 0.";
  return isNumber(task) ? "No number yet; that nothing is written has a key of its own." : "This box is not filled in yet.";
}

export const refusedText = (task) => (isMark(task) ? "A tick box is ticked, 1, or not, 0." : "That is no digit.");
export const fullText = "That was the last box: arrows go back, Backspace clears it.";
