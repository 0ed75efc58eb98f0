// Asks before a note that was begun and not added is left behind, whatever leads away from the page.
const form = document.querySelector(".note-form");
const box = form?.querySelector("textarea");
let isSent = false;
form?.addEventListener("submit", () => { isSent = true; });
addEventListener("beforeunload", (event) => {
  if (box?.value.trim() && !isSent) event.preventDefault();
});
