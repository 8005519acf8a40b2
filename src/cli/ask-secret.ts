import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import type { Io } from "./io.ts";

/** Asks on the terminal without showing what is typed. */
export async function askSecret(io: Io, question: string): Promise<string> {
	io.err(question);
	const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
	const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true });
	try {
		return await lines.question("", { signal: io.signal });
	} finally {
		lines.close();
		io.err("\n");
	}
}
