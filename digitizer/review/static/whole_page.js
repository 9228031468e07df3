// The page that a field stands on, upright, with the field in the light.

import { post } from "./net.js";
import { outline, picture, spotlight } from "./picture.js";

const at = (id) => document.getElementById(id);

export async function showWholePage(dialog, { key, scan }) {
  at("page-title").textContent = `${scan}, page ${key.page}`;
  at("page-place").textContent = "The page is fetched…";
  dialog.showModal();
  try {
    const page = await post("/api/page", { key });
    const drawing = picture(page.image, page.width, page.height, [0, 0, page.width, page.height], `Page ${key.page} with field ${key.field} framed`);
    drawing.append(spotlight(page.width, page.height, page.frame), ...page.cells.map((points) => outline(points, "doubt")));
    at("page-place").replaceChildren(drawing);
  } catch (error) {
    at("page-place").textContent = error.message;
  }
}
