// Warns two minutes before the log-off, which the server does by itself, and hides what is on the screen after it.
// The server alone knows how long is left: another tab, or what a person did there, may have made it longer.
const dialog = document.getElementById("staff-session");
const loggedOff = document.getElementById("staff-logged-off");
const { left: address, logIn, account } = dialog.dataset;
const WARN = 120;
const ASK_AGAIN = 15;
let ends = 0; // by the clock of this page, as of the server's last answer
let timer = 0;

const secondsLeft = () => Math.round((ends - Date.now()) / 1000);

async function ask(options = {}) {
  clearTimeout(timer);
  try {
    const headers = { "X-Clinic-Background": "1" };
    const answer = await fetch(address, { cache: "no-store", headers, ...options });
    if (!answer.ok) throw new Error(answer.status);
    const told = await answer.json();
    told.seconds = told.account === Number(account) ? told.seconds : 0;
    ends = Date.now() + told.seconds * 1000;
    show(told);
  } catch {
    // No answer, as when the network is away: what was known before still holds.
    if (ends) show({ seconds: secondsLeft(), may_stay: true });
    else later(ASK_AGAIN);
  }
}

function later(seconds) {
  clearTimeout(timer);
  timer = setTimeout(ask, Math.max(1, seconds) * 1000);
}

function show({ seconds, may_stay: mayStay }) {
  if (seconds <= 0) return hide();
  reveal();
  if (seconds > WARN) {
    if (dialog.open) dialog.close();
    delete dialog.dataset.seen;
    return later(seconds - WARN);
  }
  dialog.querySelector("[data-may-stay]").hidden = !mayStay;
  dialog.querySelector("[data-may-not-stay]").hidden = mayStay;
  dialog.querySelector("[data-stay]").hidden = !mayStay;
  dialog.querySelector("[data-close]").hidden = mayStay;
  count(seconds);
  if (!dialog.open && !dialog.dataset.seen) dialog.showModal();
  return later(Math.min(ASK_AGAIN, seconds));
}

// The time in words, at four moments only: a screen reader would read each change.
function count(seconds) {
  const marks = [...dialog.querySelectorAll("[data-at]")];
  const now = marks.findLast((mark) => seconds <= Number(mark.dataset.at)) ?? marks[0];
  for (const mark of marks) mark.hidden = mark !== now;
}

const typed = () =>
  [...document.querySelectorAll("#content textarea, #content input")].some(
    (field) => field.type !== "hidden" && !field.readOnly && field.value !== field.defaultValue,
  );

function hide() {
  if (dialog.open) dialog.close();
  if (!typed()) {
    const next = encodeURIComponent(location.pathname + location.search);
    document.documentElement.classList.add("is-logged-off");
    return location.replace(`${logIn}?next=${next}`);
  }
  if (loggedOff.hidden) {
    document.documentElement.classList.add("is-logged-off");
    loggedOff.hidden = false;
    loggedOff.focus();
  }
  return later(ASK_AGAIN);
}

function reveal() {
  if (loggedOff.hidden) return;
  loggedOff.hidden = true;
  document.documentElement.classList.remove("is-logged-off");
}

function stay() {
  const body = new FormData(dialog.querySelector("[data-stay]"));
  if (dialog.open) dialog.close();
  ask({ method: "POST", body });
}

dialog.querySelector("[data-stay]").addEventListener("submit", (event) => {
  event.preventDefault();
  stay();
});
const close = () => {
  dialog.dataset.seen = "1";
  dialog.close();
};
dialog.querySelector("[data-close]").addEventListener("click", close);
dialog.addEventListener("cancel", (event) => {
  event.preventDefault();
  if (dialog.querySelector("[data-stay]").hidden) close();
  else stay();
});
// A computer that slept, a tab that was in the background: its timers stood still.
document.addEventListener("visibilitychange", () => document.hidden || ask());
window.addEventListener("pageshow", (event) => event.persisted && ask());
ask();
