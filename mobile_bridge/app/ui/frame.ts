// What stands around every screen: the top line, the word about the link, and what is shown when something fails.

import { NoLink } from "../send/server";
import { PhoneFull } from "../store/database";
import { banner, heading, linkButton } from "./pieces";
import { h } from "./dom";
import { notKept } from "./keeping";
import { t } from "./texts";

export function drawFrame(): void {
  const entries = [
    h("li", {}, h("a", { class: "nav-link", href: "#/" }, t("frame.app"))),
    h("li", {}, h("a", { class: "nav-link", href: "/cases" }, t("frame.answers"))),
    h("li", {}, h("a", { class: "nav-link", href: "/account" }, t("frame.account"))),
  ];
  document.getElementById("nav")?.replaceChildren(h("nav", { "aria-label": t("frame.nav") }, h("ul", {}, ...entries)));
  const foot = document.getElementById("foot");
  if (foot) foot.textContent = t("frame.foot");
}

export function watchLink(): void {
  const strip = document.getElementById("offline");
  const tell = () => {
    if (!strip) return;
    strip.hidden = navigator.onLine;
    strip.textContent = navigator.onLine ? "" : t("frame.offline");
  };
  window.addEventListener("online", tell);
  window.addEventListener("offline", tell);
  tell();
}

export function failure(error: unknown): Node[] {
  const words = error instanceof NoLink ? t("frame.needsLink") : error instanceof PhoneFull ? notKept(error) : t("frame.failed");
  return [heading(t("frame.failedTitle")), banner("danger", words), linkButton(t("sent.list"), "#/")];
}
