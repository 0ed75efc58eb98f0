// Shows beside a Markdown field what readers will see, and what cannot be saved as it is.
// The server renders and cleans the text; nothing is stored. Without this script the field is a plain text box.
const QUIET_MILLISECONDS = 400;
const current = new WeakMap();

const isField = element => element instanceof HTMLTextAreaElement && element.closest(".md") !== null;

function asked(field, box) {
  const named = name => field.form.elements.namedItem(name);
  const body = new URLSearchParams({text: field.value});
  body.set("csrfmiddlewaretoken", named("csrfmiddlewaretoken").value);
  const language = named(field.name.replace(/[^-]+$/, "language"));
  if (language) body.set("language", language.value);
  if (box.classList.contains("md-line")) body.set("line", "1");
  return body;
}

async function show(field) {
  const box = field.closest(".md");
  current.get(field)?.abort();
  const controller = new AbortController();
  current.set(field, controller);
  try {
    const response = await fetch(box.dataset.previewUrl, {
      method: "POST", body: asked(field, box), signal: controller.signal, redirect: "error",
    });
    if (!response.ok) throw new Error(response.statusText);
    const {html, problems} = await response.json();
    const preview = box.querySelector(".md-preview");
    preview.innerHTML = html;
    for (const link of preview.querySelectorAll("a")) link.target = "_blank";
    tell(box, problems);
  } catch (error) {
    if (error.name !== "AbortError") tell(box, [box.dataset.failed]);
  }
}

// Says it once: the same problems are not read aloud again with every key.
function tell(box, problems) {
  const place = box.querySelector(".md-problems");
  if (place.dataset.told === problems.join("\n")) return;
  place.dataset.told = problems.join("\n");
  const list = document.createElement("ul");
  list.append(...problems.map(problem => Object.assign(document.createElement("li"), {textContent: problem})));
  place.replaceChildren(...(problems.length ? [list] : []));
}

const timers = new WeakMap();
document.addEventListener("input", ({target}) => {
  if (!isField(target)) return;
  clearTimeout(timers.get(target));
  timers.set(target, setTimeout(show, QUIET_MILLISECONDS, target));
});

const firstSeen = new IntersectionObserver(entries => {
  for (const {isIntersecting, target} of entries) {
    if (!isIntersecting) continue;
    firstSeen.unobserve(target);
    if (target.value) show(target);
  }
});
for (const box of document.querySelectorAll(".md")) {
  box.classList.add("md-live");
  box.querySelector(".md-side").hidden = false;
  firstSeen.observe(box.querySelector("textarea"));
}
