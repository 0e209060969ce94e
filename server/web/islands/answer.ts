// The answer's own bundle: codes are searched as they are typed and offered by the browser's own list.

import { mount } from "./loader/mount";

const PAUSE_MS = 200;

interface IcdCode {
  code: string;
  title: string;
}

mount("icd", (element) => {
  const list = element as HTMLDataListElement;
  const address = list.dataset["search"] ?? "";
  let timer = 0;

  async function offer(words: string): Promise<void> {
    const response = await fetch(`${address}?words=${encodeURIComponent(words)}`, {
      headers: { Accept: "application/json" },
    }).catch(() => undefined);
    if (!response?.ok) return;
    const found = (await response.json()) as IcdCode[];
    list.replaceChildren(...found.map(({ code, title }) => new Option(`${code} ${title}`, `${code} ${title}`)));
  }

  document.addEventListener("input", (event) => {
    const field = event.target as HTMLInputElement;
    if (field.list !== list || field.value.trim().length < 2) return;
    clearTimeout(timer);
    timer = window.setTimeout(() => void offer(field.value), PAUSE_MS);
  });
});
