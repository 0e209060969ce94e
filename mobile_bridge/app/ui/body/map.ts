// Draws the body from the front or the back; the list beside it says the same to whoever cannot point.

import type { Laterality } from "../../contract/case";
import { button } from "../pieces";
import { h, svg } from "../dom";
import { t } from "../texts";
import { type Face, zonesOf } from "./zones";

type Choose = (sites: string[], side: Laterality | "") => void;

export function bodyMap(choose: Choose): HTMLElement {
  const place = h("div", { class: "body-map" });
  const draw = (face: Face) => {
    const other: Face = face === "front" ? "back" : "front";
    place.replaceChildren(
      h("p", { class: "cluster" }, h("strong", {}, t(`body.${face}`)), button(t("body.turn"), () => draw(other))),
      picture(face, choose),
    );
  };
  draw("front");
  return place;
}

function picture(face: Face, choose: Choose): SVGElement {
  const root = svg("svg", { viewBox: "0 0 200 424", role: "img", "aria-label": t("body.label") });
  const [left, right] = face === "front" ? [t("side.right"), t("side.left")] : [t("side.left"), t("side.right")];
  root.append(svg("text", { x: 4, y: 96, "aria-hidden": "true" }, left), svg("text", { x: 196, y: 96, class: "end", "aria-hidden": "true" }, right));
  for (const zone of zonesOf(face)) {
    const shape = svg(zone.shape.name, { ...zone.shape.at, class: "zone", "data-sites": zone.sites.join(" "), "data-side": zone.side });
    shape.addEventListener("click", () => {
      for (const each of root.querySelectorAll(".zone")) each.classList.toggle("is-chosen", each === shape);
      choose(zone.sites, zone.side);
    });
    root.append(shape);
  }
  return root;
}
