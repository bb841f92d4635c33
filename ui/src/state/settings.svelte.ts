/** Colours of the page: as the device, light or dark; kept in the browser. */

export type Theme = "auto" | "light" | "dark";

const KEY = "upperhand-theme";

class Settings {
  theme = $state<Theme>(stored());
  wide = $state(matchMedia("(min-width: 720px)").matches);

  constructor() {
    matchMedia("(min-width: 720px)").addEventListener("change", (event) => (this.wide = event.matches));
    this.show();
  }

  choose(theme: Theme): void {
    this.theme = theme;
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // private windows may refuse; the choice then lasts until the page is closed
    }
    this.show();
  }

  private show(): void {
    if (this.theme === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = this.theme;
  }
}

function stored(): Theme {
  try {
    const found = localStorage.getItem(KEY);
    return found === "light" || found === "dark" ? found : "auto";
  } catch {
    return "auto";
  }
}

export const settings = new Settings();
