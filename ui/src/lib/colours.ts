/** Colours of the actors, the same in map, chart and card; set through the object model, as the policy wants. */

import type { Vocabulary } from "../api/types.ts";

/** Gives an element the colour of an actor as `--actor`, with its partner for dark paper. */
export function colourOf(node: HTMLElement, colour: string): { update: (c: string) => void } {
  const update = (c: string) => {
    if (c) node.style.setProperty("--actor", `var(--c-${c.replace("#", "")}, ${c})`);
    else node.style.removeProperty("--actor");
  };
  update(colour);
  return { update };
}

let sheet: CSSStyleSheet | null = null;

/** Installs the dark partners of all colours: for drawings by attribute, for cards as variables. */
export function installColours(vocabulary: Vocabulary): void {
  const pairs = Object.entries(vocabulary.theme.dark);
  const rules = (scope: string) =>
    pairs
      .flatMap(([light, dark]) => [
        `${scope} figure [fill="${light}"]{fill:${dark}}`,
        `${scope} figure [stroke="${light}"]{stroke:${dark}}`,
      ])
      .join("") + `${scope}{${pairs.map(([l, d]) => `--c-${l.replace("#", "")}:${d}`).join(";")}}`;
  sheet ??= new CSSStyleSheet();
  sheet.replaceSync(
    `@media (prefers-color-scheme:dark){${rules(":root:not([data-theme=light])")}}${rules(":root[data-theme=dark]")}`,
  );
  if (!document.adoptedStyleSheets.includes(sheet)) document.adoptedStyleSheets.push(sheet);
}
