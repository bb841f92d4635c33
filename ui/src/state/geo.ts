/** The shapes of the map, fetched once. */

import { api } from "../api/client.ts";

let shapes: Promise<Record<string, unknown>> | null = null;

export function geo(): Promise<Record<string, unknown>> {
  shapes ??= api.geo().catch((error: unknown) => {
    shapes = null;
    throw error;
  });
  return shapes;
}
