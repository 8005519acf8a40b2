import type { FieldDifference } from "../../../core/change.ts";
import type { DriftRule } from "../../../core/documents/environment.ts";
import { matchesGlob } from "../../../core/glob.ts";
import type { LiveObject, ManagedFields } from "../client/client.ts";
import { every, parseFieldPath } from "../live/fields.ts";
import { fieldManager } from "../marks.ts";
import { pointerPart } from "./differences.ts";

/** Differences with who set the live value and since when, and what the first rule that fits says of its drift. */
export function explained(
	differences: readonly FieldDifference[],
	live: LiveObject,
	rules: readonly DriftRule[],
): readonly FieldDifference[] {
	const modes = rules.filter(({ mode }) => mode !== "ignore");
	return differences.map((difference) => {
		const set = setterOf(difference.path, live);
		const rule = modes.find((each) => fits(each, difference.path, set.manager));
		return { ...difference, ...set, ...(rule === undefined || rule.mode === "ignore" ? {} : { drift: rule.mode }) };
	});
}

/** Whether a rule speaks of a field: by its path, by who set it, or, where it names neither, of the whole Object. */
function fits({ fields, managers }: DriftRule, path: string, manager: string | undefined): boolean {
	if (fields.length === 0 && managers.length === 0) return true;
	const parts = path.split("/").slice(1);
	if (fields.some((field) => leadsTo(parts, field))) return true;
	return manager !== undefined && managers.some((glob) => matchesGlob(glob, manager));
}

/** Whether a field is what a path of a rule names, or stands beneath it. */
function leadsTo(parts: readonly string[], field: string): boolean {
	const path = parseFieldPath(field);
	return path.length <= parts.length && path.every((part, index) => part === every || pointerPart(String(part)) === parts[index]);
}

/** Which manager owns a field, and since when: the one that wrote last where several do. */
function setterOf(path: string, live: LiveObject): { readonly manager?: string; readonly since?: string } {
	const parts = path.split("/").slice(1);
	const entries = (live.metadata.managedFields ?? []).filter((entry) => entry.manager !== fieldManager && owns(entry, parts, live));
	const [last] = entries.toSorted((a, b) => ((a.time ?? "") < (b.time ?? "") ? 1 : -1));
	if (last === undefined) return {};
	return { manager: last.manager, ...(last.time === undefined ? {} : { since: last.time }) };
}

/** Whether an entry of managedFields has a field, of which the live object says which entry of a list is meant. */
export function owns(entry: ManagedFields, parts: readonly string[], live: LiveObject): boolean {
	let set: unknown = entry.fieldsV1;
	let value: unknown = live;
	for (const part of parts) {
		if (typeof set !== "object" || set === null) return false;
		const fields = set as Readonly<Record<string, unknown>>;
		const keys = Object.keys(fields).filter((key) => key !== ".");
		// A field that is owned as a whole has nothing beneath.
		if (keys.length === 0) return true;
		if (Array.isArray(value)) {
			const item: unknown = value[Number(part)];
			const key = keys.find((each) => each.startsWith("k:") && isItem(each, item));
			if (key === undefined) return false;
			set = fields[key];
			value = item;
		} else {
			const key = keys.find((each) => each.startsWith("f:") && pointerPart(each.slice(2)) === part);
			if (key === undefined) return false;
			set = fields[key];
			value = typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>)[key.slice(2)] : undefined;
		}
	}
	return true;
}

function isItem(key: string, item: unknown): boolean {
	if (typeof item !== "object" || item === null) return false;
	const names = JSON.parse(key.slice(2)) as Readonly<Record<string, unknown>>;
	return Object.entries(names).every(([name, value]) => (item as Readonly<Record<string, unknown>>)[name] === value);
}
