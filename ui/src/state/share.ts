/** Puts the link of the scenario into the clipboard and into the address. */

import { texts } from "../texts.en.ts";
import { app } from "./app.svelte.ts";

export async function share(): Promise<void> {
  const link = await app.link();
  history.replaceState(null, "", link);
  app.said = (await copied(link)) ? texts.top.linkCopied : texts.top.linkShown;
  app.notice = app.said;
}

/** Returns whether the text is in the clipboard now. */
export async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
