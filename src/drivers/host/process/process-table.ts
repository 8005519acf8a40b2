import { existsSync, readdirSync, readFileSync } from "node:fs";
import type { Exec } from "../../../lib/exec/exec.ts";

/** What tells a process from a later one with the same id. */
export interface ProcessIdentity {
	/** Start in clock ticks since boot (proc(5), field 22), or as `ps` prints it. */
	readonly start: string;
	/** Of the boot it was started in. */
	readonly boot: string;
}

/** The machine's processes. */
export interface ProcessTable {
	/** Identity of a running process; undefined where there is none, or only what is left of one that ended. */
	identify(pid: number): Promise<ProcessIdentity | undefined>;
	/** Cheap, for frequent use: false where surely none runs with that id. */
	exists(pid: number): boolean;
	/** Processes that have the variable with one of the values in their environment, by value, oldest first. */
	findMarked(variable: string, values: ReadonlySet<string>): Promise<ReadonlyMap<string, readonly MarkedProcess[]>>;
}

export interface MarkedProcess {
	readonly pid: number;
	readonly group: number;
	/** Leads a process group of its own: what Gitward started does, what that started in turn mostly does not. */
	readonly isLeader: boolean;
}

/** The variable that marks every process that Gitward starts. */
export const markerVariable = "GITWARD_INSTANCE";

function exists(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return error instanceof Error && "code" in error && error.code === "EPERM";
	}
}

/** True where the identity is that of the process that runs now under the id. */
export async function isSame(table: ProcessTable, pid: number, known: ProcessIdentity): Promise<boolean> {
	const now = await table.identify(pid);
	return now !== undefined && now.start === known.start && now.boot === known.boot;
}

/** The table of this machine: from /proc where there is one, else from `ps`. */
export function createProcessTable(exec: Exec): ProcessTable {
	return existsSync("/proc/self/stat") ? procTable() : psTable(exec);
}

function procTable(): ProcessTable {
	const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
	return {
		exists,
		async identify(pid) {
			const fields = statFields(pid);
			if (fields === undefined || fields.state === "Z" || fields.state === "X") return undefined;
			return { start: fields.start, boot };
		},
		async findMarked(variable, values) {
			const found = new Map<string, { pid: number; group: number; isLeader: boolean; start: bigint }[]>();
			if (values.size === 0) return found;
			for (const name of readdirSync("/proc")) {
				const pid = Number(name);
				if (!Number.isInteger(pid)) continue;
				const value = environmentValue(pid, variable);
				if (value === undefined || !values.has(value)) continue;
				const fields = statFields(pid);
				if (fields === undefined || fields.state === "Z" || fields.state === "X") continue;
				const list = found.get(value) ?? [];
				list.push({ pid, group: fields.group, isLeader: fields.group === pid, start: BigInt(fields.start) });
				found.set(value, list);
			}
			for (const list of found.values()) list.sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : a.pid - b.pid));
			return found;
		},
	};
}

function statFields(pid: number): { readonly state: string; readonly group: number; readonly start: string } | undefined {
	let text: string;
	try {
		text = readFileSync(`/proc/${pid}/stat`, "latin1");
	} catch {
		return undefined;
	}
	// The second field is the program's name in parentheses and may itself hold any character.
	const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
	const [state, group, start] = [fields[0], fields[2], fields[19]];
	return state === undefined || start === undefined ? undefined : { state, group: Number(group), start };
}

function environmentValue(pid: number, variable: string): string | undefined {
	try {
		const text = `\0${readFileSync(`/proc/${pid}/environ`, "latin1")}`;
		const at = text.indexOf(`\0${variable}=`);
		return at < 0 ? undefined : text.slice(at + variable.length + 2).split("\0", 1)[0];
	} catch {
		return undefined;
	}
}

/** macOS and others: not as exact, since `ps` gives the start in seconds. */
function psTable(exec: Exec): ProcessTable {
	const ask = async (args: readonly string[]): Promise<string> =>
		(await exec.run("ps", args, { okCodes: [0, 1], timeoutMs: 5000 })).stdout.toString("utf8");
	return {
		exists,
		async identify(pid) {
			const [state, ...start] = (await ask(["-o", "state=,lstart=", "-p", String(pid)])).trim().split(/\s+/u);
			return state === undefined || state === "" || state.startsWith("Z") ? undefined : { start: start.join(" "), boot: "" };
		},
		async findMarked(variable, values) {
			const found = new Map<string, MarkedProcess[]>();
			if (values.size === 0) return found;
			for (const line of (await ask(["-axEww", "-o", "pid=,pgid=,command="])).split("\n")) {
				const [, pid, group, rest = ""] = /^\s*(\d+)\s+(\d+)\s(.*)$/u.exec(line) ?? [];
				const value = new RegExp(`(?:^|\\s)${variable}=(\\S+)`, "u").exec(rest)?.[1];
				if (pid === undefined || value === undefined || !values.has(value)) continue;
				found.set(value, [...(found.get(value) ?? []), { pid: Number(pid), group: Number(group), isLeader: pid === group }]);
			}
			return found;
		},
	};
}

/** Sends a signal to a whole process group; false where it is empty. */
export function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
	try {
		process.kill(-group, signal);
		return true;
	} catch {
		return false;
	}
}
