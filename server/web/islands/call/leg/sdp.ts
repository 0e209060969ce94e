// What is read and changed in a session description: its certificate's fingerprint, and how a voice is sent.

const FINGERPRINT = /^a=fingerprint:(.*)$/gm;
const SHA_256 = /^sha-256 ((?:[0-9A-F]{2}:){31}[0-9A-F]{2})$/;

/** The one certificate that a description speaks of; undefined where there is none, or another beside it. */
export function fingerprintIn(sdp: string): string | undefined {
  const said = new Set([...sdp.matchAll(FINGERPRINT)].map(([, value]) => (value ?? "").trim()));
  const [only] = said;
  return said.size === 1 ? SHA_256.exec(only ?? "")?.[1] : undefined;
}

export interface Voice {
  bitsPerS: number;
  packetMs: number;
}

/** The other end's description as if it had asked for a voice like this: Chromium sends what it is asked for. */
export function askingFor(sdp: string, voice: Voice): string {
  return inAudio(sdp, (audio) => {
    const opus = /^a=rtpmap:(\d+) opus\/48000/m.exec(audio)?.[1];
    if (opus === undefined) return audio;
    const fmtp = new RegExp(`^a=fmtp:${opus} (.*)$`, "m");
    const asked = `a=fmtp:${opus} minptime=10;useinbandfec=1;maxaveragebitrate=${voice.bitsPerS}`;
    const changed = fmtp.test(audio)
      ? audio.replace(fmtp, asked)
      : audio.replace(/^a=rtpmap:\d+ opus.*$/m, (line) => `${line.trimEnd()}\r\n${asked}`);
    return `${changed.replace(/^a=(max)?ptime:.*\r\n/gm, "")}a=ptime:${voice.packetMs}\r\na=maxptime:120\r\n`;
  });
}

/** With redundant packets (RFC 2198) first, as the codec that is sent: one that is lost comes again in the next. */
export function redundantFirst(sdp: string): string {
  return inAudio(sdp, (audio) => {
    const red = /^a=rtpmap:(\d+) red\/48000/m.exec(audio)?.[1];
    if (red === undefined) return audio;
    return audio.replace(/^(m=audio \S+ \S+)((?: \d+)+)/, (_, head: string, types: string) => {
      const others = types.trim().split(" ").filter((type) => type !== red);
      return [head, red, ...others].join(" ");
    });
  });
}

function inAudio(sdp: string, change: (section: string) => string): string {
  const sections = sdp.split(/^(?=m=)/m);
  return sections.map((section) => (section.startsWith("m=audio") ? change(section) : section)).join("");
}
