import type { Log } from "../../src/ports/log.ts";

/** A log that says nothing. */
export const quiet: Log = { debug() {}, info() {}, warn() {}, error() {} };
