// Words that people write to each other: kept on no server, shown as text and nothing else.

import { part, type Words } from "./texts";

export class Chat {
  constructor(
    private readonly section: HTMLElement,
    private readonly words: Words,
    say: (text: string) => boolean,
  ) {
    const form = part<HTMLFormElement>(section, "chat-form");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const field = form.elements.namedItem("words") as HTMLInputElement;
      const text = field.value.trim();
      // What nobody can hear yet stays in the field.
      if (text === "" || !say(text)) return;
      this.add(this.words("you"), text);
      field.value = "";
    });
  }

  add(name: string, text: string): void {
    const line = document.createElement("li");
    const who = document.createElement("strong");
    who.textContent = name;
    line.append(who, " ", text);
    part(this.section, "chat").append(line);
    line.scrollIntoView({ block: "nearest" });
  }
}
