import { AppError, type ErrorKind } from "../../core/app-error.ts";

/** Why a program did not end well: one flag for each cause. */
export type ExecCause = "failed" | "timeout" | "output" | "memory" | "cancelled" | "not-found" | "not-started";

export interface ExecFacts {
	readonly cause: ExecCause;
	readonly program: string;
	/** What it was doing, for people: `git fetch`. */
	readonly title: string;
	/** Exit code, where it ended by itself. */
	readonly exitCode: number | undefined;
	/** Signal that ended it. */
	readonly exitSignal: NodeJS.Signals | undefined;
	/** The end of what it wrote to standard error, secrets masked. */
	readonly stderr: string;
	/** The limit that was passed: milliseconds or bytes. */
	readonly limit?: number;
	/** What the operating system or the caller's signal said. */
	readonly reason?: unknown;
}

const kinds: Readonly<Record<ExecCause, readonly [code: string, kind: ErrorKind]>> = {
	failed: ["ProgramFailed", "unavailable"],
	timeout: ["ProgramTimeout", "timeout"],
	output: ["ProgramOutputTooLarge", "invalid"],
	memory: ["ProgramMemoryTooLarge", "invalid"],
	cancelled: ["Cancelled", "unavailable"],
	"not-found": ["ProgramNotFound", "unavailable"],
	"not-started": ["ProgramNotStarted", "unavailable"],
};

/** How a program failed; adapters look at `facts` and say what it means for them. */
export class ExecError extends AppError {
	readonly facts: ExecFacts;

	constructor(facts: ExecFacts) {
		const [code, kind] = kinds[facts.cause];
		const hint = facts.cause === "not-found" ? { hint: `Install ${facts.program}, or see to it that it is on the PATH.` } : {};
		super(describe(facts), { code, kind, cause: facts.reason, ...hint });
		this.facts = facts;
	}
}

function describe(facts: ExecFacts): string {
	const tail = facts.stderr.trim().split("\n").slice(-3).join(" / ");
	const said = tail === "" ? "" : `: ${tail}`;
	switch (facts.cause) {
		case "timeout":
			return `${facts.title} was stopped after ${String(facts.limit)} ms${said}`;
		case "output":
			return `${facts.title} was stopped as it printed more than ${String(facts.limit)} bytes`;
		case "memory":
			return `${facts.title} was stopped as it used more than ${String(facts.limit)} bytes of memory`;
		case "cancelled":
			return `${facts.title} was cancelled`;
		case "not-found":
			return `${facts.program} was not found`;
		case "not-started":
			return `${facts.title} could not be started: ${facts.reason instanceof Error ? facts.reason.message : String(facts.reason)}`;
		case "failed":
			return facts.exitSignal === undefined
				? `${facts.title} ended with exit code ${String(facts.exitCode)}${said}`
				: `${facts.title} was ended by ${facts.exitSignal}${said}`;
	}
}
