import type { Health } from "../../core/health.ts";
import type { LiveObject } from "../live-object.ts";

/** A rule of an Environment made ready; undefined where it has nothing to say about an Object. Never throws or rejects. */
export type CustomRule = (object: LiveObject) => Health | undefined | Promise<Health | undefined>;
