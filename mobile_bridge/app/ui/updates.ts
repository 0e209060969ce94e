// Registers the worker that keeps the app in the phone, and offers a new version when there is one.

import { banner, button } from "./pieces";
import { t } from "./texts";

const WORKER = "/app/service-worker.js";

export function keepApp(): void {
  if (!("serviceWorker" in navigator)) return;
  const wasControlled = navigator.serviceWorker.controller !== null;
  navigator.serviceWorker.addEventListener("controllerchange", () => wasControlled && location.reload());
  void navigator.serviceWorker.register(WORKER, { scope: "/app" }).then(watch, () => undefined);
}

function watch(registration: ServiceWorkerRegistration): void {
  if (registration.waiting && registration.active) offer(registration.waiting);
  registration.addEventListener("updatefound", () => {
    const found = registration.installing;
    found?.addEventListener("statechange", () => {
      if (found.state === "installed" && registration.active) offer(found);
    });
  });
}

/** Everything is kept at every touch, so that changing the version loses nothing. */
function offer(worker: ServiceWorker): void {
  const place = document.getElementById("update");
  place?.replaceChildren(banner("info", t("update.ready"), " ", button(t("update.take"), () => worker.postMessage("take-over"))));
}
