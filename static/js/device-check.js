/* Tests camera, microphone and browser for a virtual visit. Nothing is recorded and nothing leaves the page;
   all words are <template data-say="…"> of the page. A device is asked for only after a press: of a button here,
   or of the link that led here from the page without the test. */
const POLL_MILLISECONDS = 100;
const SAMPLES = 8192; // about 170 ms: longer than a poll, so that no tap falls between two
const HEARD_STRENGTH = 0.02; // root mean square, of 1
const HEARD_POLLS = 2;
const SILENCE_POLLS = 80;
const PATIENCE_POLLS = 10; // for a browser that lets no sound run before a press on this very page
const REASONS = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "none",
  OverconstrainedError: "none",
  NotReadableError: "busy",
  AbortError: "busy",
};
const KINDS = {
  camera: { input: "videoinput", ask: (which) => ({ video: { facingMode: "user", ...which } }) },
  // As it is: a browser's noise suppression would take away a hum or a tap.
  microphone: {
    input: "audioinput",
    ask: (which) => ({ audio: { echoCancellation: false, noiseSuppression: false, ...which } }),
  },
};

const root = document.querySelector(".check");
const part = (name) => root.querySelector(`[data-part="${name}"]`);
const press = (name) => root.querySelector(`[data-do="${name}"]`);
const words = (message) => root.querySelector(`[data-say="${message}"]`).content.cloneNode(true);
const say = (place, message) => part(place).replaceChildren(...(message ? [words(message)] : []));
const video = root.querySelector("video");
const level = root.querySelector("meter");

const open = { camera: null, microphone: null }; // the tracks in use
let sound = null; // the AudioContext of this test
let poll = 0;
let seen = false;
let heard = false;
let test = 0; // counts up with each start and stop: an answer for an earlier one is too late
let startedWith = "both";

function browserCan() {
  const can = {
    secure: window.isSecureContext,
    media: Boolean(navigator.mediaDevices?.getUserMedia && window.AudioContext),
    calls: Boolean(window.RTCPeerConnection),
  };
  part("browser").replaceChildren(...Object.keys(can).map((name) => words(`${name}-${can[name] ? "yes" : "no"}`)));
  if (can.secure && can.media && can.calls) return true;
  say("news", can.secure ? "old" : "insecure");
  return false;
}

async function start(way) {
  const mine = ++test;
  startedWith = way;
  heard = false;
  Object.keys(KINDS).forEach(close);
  say("camera-result", way === "both" ? "untested" : "camera-off");
  say("microphone-result", "untested");
  sound ??= new AudioContext(); // within the press: later, a browser may refuse to let it run
  say("news", "asking");
  await openAll(way === "both" ? ["camera", "microphone"] : ["microphone"], mine);
}

/* One question for all; where one device fails, each alone, to know which. */
async function openAll(kinds, mine, which) {
  try {
    const wishes = Object.assign({}, ...kinds.map((kind) => KINDS[kind].ask(which)));
    const stream = await navigator.mediaDevices.getUserMedia(wishes);
    if (mine !== test) return stream.getTracks().forEach((track) => track.stop());
    say("news");
    stream.getTracks().forEach((track) => use(track.kind === "video" ? "camera" : "microphone", track));
  } catch (error) {
    if (mine !== test) return;
    const reason = REASONS[error.name] ?? "unexpected";
    if (kinds.length > 1 && reason !== "denied") {
      for (const kind of kinds) await openAll([kind], mine);
    } else {
      fail(kinds, reason);
    }
  }
}

function fail(kinds, reason) {
  const ofOne = reason === "none" || reason === "busy";
  const alone = startedWith === "microphone" && reason === "denied";
  say("news", ofOne ? "" : alone ? "denied-microphone" : reason);
  if (ofOne) say(`${kinds[0]}-result`, `${kinds[0]}-${reason}`);
  kinds.forEach(close);
  conclude();
}

function use(kind, track) {
  close(kind);
  open[kind] = track;
  track.onended = () => {
    close(kind);
    say(`${kind}-result`, `${kind}-lost`);
    conclude();
  };
  if (kind === "camera") look(track);
  else listen(track);
  part(kind).hidden = false;
  showRunning();
  if (kind === "camera") part("stage").scrollIntoView({ block: "nearest" });
  offerChoice(kind);
}

function look(track) {
  video.onplaying = () => {
    seen = true;
    say("camera-result", "camera-works");
    conclude();
  };
  video.srcObject = new MediaStream([track]);
  video.play().catch(() => {}); // the picture was taken away again
}

function listen(track) {
  const analyser = sound.createAnalyser();
  analyser.fftSize = SAMPLES;
  sound.createMediaStreamSource(new MediaStream([track])).connect(analyser);
  sound.resume();
  const samples = new Float32Array(SAMPLES);
  let loud = 0;
  let polls = 0;
  let waited = 0;
  say("microphone-result", "microphone-listening");
  poll = setInterval(() => {
    if (sound.state !== "running") {
      if (++waited === PATIENCE_POLLS) stop("press");
      return;
    }
    analyser.getFloatTimeDomainData(samples);
    const strength = Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / SAMPLES);
    level.value = 1.2 + Math.log10(strength + 1e-9) * 0.4; // from -60 to -10 dB
    if (strength > HEARD_STRENGTH && ++loud === HEARD_POLLS) {
      heard = true;
      say("microphone-result", "microphone-works");
      conclude();
    }
    if (++polls === SILENCE_POLLS && loud < HEARD_POLLS) say("microphone-result", "microphone-silent");
  }, POLL_MILLISECONDS);
}

async function offerChoice(kind) {
  const devices = await navigator.mediaDevices.enumerateDevices();
  if (!open[kind]) return;
  const found = devices.filter((device) => device.kind === KINDS[kind].input && device.deviceId);
  const choice = root.querySelector(`[data-choice="${kind}"]`);
  choice.replaceChildren(
    ...found.map((device, n) => new Option(device.label || `${choice.dataset.unnamed} ${n + 1}`, device.deviceId)),
  );
  choice.value = open[kind].getSettings().deviceId;
  part(`${kind}-choice`).hidden = found.length < 2;
}

function close(kind) {
  open[kind]?.stop();
  open[kind] = null;
  part(kind).hidden = true;
  if (kind === "camera") {
    seen = false;
    video.srcObject = null;
  } else {
    clearInterval(poll);
    level.value = 0;
  }
}

function conclude() {
  showRunning();
  if (!heard || !open.microphone) return;
  if (!open.camera) say("news", "ready-without-camera");
  else if (seen) say("news", "ready");
}

/* Swaps the ways to start and the way to stop; a focus on what is gone goes with them. */
function showRunning() {
  const running = Boolean(open.camera || open.microphone);
  part("running").hidden = part("stage").hidden = !running;
  part("ways").hidden = running;
  const focused = document.activeElement;
  if (part("test").contains(focused) && !focused.checkVisibility()) press(running ? "stop" : startedWith).focus();
}

function stop(why = "stopped") {
  test += 1;
  Object.keys(KINDS).forEach(close);
  sound?.close();
  sound = null;
  say("news", why);
  showRunning();
}

function change(kind, id) {
  close(kind);
  part(kind).hidden = false; // the choice keeps the focus while the other device opens
  if (kind === "microphone") heard = false;
  openAll([kind], test, { deviceId: { exact: id } });
}

const able = browserCan();
if (able) {
  const doing = {
    both: () => start("both"),
    microphone: () => start("microphone"),
    stop: () => stop(),
    "camera-off": () => {
      close("camera");
      say("camera-result", "camera-off");
      conclude();
    },
  };
  root.addEventListener("click", (event) => doing[event.target.closest("[data-do]")?.dataset.do]?.());
  root.addEventListener("change", ({ target }) => change(target.dataset.choice, target.value));
  navigator.mediaDevices.addEventListener("devicechange", () => {
    Object.keys(KINDS).filter((kind) => open[kind]).forEach(offerChoice);
  });
  window.addEventListener("pagehide", () => sound && stop());
} else {
  part("ways").hidden = true;
}
Object.keys(KINDS).forEach((kind) => say(`${kind}-result`, "untested"));
part("by-hand").hidden = true;
part("test").hidden = false;
const [here] = location.href.split("?");
const way = new URLSearchParams(location.search).get("test");
const [arrival] = performance.getEntriesByType("navigation");
// Not by reloading or going back: a place in the history keeps whom it was reached from.
if (able && arrival.type === "navigate" && document.referrer.split(/[?#]/)[0] === here) {
  history.replaceState(null, "", here);
  press(way).focus(); // of the same name as the link that was pressed
  start(way);
}
