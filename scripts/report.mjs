/** An error that is meant for the reader as it stands: what happened and what to do, without a stack. */
export class SetupError extends Error {
	constructor(message, output = "") {
		super(message);
		this.output = output;
	}
}

/** Prints why the set-up stopped; the program then ends with exit code 1. */
export function fail(error) {
	if (!(error instanceof SetupError)) throw error;
	if (error.output.trim() !== "") console.error(error.output.trimEnd());
	console.error(`gitward: ${error.message}`);
	process.exitCode = 1;
}

/** Runs `work` and prints one line: what is done, and how long it took. */
export function step(title, work) {
	const started = performance.now();
	process.stderr.write(`gitward: ${title} … `);
	try {
		work();
	} catch (error) {
		process.stderr.write("failed\n");
		throw error;
	}
	process.stderr.write(`done in ${seconds(performance.now() - started)}\n`);
}

/** `0.4 s`, `12 s`, `3 min 5 s`. */
export function seconds(ms) {
	if (ms < 9950) return `${(ms / 1000).toFixed(1)} s`;
	const whole = Math.round(ms / 1000);
	return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
