// One site over time: its own bundle, loaded only by the page that compares two visits.

import { mount } from "./loader/mount";
import { compare } from "./sites/compare";
import { outline } from "./sites/outline";

mount("compare", compare);
mount("outline", outline);
