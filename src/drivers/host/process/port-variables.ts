import type { ProcessSpec } from "../kinds/process.ts";

/** 0: the ports themselves; 1: their alternates. */
export type Slot = 0 | 1;

export type Port = ProcessSpec["ports"][number];

/** The port of an entry in a slot; without an alternate it is the same in both. */
export function portIn(port: Port, slot: Slot): number {
	return slot === 1 ? (port.alternate ?? port.port) : port.port;
}

/** True where replacements can start beside what runs: every port has an alternate. */
export function canAlternate(spec: ProcessSpec): boolean {
	return spec.ports.length > 0 && spec.ports.every((port) => port.alternate !== undefined);
}

/** `PORT` and `PORT_<name>` of a slot. */
export function portVariables(spec: ProcessSpec, slot: Slot): Readonly<Record<string, string>> {
	const variables: Record<string, string> = {};
	for (const port of spec.ports) {
		const number = String(portIn(port, slot));
		variables["PORT"] ??= number;
		variables[`PORT_${port.name.replaceAll("-", "_")}`] = number;
	}
	return variables;
}

/** The text with `${PORT}` and `${PORT_<name>}` filled in; any other `${...}` stays as it is. */
export function withPorts(text: string, variables: Readonly<Record<string, string>>): string {
	return text.replaceAll(/\$\{(PORT(?:_[a-z0-9_]+)?)\}/gu, (whole, name: string) => variables[name] ?? whole);
}

/** Number of the port that a health check means. */
export function portOf(spec: ProcessSpec, slot: Slot, reference: string | number | undefined): number | undefined {
	if (typeof reference === "number") {
		const named = spec.ports.find((port) => port.port === reference);
		return named === undefined ? reference : portIn(named, slot);
	}
	const port = reference === undefined ? spec.ports[0] : spec.ports.find((each) => each.name === reference);
	return port === undefined ? undefined : portIn(port, slot);
}
