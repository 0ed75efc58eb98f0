/* "Back to the queue" leads to the list one came from, with its filters, and "Back to the search" to what was found:
   what queue.js left in this tab. */
try {
  const list = sessionStorage.getItem("queue");
  if (list) for (const back of document.querySelectorAll("a[data-back-to-queue]")) {
    back.search = list;
    if (new URLSearchParams(list).has("found")) back.textContent = back.dataset.searched;
  }
} catch { /* no storage: it leads to the whole queue */ }
