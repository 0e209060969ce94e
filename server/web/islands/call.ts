// A call, and the check before it: bundles of their own, loaded only by the pages that have one.

import { Stage } from "./call/view/stage";
import { mount } from "./loader/mount";

mount("call", (section) => void new Stage(section).start());
