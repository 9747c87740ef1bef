// Keeps the page itself on the phone, and brings it up to date: a new version lies there whole before it is offered, and
// waits until the person takes it.
const CHECK_EVERY_MS = 3_600_000;

/** Install the service worker. `idle()` resolves when nothing is being done that a reload would cut short. */
export async function keepPage(view, idle) {
  const workers = navigator.serviceWorker;
  if (!workers) return; // not reached by https
  let hadOne = Boolean(workers.controller);
  workers.addEventListener("controllerchange", async () => {
    if (hadOne) await idle().then(() => location.reload());
    hadOne = true;
  });
  const registration = await workers.register("/field/service-worker.js", { scope: "/field" });
  const offer = (worker) => worker && workers.controller && view.offerUpdate(() => worker.postMessage("take-over"));
  offer(registration.waiting);
  registration.addEventListener("updatefound", () => {
    const worker = registration.installing;
    worker.addEventListener("statechange", () => worker.state === "installed" && offer(worker));
  });
  checkNowAndThen(registration);
}

/** A page that stays open for days is never asked by the browser whether it is old. */
function checkNowAndThen(registration) {
  let checkedAt = Date.now();
  const check = () => {
    if (document.visibilityState !== "visible" || Date.now() - checkedAt < CHECK_EVERY_MS) return;
    checkedAt = Date.now();
    registration.update().catch(() => {}); // no signal: the next look will do
  };
  document.addEventListener("visibilitychange", check);
  addEventListener("online", check);
  setInterval(check, CHECK_EVERY_MS);
}
