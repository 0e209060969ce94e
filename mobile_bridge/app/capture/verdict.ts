// Which thresholds this app judges by (imaging/data/quality_thresholds.json), and what it calls what falls short.

import thresholds from "../../../imaging/data/quality_thresholds.json";

export const VERDICT_VERSION = thresholds.version;

/** Names as the server's, and `unreadable` for a format that this browser shows but a file it cannot. */
export type Flaw = keyof typeof thresholds.flaws | "unreadable";
