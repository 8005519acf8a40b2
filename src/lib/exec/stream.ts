import { PassThrough, type Readable } from "node:stream";
import { type Child, type ChildOptions, startChild } from "./child.ts";

/**
 * Runs a program and gives what it prints as a stream, which ends only when the program ended well and fails with an ExecError
 * otherwise. Destroying the stream stops the program.
 */
export function stream(program: string, args: readonly string[], options: ChildOptions): Readable {
	const output = new PassThrough();
	let child: Child;
	try {
		child = startChild(program, args, options);
	} catch (error) {
		return output.destroy(error as Error);
	}
	child.stdin.end();
	child.stdout.pipe(output, { end: false });
	child.finished.then(
		() => output.end(),
		(error: Error) => output.destroy(error),
	);
	output.once("close", () => child.stop("cancelled"));
	return output;
}
