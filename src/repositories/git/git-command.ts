import type { Readable } from "node:stream";
import type { Child } from "../../lib/exec/child.ts";
import type { Exec } from "../../lib/exec/exec.ts";
import type { RunOptions, RunResult } from "../../lib/exec/run.ts";

/** Settings that hold for every git that is started, whatever the machine's or the repository's configuration says. */
const settings: readonly (readonly [key: string, value: string])[] = [
	["core.hooksPath", "/dev/null"],
	["core.fsmonitor", "false"],
	["core.quotePath", "false"],
	// Larger files are streamed and never held in memory.
	["core.bigFileThreshold", "32m"],
	["credential.helper", ""],
	["gc.auto", "0"],
	["maintenance.auto", "false"],
	["fetch.recurseSubmodules", "false"],
	["protocol.version", "2"],
	["log.showSignature", "false"],
	["advice.detachedHead", "false"],
];

export type GitEnvironment = Readonly<Record<string, string>>;

/** Environment that takes the machine's git configuration out of play; `extra` settings are `key, value`. */
export function gitEnvironment(extra: readonly (readonly [string, string])[] = []): GitEnvironment {
	const env: Record<string, string> = {
		GIT_CONFIG_NOSYSTEM: "1",
		GIT_CONFIG_GLOBAL: "/dev/null",
		GIT_ATTR_NOSYSTEM: "1",
		GIT_TERMINAL_PROMPT: "0",
		GIT_OPTIONAL_LOCKS: "0",
		GIT_NO_REPLACE_OBJECTS: "1",
		GIT_LITERAL_PATHSPECS: "1",
		GIT_PROTOCOL_FROM_USER: "0",
		GIT_ALLOW_PROTOCOL: "",
		// No hostile object makes git take more than this at once.
		GIT_ALLOC_LIMIT: "512m",
		// Messages are read to tell causes apart.
		LC_ALL: "C",
		LANGUAGE: "",
	};
	const all = [...settings, ...extra];
	env["GIT_CONFIG_COUNT"] = String(all.length);
	for (const [index, [key, value]] of all.entries()) {
		env[`GIT_CONFIG_KEY_${index}`] = key;
		env[`GIT_CONFIG_VALUE_${index}`] = value;
	}
	return env;
}

export interface GitOptions extends Omit<RunOptions, "env" | "cwd"> {
	readonly env?: GitEnvironment;
	/** Settings for this command only. */
	readonly settings?: readonly (readonly [string, string])[];
}

/** Runs git in bare repositories. */
export interface Git {
	run(folder: string, args: readonly string[], options?: GitOptions): Promise<RunResult>;
	stream(folder: string, args: readonly string[], options?: Pick<GitOptions, "signal" | "timeoutMs">): Readable;
	start(folder: string, args: readonly string[]): Child;
}

export function createGit(exec: Exec): Git {
	const options = (folder: string, given: GitOptions = {}, args: readonly string[] = []) => {
		const { env, settings: own, ...rest } = given;
		return { title: `git ${args[0] ?? ""}`, ...rest, env: { ...gitEnvironment(own), GIT_DIR: folder, ...env } };
	};
	return {
		run: (folder, args, given) => exec.run("git", args, options(folder, given, args)),
		stream: (folder, args, given) => exec.stream("git", args, options(folder, given, args)),
		start: (folder, args) => exec.start("git", args, options(folder, {}, args)),
	};
}
