// Where typing goes in the boxes of a field: on to the next that waits, or box by box from where a person began.

export class Cursor {
  constructor(inputs, isDoubtful) {
    [this.inputs, this.isDoubtful] = [inputs, isDoubtful];
    this.place = 0; // also while something else has the focus
    this.boxByBox = false;
    this.isTheirs = false; // whether a person has put it where it is
    this.isPast = false; // the last box is filled in: what is typed now is no word about it
  }

  // Put by the page, which leads on to what waits.
  start(index) {
    [this.boxByBox, this.isTheirs] = [false, false];
    this.go(index);
  }

  // Put by the person: where that leads is clear when they type there, for they may be on their way.
  move(index) {
    this.isTheirs = true;
    this.go(index);
  }

  // The focus came here, by the page, by Tab or the mouse, or back from another window.
  entered(index) {
    if (index !== this.place) this.move(index);
  }

  go(index) {
    this.place = Math.max(0, Math.min(this.inputs.length - 1, index));
    this.isPast = false;
    const element = this.inputs[this.place];
    element.focus();
    element.select();
    element.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  back() {
    this.inputs[this.place].focus();
  }

  // Fills in the box, and goes on. A doubtful box that was typed before may be mended either way.
  fill(symbol) {
    const { inputs, place } = this;
    const box = inputs[place];
    if (this.isTheirs) this.boxByBox = !box.classList.contains("open") && (this.boxByBox || !this.isDoubtful(place));
    this.isTheirs = false;
    box.value = symbol;
    box.classList.remove("open");
    const waiting = [...inputs.keys()].filter((index) => !inputs[index].value);
    const next = this.boxByBox || !waiting.length ? place + 1 : waiting.find((index) => index > place) ?? waiting[0];
    this.go(next);
    if (next < inputs.length) return;
    box.setSelectionRange(1, 1);
    this.isPast = true;
  }

  // Empties the box, or the one before an empty one.
  clear() {
    this.move(this.inputs[this.place].value ? this.place : this.place - 1);
    this.inputs[this.place].value = "";
  }
}
