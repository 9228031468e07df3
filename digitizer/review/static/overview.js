// The first page: how much waits, and where.

import { Shell } from "./shell.js";

new Shell({
  keys: () => [["1", "digit sheets"], ["2", "fields"], ["results"], ["undo"], ["help"]],
  act(action, event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "1") location.assign("/sheets");
    else if (event.key === "2") location.assign("/fields");
  },
  undone: () => location.reload(),
});
