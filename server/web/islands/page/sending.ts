// A form is sent once, a lost link is said aloud, and signing out leaves nothing behind.

import { text } from "../loader/page";
import { forgetAllDrafts } from "./drafts";

export function guardForms(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset["sending"] !== undefined) return event.preventDefault();
    form.dataset["sending"] = "";
    if (form.dataset["forgets"] !== undefined) forgetAllDrafts();
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll<HTMLFormElement>("form[data-sending]")) delete form.dataset["sending"];
  });
}

export function watchLink(): void {
  const banner = document.getElementById("offline");
  const show = () => {
    if (!banner) return;
    banner.hidden = navigator.onLine;
    banner.textContent = navigator.onLine ? "" : text("offline");
  };
  window.addEventListener("online", show);
  window.addEventListener("offline", show);
  show();
}

/** A button with `data-opens` opens the dialog of that id; one with `data-closes` closes its own. */
export function openDialogs(): void {
  document.addEventListener("click", (event) => {
    const button = (event.target as HTMLElement).closest<HTMLElement>("[data-opens], [data-closes]");
    if (!button) return;
    const id = button.dataset["opens"];
    if (id) (document.getElementById(id) as HTMLDialogElement).showModal();
    else button.closest("dialog")?.close();
  });
}
