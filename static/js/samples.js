// Keeps the number on the button in step with what is ticked. Without it, the number is that of the page as it came.
const boxes = [...document.querySelectorAll("#samples [name=sample]")];
const button = document.querySelector("#samples [name=remove]");

// What is not ticked or cannot go stays, and so does every page above a page that stays.
function going() {
  const stays = (box) => !box.checked || "fixed" in box.dataset;
  const held = boxes.filter((box) => stays(box) && box.dataset.path).map((box) => box.dataset.path);
  const holds = (path) => path && held.some((each) => each.startsWith(path));
  return boxes.filter((box) => !stays(box) && !holds(box.dataset.path)).length;
}

function count() {
  button.textContent = button.dataset.says.replace("{count}", going());
}

if (button) {
  document.querySelector("#samples").addEventListener("change", count);
  count();
}
