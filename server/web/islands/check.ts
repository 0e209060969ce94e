// The check before a call, in a bundle of its own: camera, microphone, link and relay, one after the other.

import { Check } from "./check/check";
import { mount } from "./loader/mount";

mount("call-check", (section) => new Check(section).offer());
