// The bar: microphone, camera, which of them, and hanging up; trouble with a device is said beside it.

import type { Kind, LocalDevices } from "../media/local";
import { part, type Words } from "./texts";

const KINDS: Kind[] = ["microphone", "camera"];

export class Controls {
  constructor(
    private readonly section: HTMLElement,
    private readonly words: Words,
    private readonly devices: LocalDevices,
    leave: () => void,
  ) {
    for (const kind of KINDS) {
      part(section, kind).addEventListener("click", () => void this.press(kind));
      const chosen = part<HTMLSelectElement>(section, `choose-${kind}`);
      chosen.addEventListener("change", () => void devices.choose(kind, chosen.value));
    }
    part(section, "devices").addEventListener("click", () => void this.toggleList());
    part(section, "leave").addEventListener("click", leave);
  }

  show(): void {
    for (const kind of KINDS) part(this.section, kind).setAttribute("aria-pressed", String(this.devices.isOn(kind)));
    const own = part<HTMLVideoElement>(this.section, "own");
    const { camera } = this.devices.media;
    const shown = (own.srcObject as MediaStream | null)?.getTracks()[0];
    if (shown !== camera) own.srcObject = camera ? new MediaStream([camera]) : null;
    const troubles = KINDS.flatMap((kind) => this.devices.troubles[kind] ? [this.words(`${this.devices.troubles[kind]}-${kind}`)] : []);
    const trouble = part(this.section, "trouble");
    trouble.textContent = troubles.join(" ");
    trouble.hidden = troubles.length === 0;
  }

  end(): void {
    for (const button of this.section.querySelectorAll<HTMLButtonElement>(".call-bar button")) button.disabled = true;
    part<HTMLVideoElement>(this.section, "own").srcObject = null;
  }

  /** On and off; where there is no device, another try. */
  private async press(kind: Kind): Promise<void> {
    if (this.devices.media[kind]) this.devices.turn(kind, !this.devices.isOn(kind));
    else await this.devices.choose(kind);
  }

  private async toggleList(): Promise<void> {
    const list = part(this.section, "device-list");
    list.hidden = !list.hidden;
    part(this.section, "devices").setAttribute("aria-expanded", String(!list.hidden));
    for (const kind of KINDS) {
      const found = await this.devices.list(kind);
      const current = this.devices.media[kind]?.getSettings().deviceId;
      const options = found.map(({ label, deviceId }) => new Option(label, deviceId, false, deviceId === current));
      part<HTMLSelectElement>(this.section, `choose-${kind}`).replaceChildren(...options);
    }
  }
}
