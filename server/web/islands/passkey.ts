// A button that signs in, enrols, adds a passkey or proves again: one ceremony, asked of the server and answered.
// Pages work without it: the button stays hidden where the browser has no passkeys.

import { mount } from "./loader/mount";
import { csrfToken } from "./loader/page";
import { type CreationJson, create, get, type RequestJson } from "./passkey/credentials";

class Refused extends Error {}

mount("passkey", (element) => {
  const button = element.querySelector("button");
  if (!button || !("PublicKeyCredential" in window)) return;
  element.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    tell(element, "");
    try {
      window.location.assign(await perform(element));
    } catch (error) {
      tell(element, reason(element, error));
      button.disabled = false;
    }
  });
});

/** The whole ceremony; where to go then. */
async function perform(element: HTMLElement): Promise<string> {
  const address = element.dataset["address"] ?? "";
  const wanted = element.dataset["asks"] === "email" ? { email: typed("email") } : {};
  const options = await ask(`${address}/options`, wanted);
  const makes = element.dataset["makes"] !== undefined;
  const credential = makes ? await create(options as CreationJson) : await get(options as RequestJson);
  const answer = { credential, label: typed("label"), back: element.dataset["back"] ?? "/" };
  return ((await ask(address, answer)) as { location: string }).location;
}

async function ask(path: string, body: object): Promise<unknown> {
  const headers = { "Content-Type": "application/json", "X-CSRF-Token": csrfToken() };
  const response = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Refused();
  return response.json();
}

/** A server's refusal, no link, or a dialogue that was closed: each said in the page's language. */
function reason(element: HTMLElement, error: unknown): string {
  const words = element.dataset;
  if (error instanceof Refused) return words["refused"] ?? "";
  return (error instanceof TypeError ? words["noLink"] : words["stopped"]) ?? "";
}

function tell(element: HTMLElement, words: string): void {
  const place = element.querySelector<HTMLElement>("[role=alert]");
  if (!place) return;
  place.textContent = words;
  place.hidden = words === "";
}

function typed(id: string): string {
  return (document.getElementById(id) as HTMLInputElement | null)?.value ?? "";
}
