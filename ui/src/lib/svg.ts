/** Saves a drawing with its title, unit, legend and source, on light paper, with the font inside. */

import type { ChartData } from "../api/types.ts";
import { HATCH_ID, HATCH_URL } from "./hatch.ts";

const FAMILY = "Inter, 'Helvetica Neue', Arial, sans-serif";
const INK = "#1a1d24";
const SOFT = "#565c68";

/** Returns text broken into lines of at most `most` characters. */
export function wrapped(text: string, most: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/).filter(Boolean)) {
    if (line && `${line} ${word}`.length > most) {
      lines.push(line);
      line = word;
    } else line = line ? `${line} ${word}` : word;
  }
  return line ? [...lines, line] : lines;
}

/** Returns text for use in XML. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

/** Returns a whole SVG document of a drawing. */
export function document_(chart: ChartData, drawing: SVGSVGElement, fontUrl = ""): string {
  const width = Math.max(Number(drawing.getAttribute("width")), 340);
  const height = Number(drawing.getAttribute("height"));
  const parts: string[] = [];
  let y = 14;
  const write = (text: string, size: number, colour: string, weight = 400) => {
    for (const line of wrapped(text, Math.floor((width - 28) / (size * 0.56)))) {
      y += size * 1.35;
      parts.push(
        `<text x="14" y="${y.toFixed(0)}" font-size="${size}" fill="${colour}" font-weight="${weight}">${escaped(line)}</text>`,
      );
    }
  };
  write(chart.title, 17, INK, 600);
  write(chart.subtitle, 13, SOFT);
  y += 12;
  if (chart.legend.length) y = legend(chart, parts, width, y);
  const copy = drawing.cloneNode(true) as SVGSVGElement;
  copy.removeAttribute("style");
  copy.removeAttribute("aria-hidden");
  copy.setAttribute("x", "10");
  copy.setAttribute("y", String(Math.round(y)));
  parts.push(new XMLSerializer().serializeToString(copy));
  y += height;
  write(chart.source, 11, SOFT);
  y += 14;
  const style = fontUrl ? `<style>@font-face{font-family:Inter;font-weight:100 900;src:url(${fontUrl})}</style>` : "";
  const total = `${Math.round(width + 20)} ${Math.round(y)}`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 ${total}" ` +
    `width="${total.split(" ")[0]}" height="${total.split(" ")[1]}" font-family="${FAMILY}">` +
    `<title>${escaped(chart.title)}</title>${style}${hatch()}<rect width="100%" height="100%" fill="#fffffe"/>${parts.join("")}</svg>`
  );
}

/** Returns a PNG of an SVG document, `scale` pixels a point. */
export async function png(svg: string, scale = 2): Promise<Blob> {
  const address = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = image.width * scale;
    canvas.height = image.height * scale;
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((done, fail) =>
      canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error("no picture"))), "image/png"),
    );
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** Hands a file to the browser. */
export function save(name: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** Returns a file as a data address, for a font inside a picture. */
export async function dataUrl(address: string): Promise<string> {
  const bytes = new Uint8Array(await (await fetch(address)).arrayBuffer());
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return `data:font/woff2;base64,${btoa(text)}`;
}

function legend(chart: ChartData, parts: string[], width: number, from: number): number {
  const columns = Math.max(1, Math.floor(width / 200));
  chart.legend.forEach(([colour, label], i) => {
    const x = 14 + (i % columns) * 200;
    const y = from + Math.floor(i / columns) * 20;
    const fill = colour === NOT_MODELLED ? HATCH_URL : colour;
    parts.push(
      `<rect x="${x}" y="${y}" width="13" height="13" rx="2" fill="${fill}" stroke="#8e93a0"/>` +
        `<text x="${x + 20}" y="${y + 11}" font-size="12" fill="${INK}">${escaped(label)}</text>`,
    );
  });
  return from + Math.ceil(chart.legend.length / columns) * 20 + 8;
}

export const NOT_MODELLED = "#aaa7b3";

function hatch(): string {
  return (
    `<defs><pattern id="${HATCH_ID}" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">` +
    `<rect width="5" height="5" fill="#fffffe"/><rect width="1.6" height="5" fill="${NOT_MODELLED}"/></pattern></defs>`
  );
}
