// Puts rows in order: by dragging, by buttons, by arrow keys on the buttons. Without it, the buttons of the order
// screen send the form, and the rows of a page's form have a number to type.
const words = document.currentScript.dataset;

const live = document.createElement("p");
live.className = "visually-hidden";
live.setAttribute("role", "status");

function told(rows, row) {
  const place = rows.indexOf(row) + 1;
  live.textContent = words.moved.replace("{place}", place).replace("{count}", rows.length);
}

// Moves a row among its list's rows; `list()` gives them as they stand, `changed` is called after.
function move(list, row, by, changed) {
  const rows = list();
  const to = rows.indexOf(row) + by;
  if (to < 0 || to >= rows.length) return;
  if (by < 0) rows[to].before(row);
  else rows[to].after(row);
  changed();
  told(list(), row);
}

function onArrows(button, step) {
  button.addEventListener("keydown", (event) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!by) return;
    event.preventDefault();
    step(by);
    button.focus();
  });
}

function screen(form) {
  const list = () => [...form.querySelectorAll("[data-row]")];
  const nothing = () => {};
  let dragged = null;
  for (const hint of form.querySelectorAll(".scripted")) hint.hidden = false;
  for (const row of list()) {
    if (!row.querySelector("[data-by]")) continue;
    row.draggable = true;
    for (const button of row.querySelectorAll("[data-by]")) {
      button.type = "button";
      button.addEventListener("click", () => {
        move(list, row, Number(button.dataset.by), nothing);
        button.focus();
      });
      onArrows(button, (by) => move(list, row, by, nothing));
    }
    row.addEventListener("dragstart", (event) => {
      dragged = row;
      row.classList.add("dragged");
      event.dataTransfer.effectAllowed = "move";
    });
    row.addEventListener("dragend", () => {
      row.classList.remove("dragged");
      told(list(), row);
      dragged = null;
    });
    row.addEventListener("dragover", (event) => {
      if (!dragged || dragged === row) return;
      event.preventDefault();
      const box = row.getBoundingClientRect();
      if (event.clientY < box.top + box.height / 2) row.before(dragged);
      else row.after(dragged);
    });
    row.addEventListener("drop", (event) => event.preventDefault());
  }
}

// The rows of one kind in a page's form: points, facts, sources. Their order is the number in `position`.
function inline(group) {
  const rowsWithPosition = () =>
    [...group.querySelectorAll(".inline-related:not(.empty-form), tr.form-row:not(.empty-form)")].filter(position);
  const position = (row) => row.querySelector('input[name$="-position"]');
  const language = (row) => row.querySelector(`[name$="-language"]`)?.value;
  const list = (row) => rowsWithPosition().filter((other) => language(other) === language(row));
  const number = (row) => list(row).forEach((each, index) => (position(each).value = index));

  function dress(row) {
    if (!position(row) || row.querySelector(".inline-moves")) return;
    const moves = document.createElement("span");
    moves.className = "inline-moves";
    for (const [by, sign, word] of [[-1, "↑", words.up], [1, "↓", words.down]]) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = sign;
      button.setAttribute("aria-label", word);
      const step = (way) => move(() => list(row), row, way, () => number(row));
      button.addEventListener("click", () => {
        step(by);
        button.focus();
      });
      onArrows(button, step);
      moves.append(button);
    }
    position(row).after(moves);
  }

  rowsWithPosition().forEach(dress);
  group.addEventListener("formset:added", (event) => {
    dress(event.target);
    if (position(event.target)) number(event.target);
  });
}

document.body.append(live);
const form = document.getElementById("order");
if (form) screen(form);
document.querySelectorAll(".inline-group").forEach(inline);
