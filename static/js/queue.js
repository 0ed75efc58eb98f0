/* Says in the list who looks at which request, and that others have arrived. No row moves by itself.
   This tab remembers which list it is, so that one can go back to it from a request (back-to-queue.js). */
import { ask, repeat } from "./background.js";

try {
  sessionStorage.setItem("queue", location.search);
} catch { /* no storage: the way back leads to the whole queue */ }

const news = document.getElementById("queue-news");
const rows = [...document.querySelectorAll(".looking[data-request]")];

const show = (words) => {
  if (!words || news.dataset.shown === words) return;
  news.dataset.shown = words;
  const link = document.createElement("a");
  link.href = news.dataset.home;
  link.className = "tap";
  link.textContent = news.dataset.link;
  news.replaceChildren(`${words}. `, link);
};

repeat(async () => {
  const shown = rows.map((row) => row.dataset.request).join(",");
  const told = await ask(news.dataset.address, { shown, opened: news.dataset.opened });
  if (!told) return;
  show(told.arrived);
  for (const row of rows) {
    const words = told.looking[row.dataset.request] ?? "";
    if (row.textContent !== words) row.textContent = words;
  }
});
