/* Single keys for the frequent steps. Whatever carries data-key can be reached by it: a button or link is pressed,
   a box to write in gets the focus. "?" lists them, by the names of the controls themselves.
   They can be turned off (WCAG 2.1.4), and are remembered so by this browser alone. */
const OFF = "triage-keys-off";
const dialog = document.getElementById("shortcuts");
const toggle = dialog.querySelector("[role=switch]");
const list = dialog.querySelector("dl");

let off = false;
try {
  off = localStorage.getItem(OFF) === "1";
} catch { /* no storage: on, and off for as long as the page is open */ }

const keyed = () => [...document.querySelectorAll("[data-key]")].filter((each) => each.dataset.key && each.checkVisibility());
const nameOf = (each) => each.dataset.keyName ?? each.textContent.trim();
const writes = (element) => element.matches("input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable]");

const apply = () => {
  document.documentElement.classList.toggle("keys-on", !off);
  toggle.checked = !off;
  for (const each of document.querySelectorAll("[data-key]")) {
    if (off) each.removeAttribute("aria-keyshortcuts");
    else each.setAttribute("aria-keyshortcuts", each.dataset.key);
  }
};

const line = (key, name) => {
  const [term, detail, shown] = ["dt", "dd", "kbd"].map((tag) => document.createElement(tag));
  shown.textContent = key.toUpperCase();
  term.append(shown);
  detail.textContent = name;
  return [term, detail];
};

const show = () => {
  list.replaceChildren(...keyed().flatMap((each) => line(each.dataset.key, nameOf(each))), ...line("?", list.dataset.nameHelp));
  dialog.showModal();
};

const press = (element) => {
  if (!writes(element)) return element.click();
  element.scrollIntoView({ block: "center" });
  element.focus();
};

document.addEventListener("keydown", (event) => {
  const held = event.ctrlKey || event.metaKey || event.altKey;
  if (off || held || event.repeat || event.isComposing || event.defaultPrevented || dialog.open || writes(event.target)) return;
  if (event.key === "?") {
    event.preventDefault();
    return show();
  }
  const element = keyed().find((each) => each.dataset.key === event.key.toLowerCase());
  if (!element) return;
  event.preventDefault();
  press(element);
});

toggle.addEventListener("change", () => {
  off = !toggle.checked;
  try {
    localStorage.setItem(OFF, off ? "1" : "0");
  } catch { /* no storage */ }
  apply();
});

for (const opener of document.querySelectorAll("[data-opens=shortcuts]")) {
  opener.addEventListener("click", show);
  opener.closest("[hidden]").hidden = false;
}
apply();
