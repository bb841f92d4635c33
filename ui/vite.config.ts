import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";
import { licences } from "./licences.ts";

/** Where `upperhand serve` listens while the page is being worked on. */
const SERVER = process.env.UPPERHAND_SERVER ?? "http://127.0.0.1:8765";

export default defineConfig({
  base: "./",
  plugins: [svelte(), licences()],
  build: {
    outDir: "../src/upperhand/web/static",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0, // the policy of the page allows no data: script or font
    chunkSizeWarningLimit: 900,
    reportCompressedSize: false,
  },
  server: { proxy: { "/api": SERVER } },
  preview: { proxy: { "/api": SERVER } },
  test: { environment: "node", include: ["src/**/*.test.ts"] },
});
