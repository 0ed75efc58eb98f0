/* What an open staff page asks for by itself, as against what a person does: it does not keep anybody logged in. */
export const EVERY = 30_000;

export const ask = async (address, fields, options = {}) => {
  const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
  try {
    const answer = await fetch(address, {
      method: "POST",
      headers: { "X-CSRFToken": token, "X-Clinic-Background": "1" },
      body: new URLSearchParams(fields),
      redirect: "error", // logged off meanwhile
      ...options,
    });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null; // no connection: asked again in a while
  }
};

/* Only while the page is in front of somebody. */
export const repeat = (task) => {
  const unlessHidden = () => document.visibilityState === "visible" && task();
  setInterval(unlessHidden, EVERY);
  document.addEventListener("visibilitychange", unlessHidden);
};
