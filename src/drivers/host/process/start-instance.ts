import { randomUUID } from "node:crypto";
import { AppError } from "../../../core/app-error.ts";
import { type DetachedProcess, spawnDetached } from "../../../lib/exec/detached.ts";
import { errnoOf } from "../fs-error.ts";
import type { ProcessSpec } from "../kinds/process.ts";
import { listenerOn } from "./listeners.ts";
import { logFile } from "./log-files.ts";
import { portIn, portVariables, type Slot, withPorts } from "./port-variables.ts";
import type { InstanceState } from "./process-state.ts";
import { markerVariable, type ProcessTable } from "./process-table.ts";

export interface StartOptions {
	readonly spec: ProcessSpec;
	readonly slot: Slot;
	/** Digest of what it runs. */
	readonly runs: string;
	/** Real folder it runs in. */
	readonly cwd: string;
	/** What every process inherits. */
	readonly environment: Readonly<Record<string, string>>;
	/** Folder of its logs. */
	readonly folder: string;
	readonly table: ProcessTable;
	/** Notes the instance; called before the process is started, and again when its id is known. */
	readonly note: (state: InstanceState) => void;
}

/** What a Process and its health command find in their environment. */
export function environmentOf(
	spec: ProcessSpec,
	slot: Slot,
	environment: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
	const ports = portVariables(spec, slot);
	const own = Object.fromEntries(Object.entries(spec.env).map(([name, value]) => [name, withPorts(value, ports)]));
	return { ...environment, ...own, ...ports };
}

/** Why a Process cannot be started now. */
function cannotStart(message: string, code: string, hint: string, cause?: unknown): AppError {
	return new AppError(message, { code, kind: "conflict", hint, cause });
}

async function demandFreePorts(spec: ProcessSpec, slot: Slot): Promise<void> {
	for (const port of spec.ports) {
		const number = portIn(port, slot);
		const listener = await listenerOn(number);
		if (listener === undefined) continue;
		const by = listener.who === undefined ? "another program" : listener.who;
		throw cannotStart(
			`port ${number} (${port.name}) is already in use by ${by}`,
			"PortInUse",
			"Stop that program, or give the Process another port.",
		);
	}
}

/** Starts a process: noted before, so that a kill at any instant neither loses it nor starts it twice. */
export async function startInstance(
	options: StartOptions,
): Promise<{ readonly state: InstanceState & { readonly pid: number }; readonly process: DetachedProcess }> {
	const { spec, slot, runs, cwd, folder, table, note } = options;
	await demandFreePorts(spec, slot);
	const id = randomUUID();
	const planned: InstanceState = { id, slot, runs, startedAt: Date.now() };
	note(planned);
	const ports = portVariables(spec, slot);
	const [program = "", ...args] = spec.command.map((item) => withPorts(item, ports));
	let process: DetachedProcess;
	try {
		process = await spawnDetached(program, args, {
			cwd,
			env: { ...environmentOf(spec, slot, options.environment), [markerVariable]: id },
			stdout: logFile(folder, "stdout"),
			stderr: logFile(folder, "stderr"),
		});
	} catch (error) {
		switch (errnoOf(error)) {
			case "ENOENT":
				throw cannotStart(
					`the program ${program} was not found`,
					"ProgramNotFound",
					"Install it, put it on the PATH, or give its path.",
					error,
				);
			case "EACCES":
				throw cannotStart(`the program ${program} may not be executed`, "ProgramNotExecutable", 'Give the File mode: "0755".', error);
			case "ENOEXEC":
				throw cannotStart(
					`${program} is no program that this machine can run`,
					"ProgramNotExecutable",
					"A script needs a first line such as #!/usr/bin/env node.",
					error,
				);
			case "E2BIG":
				throw cannotStart("arguments and environment are too long", "ArgumentsTooLong", "Put large values into a File.", error);
			default:
				throw cannotStart(
					`${program} could not be started: ${error instanceof Error ? error.message : String(error)}`,
					"ProgramNotStarted",
					"See the message.",
					error,
				);
		}
	}
	const identity = await table.identify(process.pid);
	const state = { ...planned, pid: process.pid, ...(identity === undefined ? {} : identity) };
	note(state);
	return { state, process };
}
