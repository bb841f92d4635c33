import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

/** Writes the licences of everything that ended up in the page, in alphabetical order. */
export function licences(): Plugin {
  return {
    name: "licences",
    apply: "build",
    generateBundle(_options, bundle) {
      const roots = new Set<string>();
      for (const part of Object.values(bundle)) {
        if (part.type !== "chunk") continue;
        for (const id of part.moduleIds) {
          const root = packageOf(id);
          if (root) roots.add(root);
        }
      }
      roots.add(join("node_modules", "@fontsource-variable", "inter"));
      const texts = [...roots].map(textOf).sort((a, b) => (a < b ? -1 : 1));
      const head = "Parts of other projects that the page contains, with their licences.\n";
      this.emitFile({
        type: "asset",
        fileName: "licences.txt",
        source: [head, ...new Set(texts)].join("\n" + "-".repeat(72) + "\n\n"),
      });
    },
  };
}

function packageOf(id: string): string | null {
  const at = id.lastIndexOf("node_modules/");
  if (at < 0) return null;
  const parts = id.slice(at + 13).split("/");
  const name = parts[0]?.startsWith("@") ? `${parts[0]}/${parts[1]}` : parts[0];
  return name ? id.slice(0, at + 13) + name : null;
}

function textOf(root: string): string {
  const about = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    name: string;
    version: string;
    license?: string;
  };
  const file = existsSync(root)
    ? readdirSync(root).find((name) => /^(licen[cs]e|copying)/i.test(name))
    : undefined;
  const text = file ? readFileSync(join(root, file), "utf8").trim() : `Licence: ${about.license}`;
  return `${about.name} ${about.version} (${about.license ?? "see below"})\n\n${text}\n`;
}

