import { rmSync } from "node:fs";

/**
 * `reaper-child.ts FOLDER`: reads `+PID` and `-PID` lines. When its standard input ends, which also happens when whoever holds the
 * other end is killed, it ends every process that is left on its list and removes FOLDER.
 */
const folder = process.argv[2];
if (folder === undefined) throw new Error("usage: reaper-child.ts FOLDER");
const running = new Set<number>();
let rest = "";
process.stdin.setEncoding("utf8");
for await (const chunk of process.stdin) {
	const lines = `${rest}${chunk as string}`.split("\n");
	rest = lines.pop() ?? "";
	for (const line of lines) {
		const pid = Number(line.slice(1));
		if (line.startsWith("+")) running.add(pid);
		else running.delete(pid);
	}
}
for (const pid of running) {
	try {
		process.kill(pid, "SIGKILL");
	} catch {
		// It ended by itself.
	}
}
rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
