/* Lets a reader hide an important update. What is hidden is known to this browser alone: localStorage, no cookie.
   What can be hidden waits for this unseen (pages.css). Where the page was painted before, what is hidden keeps
   its room and the way back stands in it: nothing moves until the reader does something. */
const KEY = "hidden-updates";
const section = document.querySelector(".updates");
let painted = [...document.querySelectorAll("hideable-update")].some(
  (update) => update.getAnimations().some((waiting) => waiting.startTime !== null));
let hidden = {};
try {
  hidden = { ...JSON.parse(localStorage.getItem(KEY)) };
} catch { /* no storage, or not ours: nothing is hidden */ }

const keep = () => {
  painted = false;
  try {
    localStorage.setItem(KEY, JSON.stringify(hidden));
  } catch { /* no storage: hidden for as long as the page is open */ }
};
const all = () => [...document.querySelectorAll("hideable-update")];
const wayBack = () => document.querySelector("hidden-updates");
const button = (words) => {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "tap plain";
  made.textContent = words;
  return made;
};

customElements.define("hideable-update", class extends HTMLElement {
  connectedCallback() {
    this.hidden = hidden[this.dataset.update] === this.dataset.wording;
  }
  hide() {
    hidden[this.dataset.update] = this.dataset.wording;
    keep();
    this.hidden = true;
    wayBack().count();
    wayBack().firstChild.focus();
  }
  show() {
    delete hidden[this.dataset.update];
    this.hidden = false;
  }
});

customElements.define("hide-update", class extends HTMLElement {
  connectedCallback() {
    const hide = button(this.dataset.words);
    hide.setAttribute("aria-label", this.dataset.name);
    hide.onclick = () => this.closest("hideable-update").hide();
    this.replaceChildren(hide);
  }
});

customElements.define("hidden-updates", class extends HTMLElement {
  connectedCallback() {
    const show = button("");
    show.onclick = () => {
      const back = all().filter((update) => update.hidden);
      back.forEach((update) => update.show());
      keep();
      back[0].querySelector("button").focus();
      this.count();
    };
    this.replaceChildren(show);
    this.count();
  }
  count() {
    const gone = all().filter((update) => update.hidden);
    this.firstChild.textContent = this.dataset.words.replace("{n}", gone.length);
    this.hidden = gone.length === 0;
    section.classList.toggle("painted", painted);
    const room = painted && gone.length ? [...section.children].indexOf(gone[0]) + 1 : "";
    for (const each of [...all(), this]) each.style.gridRow = each === gone[0] || each === this ? room : "";
  }
});
