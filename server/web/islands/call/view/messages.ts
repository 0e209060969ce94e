// What a person leaves for the case while nobody can hear them: recorded only by pressing, kept here until it has gone.
// The queue is the phone app's own: one database, one sender and one lock for all pages of this browser.

import { type AboutCase, keepStill, mayDelete, messagesOf, queueMessage } from "../../../../../mobile_bridge/app/send/messages";
import { progressOf } from "../../../../../mobile_bridge/app/send/progress";
import { startSending } from "../../../../../mobile_bridge/app/send/sender";
import { type Change, announce, onChange } from "../../../../../mobile_bridge/app/store/changes";
import { PhoneFull } from "../../../../../mobile_bridge/app/store/database";
import { changeDraft, deleteDraft, readPhoto } from "../../../../../mobile_bridge/app/store/drafts";
import { type Draft, mediaOf } from "../../../../../mobile_bridge/app/store/model";
import { announce as speak, readerId } from "../../loader/page";
import type { LocalMedia } from "../media/local";
import { fullStill } from "../media/still";
import { CannotRecord, VoiceRecording } from "../messages/recording";
import { part, type Words } from "./texts";

interface Item {
  element: HTMLElement;
  shown: string;
}

export class Messages {
  private readonly about: AboutCase;
  private readonly items = new Map<string, Item>();
  private recording: VoiceRecording | undefined;
  private timer = 0;
  private isOffered = false;
  private isBusy = false;
  private drawing: Promise<void> = Promise.resolve();

  constructor(
    private readonly section: HTMLElement,
    private readonly words: Words,
    private readonly media: () => LocalMedia,
  ) {
    const panel = part(section, "messages");
    this.about = JSON.parse(panel.dataset["about"] ?? "{}") as AboutCase;
    part(section, "take-still").hidden = this.about.site === "";
    this.on("record", () => this.record());
    this.on("take-still", () => this.takeStill());
    this.on("record-stop", () => this.finish(true));
    this.on("record-throw", () => this.throwAway());
    onChange((change) => this.note(change));
    // A recording that is not kept yet is worth a question before the page goes.
    window.addEventListener("beforeunload", (event) => this.recording && event.preventDefault());
    startSending();
    this.draw();
  }

  /** Whether nobody can hear this person just now. */
  offer(isOffered: boolean): void {
    if (isOffered === this.isOffered) return;
    this.isOffered = isOffered;
    if (isOffered) speak(this.words("messageOffer"));
    this.show();
  }

  private on(name: string, act: () => Promise<void> | void): void {
    part(this.section, name).addEventListener("click", () => {
      // A second press while the first is at work would record or send twice.
      if (this.isBusy) return;
      this.isBusy = true;
      this.tell("");
      void Promise.resolve()
        .then(act)
        .catch((error: unknown) => this.fail(error))
        .finally(() => (this.isBusy = false));
    });
  }

  private record(): void {
    const { microphone } = this.media();
    if (this.recording) return;
    if (!microphone || microphone.readyState === "ended") return this.tell(this.words("noMicrophone"));
    void navigator.storage.persist();
    const recording = VoiceRecording.begin(microphone, readerId(), this.about, () => this.noteStopped(recording));
    this.recording = recording;
    this.timer = window.setInterval(() => this.tick(), 500);
    this.show();
    part(this.section, "record-stop").focus();
  }

  private tick(): void {
    const lastsS = this.recording?.lastsS ?? 0;
    part(this.section, "record-time").textContent = clockOf(lastsS);
    if (this.recording?.isTooLong) void this.finish(false).then(() => this.tell(this.words("messageLongest")));
  }

  /** A microphone that was unplugged ends its recording: what was said is kept, and not sent without a word. */
  private noteStopped(recording: VoiceRecording): void {
    if (this.recording === recording && !this.isBusy) void this.finish(false);
  }

  private async finish(isSent: boolean): Promise<void> {
    const recording = this.recording;
    if (!recording) return;
    clearInterval(this.timer);
    this.recording = undefined;
    try {
      const draft = await recording.finish();
      if (isSent) await queueMessage(draft, document.documentElement.lang);
    } finally {
      this.show();
      this.draw();
      part(this.section, "record").focus();
    }
  }

  private async throwAway(): Promise<void> {
    const recording = this.recording;
    clearInterval(this.timer);
    this.recording = undefined;
    await recording?.throwAway();
    this.show();
    this.draw();
    part(this.section, "record").focus();
  }

  private async takeStill(): Promise<void> {
    const { camera } = this.media();
    if (!camera || camera.readyState === "ended" || !camera.enabled) return this.tell(this.words("noCamera"));
    void navigator.storage.persist();
    await keepStill(readerId(), this.about, await fullStill(camera));
    this.draw();
  }

  private note(change: Change): void {
    if (change.kind === "sending") this.tellPercent(change.draftId, change.percent);
    else if (change.kind === "drafts" || change.kind === "person" || change.kind === "stopped") this.draw();
  }

  private tellPercent(id: string, percent: number): void {
    const place = this.items.get(id)?.element.querySelector(".call-message-state");
    if (place) place.textContent = this.words("messageGoing", { percent: String(percent) });
  }

  /** One after the other, so that an older look at the store is never shown over a newer one. */
  private draw(): void {
    this.drawing = this.drawing.then(async () => {
      const drafts = await messagesOf(readerId(), this.about.caseId);
      const shown = drafts.filter((draft) => draft.id !== this.recording?.id);
      const ids = new Set(shown.map(({ id }) => id));
      for (const [id, item] of this.items) if (!ids.has(id)) this.remove(id, item);
      for (const draft of shown) await this.drawItem(draft);
      this.show();
    }).catch((error: unknown) => this.fail(error));
  }

  private remove(id: string, item: Item): void {
    item.element.remove();
    this.items.delete(id);
  }

  /** Its picture or sound stays as it is: what is being played is not begun anew when its state changes. */
  private async drawItem(draft: Draft): Promise<void> {
    const state = this.stateOf(draft);
    const known = this.items.get(draft.id);
    if (known?.shown === state) return;
    const element = known?.element ?? (await this.newItem(draft));
    const place = element.querySelector(".call-message-state");
    if (place) place.textContent = state;
    element.dataset["state"] = progressOf(draft).kind;
    element.querySelector(".call-message-acts")?.replaceChildren(...this.actsOf(draft));
    this.items.set(draft.id, { element, shown: state });
  }

  private async newItem(draft: Draft): Promise<HTMLElement> {
    const template = part<HTMLTemplateElement>(this.section, "message");
    const element = (template.content.cloneNode(true) as DocumentFragment).firstElementChild as HTMLElement;
    const [media] = mediaOf(draft);
    const bytes = media && (await readPhoto(media.partId));
    const name = this.words(draft.photos.length > 0 ? "messageStill" : "messageVoice", { time: clockOf(draft.voices?.[0]?.lastsS ?? 0) });
    const title = element.querySelector(".call-message-name");
    if (title) title.textContent = name;
    // What was sent in an earlier visit has no bytes here any more.
    if (bytes) element.querySelector(".call-message-shown")?.append(playerOf(bytes.original, bytes.preview !== null, name));
    part(this.section, "message-list").append(element);
    return element;
  }

  private actsOf(draft: Draft): HTMLElement[] {
    const { kind } = progressOf(draft);
    const send = () => queueMessage(draft, document.documentElement.lang).then(() => undefined);
    const again = async () => {
      await changeDraft(draft.id, (kept) => kept.outbox && (kept.outbox.trouble = null));
      announce({ kind: "send" });
    };
    return [
      ...(kind === "draft" ? [this.button("messageSend", send)] : []),
      ...(kind === "trouble" ? [this.button("messageAgain", again)] : []),
      ...(mayDelete(draft) ? [this.button("messageDelete", () => deleteDraft(draft), "danger")] : []),
    ];
  }

  private button(key: string, act: () => Promise<void>, kind = ""): HTMLButtonElement {
    const button = document.createElement("button");
    button.type = "button";
    button.className = kind ? `button button-${kind}` : "button";
    button.textContent = this.words(key);
    button.addEventListener("click", () => {
      button.disabled = true;
      this.tell("");
      void act().catch((error: unknown) => this.fail(error)).finally(() => (button.disabled = false));
    });
    return button;
  }

  /** *In the case* comes only from a receipt whose signature and digests were checked (send/delivery.ts). */
  private stateOf(draft: Draft): string {
    const progress = progressOf(draft);
    if (progress.kind === "trouble") return [this.words("messageTrouble"), draft.outbox?.trouble?.detail].filter(Boolean).join(" ");
    if (progress.kind === "sent" && progress.refused > 0) return this.words("messageRefused");
    return this.words(`message-${progress.kind}`);
  }

  private show(): void {
    const isRecording = this.recording !== undefined;
    part(this.section, "messages").hidden = !(this.isOffered || isRecording || this.items.size > 0);
    part(this.section, "message-offer").hidden = !this.isOffered;
    part(this.section, "message-acts").hidden = !this.isOffered || isRecording;
    part(this.section, "recording").hidden = !isRecording;
    part(this.section, "heard-again").hidden = !isRecording || this.isOffered;
  }

  private fail(error: unknown): void {
    if (error instanceof PhoneFull) this.tell(this.words("messageFull"));
    else if (error instanceof CannotRecord) this.tell(this.words("cannotRecord"));
    else {
      this.tell(this.words("messageNotKept"));
      throw error;
    }
  }

  private tell(words: string): void {
    const place = part(this.section, "message-trouble");
    place.textContent = words;
    place.hidden = words === "";
  }
}

function playerOf(content: Blob, isPicture: boolean, name: string): HTMLElement {
  if (isPicture) {
    const picture = document.createElement("img");
    picture.src = URL.createObjectURL(content);
    picture.alt = name;
    return picture;
  }
  const player = document.createElement("audio");
  player.src = URL.createObjectURL(content);
  player.controls = true;
  player.setAttribute("aria-label", name);
  return player;
}

function clockOf(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
