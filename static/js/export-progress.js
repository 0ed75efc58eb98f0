/* Shows how far a download is. Without it, the page shows so on reload. */
const state = document.querySelector("#export-state[data-progress]");
const bar = document.querySelector(".export-progress");
const form = document.querySelector("#download");
const PAUSE = 2000;

async function look() {
  let told;
  try {
    const response = await fetch(state.dataset.progress, { headers: { "X-Clinic-Background": "1" } });
    if (!response.ok || response.redirected) return;
    told = await response.json();
  } catch {
    setTimeout(look, PAUSE); // no connection: asked again
    return;
  }
  if (state.textContent !== told.words) state.textContent = told.words;
  bar.value = told.written;
  bar.hidden = told.state !== "begun";
  if (told.state === "begun") setTimeout(look, PAUSE);
}

if (state && form) {
  // The answer to the form is a file, so that this page stays.
  form.addEventListener("submit", () => {
    setTimeout(() => { form.hidden = true; }, 0);
    setTimeout(look, PAUSE / 4);
  });
} else if (state) {
  setTimeout(look, PAUSE);
}
