// Asks who is signed in and how their cases are, and keeps the answer for when there is no link.

import { forgetHome, keepHome } from "../store/facts";
import type { Home } from "../store/model";
import { getJson, NotSignedIn, Refused } from "./server";

export async function refreshHome(): Promise<Home> {
  try {
    const home = await getJson<Home>("/api/app/home");
    await keepHome(home);
    return home;
  } catch (error) {
    if (error instanceof NotSignedIn || error instanceof Refused) await forgetHome();
    throw error;
  }
}
