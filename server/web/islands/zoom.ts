// The photo viewer: its own bundle, loaded only by pages that show a case's photographs.

import { mount } from "./loader/mount";
import { viewer } from "./viewer/viewer";

mount("zoom", viewer);
