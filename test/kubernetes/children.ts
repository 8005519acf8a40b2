import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** A program that runs until it is ended; what it prints goes to a file. */
export interface Child {
	readonly name: string;
	readonly pid: number;
	/** Rejects with the end of its log as soon as the program ends without being asked to. */
	readonly failure: Promise<never>;
	signal(signal: NodeJS.Signals): void;
	/** Ends it at once, and resolves when it is gone. */
	kill(): Promise<void>;
}

/** Programs that end with this process, however it ends. */
export interface Children {
	start(name: string, command: string, args: readonly string[]): Child;
	/** Ends all of them, removes the folder, and resolves when that is done. */
	stop(): Promise<void>;
}

/** Starts programs whose logs go to `folder`. A reaper beside them ends them, and removes the folder, when this process is killed. */
export function createChildren(folder: string): Children {
	const script = fileURLToPath(new URL("reaper-child.ts", import.meta.url));
	const reaper = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", script, folder], {
		detached: true,
		stdio: ["pipe", "ignore", "ignore"],
	});
	reaper.unref();
	const gone = once(reaper, "close");
	reaper.stdin.on("error", () => {});
	// A pipe to a child is a socket: it must not keep a program alive that has nothing else to do.
	(reaper.stdin as unknown as { unref(): void }).unref();
	const running = new Set<Child>();
	return {
		start(name, command, args) {
			const log = join(folder, `${name}.log`);
			const output = openSync(log, "a");
			const spawned = spawn(command, args, { cwd: folder, detached: true, stdio: ["ignore", output, output] });
			closeSync(output);
			if (spawned.pid !== undefined) reaper.stdin.write(`+${spawned.pid}\n`);
			spawned.unref();
			const child = watched(name, spawned, log, () => {
				if (spawned.pid !== undefined) reaper.stdin.write(`-${spawned.pid}\n`);
				running.delete(child);
			});
			running.add(child);
			return child;
		},
		async stop() {
			await Promise.all([...running].map(async (child) => child.kill()));
			reaper.ref();
			reaper.stdin.end();
			await gone;
		},
	};
}

function watched(name: string, spawned: ChildProcess, log: string, onEnd: () => void): Child {
	let asked = false;
	const ended = new Promise<string>((resolve) => {
		spawned.once("error", (error) => resolve(error.message));
		spawned.once("exit", (code, signal) => resolve(signal === null ? `exit code ${code}` : `ended by ${signal}`));
	}).finally(onEnd);
	const failure = ended.then(async (how) => {
		if (asked) return new Promise<never>(() => {});
		const text = await readFile(log, "utf8").catch(() => "");
		throw new Error(`${name} ended unasked (${how}). Its last lines:\n${text.trimEnd().split("\n").slice(-20).join("\n")}`);
	});
	failure.catch(() => {});
	return {
		name,
		pid: spawned.pid ?? -1,
		failure,
		signal: (signal) => void spawned.kill(signal),
		async kill() {
			asked = true;
			spawned.ref();
			spawned.kill("SIGKILL");
			await ended;
		},
	};
}
