// Says for whom something is, wherever somebody acts for more than themselves.

import type { Home } from "../store/model";
import { h } from "./dom";
import { t } from "./texts";

export function whoLine(home: Home | undefined, patientId: string): HTMLElement | false {
  const patient = home?.patients.find((each) => each.patientId === patientId);
  if (!home || !patient || (home.patients.length === 1 && patient.isSelf)) return false;
  return h("p", { class: "whom" }, t("whom.for"), " ", h("strong", {}, patient.name));
}
