/* Says that this request is open here, and who else has it open. */
import { ask, repeat } from "./background.js";

const line = document.getElementById("looking");
const address = location.pathname.replace(/(\/\d+\/).*/, "$1looking/"); // from any page about a request

const renew = async () => {
  const news = await ask(address, {});
  const words = news?.looking ?? line.textContent;
  if (words !== line.textContent) line.textContent = words;
};

repeat(renew);
addEventListener("pagehide", () => ask(address, { left: "1" }, { keepalive: true }));
addEventListener("pageshow", (event) => event.persisted && renew());
