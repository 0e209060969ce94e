// Where it is: the body map for fingers, the list for keyboards and screen readers, and the side.

import type { Laterality } from "../contract/case";
import { BODY_SITES, type BodySite, siteOf } from "../contract/catalogue";
import type { DraftKeeper } from "../store/keeper";
import { bodyMap } from "./body/map";
import { banner, heading } from "./pieces";
import { h } from "./dom";
import { openDesk } from "./keeping";
import { stepButtons, stepLine } from "./steps";
import { family, t, told } from "./texts";

const SIDES: readonly Laterality[] = ["left", "right", "both"];
const REGIONS: readonly BodySite["region"][] = ["head", "arm", "trunk", "leg", "whole"];

export async function placeScreen(id: string): Promise<Node[]> {
  const desk = await openDesk(id);
  if (!desk) return [];
  const { keeper, line, whom } = desk;
  const problem = h("div");
  const detail = h("div", { class: "stack" });
  const refresh = () => detail.replaceChildren(siteList(keeper, refresh), sideChoice(keeper));
  const map = bodyMap((sites, side) => void takeFromMap(keeper, sites, side, detail, refresh));
  refresh();
  const mayGoOn = () => {
    const { site, side } = keeper.draft;
    const lacksSide = siteOf(site)?.hasSides && !side;
    problem.replaceChildren(...(site && !lacksSide ? [] : [banner("danger", t(site ? "place.sideNeeded" : "place.needed"))]));
    return Boolean(site && !lacksSide);
  };
  return [stepLine("place", whom), heading(t("place.title")), h("p", {}, t("place.hint")), map, detail, problem, line, stepButtons(id, "place", mayGoOn)];
}

/** A zone of the map with one site is that site; with more, they are offered as buttons. */
async function takeFromMap(
  keeper: DraftKeeper,
  codes: readonly string[],
  side: Laterality | "",
  detail: HTMLElement,
  refresh: () => void,
): Promise<void> {
  const [only] = codes;
  if (codes.length === 1 && only) {
    await choose(keeper, only, side);
    refresh();
    return;
  }
  const pick = (code: string) => void choose(keeper, code, side).then(refresh);
  const offered = codes.map((code) =>
    h("button", { class: "button", type: "button", onclick: () => pick(code) }, nameOf(code)),
  );
  detail.replaceChildren(
    h("fieldset", { class: "field" }, h("legend", {}, t("place.which")), h("div", { class: "cluster" }, ...offered)),
  );
  offered[0]?.focus();
}

function choose(keeper: DraftKeeper, code: string, side: Laterality | ""): Promise<void> {
  const hasSides = siteOf(code)?.hasSides ?? false;
  return keeper
    .change((draft) => {
      draft.site = code;
      draft.side = hasSides ? side : "not-applicable";
    })
    .catch(() => undefined);
}

function siteList(keeper: DraftKeeper, refresh: () => void): HTMLElement {
  const groups = REGIONS.map((region) =>
    h(
      "optgroup",
      { label: family("region", region) },
      ...BODY_SITES.sites.filter((site) => site.region === region).map((site) => option(site, keeper.draft.site)),
    ),
  );
  const select: HTMLSelectElement = h(
    "select",
    { id: "site", onchange: () => void choose(keeper, select.value, "").then(refresh) },
    h("option", { value: "" }, t("place.choose")),
    ...groups,
  );
  return h("div", { class: "field" }, h("label", { for: "site" }, t("place.list")), select);
}

function option(site: BodySite, chosen: string): HTMLElement {
  return h("option", { value: site.code, selected: site.code === chosen }, told(site.text));
}

function sideChoice(keeper: DraftKeeper): HTMLElement | string {
  if (!siteOf(keeper.draft.site)?.hasSides) return "";
  const cards = SIDES.map((side) =>
    h(
      "label",
      { class: "choice" },
      h("input", {
        type: "radio",
        name: "side",
        value: side,
        checked: keeper.draft.side === side,
        onchange: () => void keeper.change((draft) => (draft.side = side)).catch(() => undefined),
      }),
      h("span", {}, family("side", side)),
    ),
  );
  return h("fieldset", { class: "field" }, h("legend", {}, t("place.side")), h("div", { class: "choice-cards" }, ...cards));
}

function nameOf(code: string): string {
  const site = siteOf(code);
  return site ? told(site.text) : code;
}
