import { createExec } from "../lib/exec/exec.ts";

/** Runs the user's own git in a folder; with the user's settings, without questions. */
export type Git = (args: readonly string[], okCodes?: readonly number[]) => Promise<{ readonly text: string; readonly code: number }>;

const inherited = [
	"PATH",
	"HOME",
	"LANG",
	"XDG_CONFIG_HOME",
	"SSH_AUTH_SOCK",
	"GIT_CONFIG_GLOBAL",
	"GIT_CONFIG_SYSTEM",
	"GIT_CONFIG_NOSYSTEM",
	"TMPDIR",
];

/** What programs started by the command line inherit of its environment. */
export function inheritedEnvironment(env: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
	return Object.fromEntries(inherited.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
}

/** Git for a folder. */
export function gitIn(folder: string, env: NodeJS.ProcessEnv, signal: AbortSignal): Git {
	const exec = createExec({
		environment: { ...inheritedEnvironment(env), GIT_TERMINAL_PROMPT: "0", GIT_OPTIONAL_LOCKS: "0", LC_ALL: "C" },
	});
	return async (args, okCodes = [0]) => {
		const { stdout, code } = await exec.run("git", ["-C", folder, ...args], { okCodes, signal, maxOutputBytes: 64 * 1024 * 1024 });
		return { text: stdout.toString("utf8"), code };
	};
}
