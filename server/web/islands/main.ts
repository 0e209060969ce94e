// What every page runs. Pages work without it.

import { mount } from "./loader/mount";
import { autosave } from "./page/autosave";
import { confirm } from "./page/confirm";
import { forgetDoneDraft, forgetDraftsOfOthers } from "./page/drafts";
import { live } from "./page/live";
import { guardForms, openDialogs, watchLink } from "./page/sending";
import { listenForShortcuts } from "./page/shortcuts";
import { ringing } from "./page/ringing";
import { rememberZone } from "./page/zone";

forgetDoneDraft();
forgetDraftsOfOthers();
rememberZone();
mount("confirm", confirm);
mount("autosave", autosave);
mount("live", live);
mount("ringing", ringing);
guardForms();
openDialogs();
watchLink();
listenForShortcuts();
