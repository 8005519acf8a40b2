import type { Io } from "../io.ts";

/** What the commands of a program share. */
export interface ProgramContext {
	readonly io: Io;
	/** Takes a command's exit code; none means 0. */
	finish(code: number | void): void;
}
