/* "Back to the queue" leads to the list one came from, with its filters: what queue.js left in this tab. */
try {
  const list = sessionStorage.getItem("queue");
  if (list) for (const back of document.querySelectorAll("a[data-back-to-queue]")) back.search = list;
} catch { /* no storage: it leads to the whole queue */ }
