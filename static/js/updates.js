/* Lets a reader hide an important update. What is hidden is known to this browser alone: localStorage, no cookie.
   Runs before the notices are parsed, so that a hidden one is never painted and nothing moves. */
(() => {
  const KEY = "hidden-updates";
  let hidden = {};
  try {
    hidden = { ...JSON.parse(localStorage.getItem(KEY)) };
  } catch { /* no storage, or not ours: nothing is hidden */ }

  const keep = () => {
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
      const number = all().filter((update) => update.hidden).length;
      this.firstChild.textContent = this.dataset.words.replace("{n}", number);
      this.hidden = number === 0;
    }
  });
})();
