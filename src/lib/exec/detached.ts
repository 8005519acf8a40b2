import { spawn } from "node:child_process";
import { closeSync, constants, openSync } from "node:fs";

export interface DetachedOptions {
	readonly cwd: string;
	/** The whole environment: nothing is inherited. */
	readonly env: Readonly<Record<string, string>>;
	/** Files that standard output and standard error are appended to; made with mode 0600. */
	readonly stdout: string;
	readonly stderr: string;
}

/** How a process ended. */
export interface ProcessEnd {
	/** Null where a signal ended it. */
	readonly code: number | null;
	readonly signal: NodeJS.Signals | null;
}

/** A process that outlives the one that started it. */
export interface DetachedProcess {
	readonly pid: number;
	/** Resolves at its end, while the starter still runs; does not keep the starter alive. */
	readonly ended: Promise<ProcessEnd>;
}

/**
 * Starts a program without a shell as leader of its own session and process group, its output appended to files, so that it
 * survives the starter. The program has been executed when this returns. Throws what the operating system said, code ENOENT,
 * EACCES, E2BIG and so on.
 */
export async function spawnDetached(program: string, args: readonly string[], options: DetachedOptions): Promise<DetachedProcess> {
	const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;
	const stdout = openSync(options.stdout, flags, 0o600);
	try {
		const stderr = openSync(options.stderr, flags, 0o600);
		try {
			const child = spawn(program, args, {
				cwd: options.cwd,
				env: { ...options.env },
				stdio: ["ignore", stdout, stderr],
				shell: false,
				detached: true,
				windowsHide: true,
			});
			const { pid } = child;
			if (pid === undefined) throw await new Promise((resolve) => child.once("error", resolve));
			child.on("error", () => {});
			child.unref();
			const ended = new Promise<ProcessEnd>((resolve) => child.once("exit", (code, signal) => resolve({ code, signal })));
			return { pid, ended };
		} finally {
			closeSync(stderr);
		}
	} finally {
		closeSync(stdout);
	}
}
