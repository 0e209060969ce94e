// Starts the app: the language, the screens, the sending, and the worker that keeps the app for when there is no link.

import { pinKeys } from "./send/trust";
import { startSending } from "./send/sender";
import { onChange } from "./store/changes";
import { readHome } from "./store/facts";
import { askedScreen, betterScreen } from "./ui/better";
import { beginScreen } from "./ui/begin";
import { failure, drawFrame, watchLink } from "./ui/frame";
import { homeScreen } from "./ui/home";
import { messageScreen } from "./ui/message";
import { photosScreen } from "./ui/photos";
import { placeScreen } from "./ui/place";
import { questionsScreen } from "./ui/questions";
import { reviewScreen } from "./ui/review";
import { Router } from "./ui/router";
import { sentScreen } from "./ui/sent";
import { setLanguage } from "./ui/texts";
import { keepApp } from "./ui/updates";

const ID = "([0-9a-f-]{36})";

async function start(): Promise<void> {
  const main = document.querySelector("main");
  if (!main) throw new Error("the shell has no main part");
  await chooseLanguage();
  openWanted();
  watchLink();
  const router = new Router(
    main,
    [
      [/^\/$/, homeScreen],
      [new RegExp(`^/new(?:/${ID})?$`), beginScreen],
      [new RegExp(`^/c/${ID}/place$`), placeScreen],
      [new RegExp(`^/c/${ID}/questions$`), questionsScreen],
      [new RegExp(`^/c/${ID}/photos$`), photosScreen],
      [new RegExp(`^/c/${ID}/review$`), reviewScreen],
      [new RegExp(`^/c/${ID}$`), sentScreen],
      [new RegExp(`^/message/${ID}$`), messageScreen],
      [new RegExp(`^/asked/${ID}(?:/${ID})?$`), askedScreen],
      [new RegExp(`^/better/${ID}$`), betterScreen],
    ],
    failure,
  );
  onChange((change) => {
    // Whatever is shown was that of somebody else, or of nobody.
    if (change.kind === "person") void chooseLanguage().then(() => router.show(false));
    // Screens on which someone types are left alone.
    if (!/^(#\/?|#\/c\/[0-9a-f-]{36})?$/.test(location.hash)) return;
    if (change.kind === "drafts") void router.show(false);
    if (change.kind === "home") void chooseLanguage().then(() => router.show(false));
  });
  router.start();
  startSending();
  keepApp();
  await pinKeys().catch(() => undefined);
}

/** The reader's own language where it is known, else the phone's. */
async function chooseLanguage(): Promise<void> {
  const home = await readHome();
  setLanguage(home ? [home.language, ...navigator.languages] : navigator.languages);
  drawFrame();
}

/** `/app?case=…&photo=…` asks for a better photograph, `/app?for=…` for a new case of whom the person acts for. */
function openWanted(): void {
  const wanted = new URLSearchParams(location.search);
  const patientId = wanted.get("for");
  if (patientId) history.replaceState(null, "", `/app#/new/${patientId}`);
  const caseId = wanted.get("case");
  if (!caseId) return;
  const photo = wanted.get("photo");
  history.replaceState(null, "", `/app#/asked/${caseId}${photo ? `/${photo}` : ""}`);
}

void start();
