/** A live Object as the target holds it: nothing about its shape is taken for granted. */
export type LiveObject = Readonly<Record<string, unknown>>;

/** A condition of a status; `status` is mostly True, False or Unknown. */
export interface Condition {
	readonly type: string;
	readonly status: string;
	readonly reason: string;
	readonly message: string;
	/** Generation that it speaks about; undefined where it does not say. */
	readonly observedGeneration: number | undefined;
}

/** The value at a path; undefined where something on the way is missing. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
	let here = value;
	for (const part of path) {
		if (typeof here !== "object" || here === null || !Object.hasOwn(here, part)) return undefined;
		here = (here as Readonly<Record<string | number, unknown>>)[part];
	}
	return here;
}

/** The text at a path; empty where there is none. */
export function textAt(value: unknown, ...path: readonly (string | number)[]): string {
	const found = at(value, ...path);
	return typeof found === "string" ? found : "";
}

/** The number at a path, also one written as text; undefined where there is none. */
export function numberAt(value: unknown, ...path: readonly (string | number)[]): number | undefined {
	const found = at(value, ...path);
	if (typeof found === "number") return found;
	return typeof found === "string" && /^-?[0-9]+$/u.test(found) ? Number(found) : undefined;
}

/** The count at a path: 0 where there is none, as Kubernetes leaves zeros out. */
export function countAt(value: unknown, ...path: readonly (string | number)[]): number {
	return numberAt(value, ...path) ?? 0;
}

/** The list at a path; empty where there is none. */
export function listAt(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
	const found = at(value, ...path);
	return Array.isArray(found) ? (found as readonly unknown[]) : [];
}

/** Some write true where True is meant. */
function statusOf(status: unknown): string {
	if (typeof status === "boolean") return status ? "True" : "False";
	return typeof status === "string" ? status : "";
}

/** The conditions at a path, `status.conditions` where none is given. */
export function conditionsOf(value: unknown, ...path: readonly (string | number)[]): readonly Condition[] {
	return listAt(value, ...(path.length === 0 ? ["status", "conditions"] : path)).map((condition) => ({
		type: textAt(condition, "type"),
		status: statusOf(at(condition, "status")),
		reason: textAt(condition, "reason"),
		message: textAt(condition, "message"),
		observedGeneration: numberAt(condition, "observedGeneration"),
	}));
}

/** The condition of a type, if there is one. */
export function conditionOf(value: unknown, type: string): Condition | undefined {
	return conditionsOf(value).find((condition) => condition.type === type);
}

/** What a condition says, for people: its message, else its reason, else its name and status. */
export function wordsOf({ type, status, reason, message }: Condition): string {
	return message || reason || `${type} is ${status}`;
}
