import type { FieldDifference } from "../../../core/change.ts";
import type { DriftRule } from "../../../core/documents/environment.ts";
import type { DesiredObject } from "../../../core/object.ts";
import { bodyOf } from "../apply/body.ts";
import { keepIgnored } from "../apply/kept-fields.ts";
import type { LiveObject, ManagedFields, ResourceType } from "../client/client.ts";
import { fieldManager, type Owner } from "../marks.ts";
import { isSecret, pointerPart } from "./differences.ts";
import { differencesIn } from "./plan-object.ts";

/**
 * The desired fields that are otherwise live, with who set them and when. A field that Gitward's manager still owns has the value that was
 * applied, though the server may write it otherwise (`1000m` as `1`): it is no drift.
 */
export function driftOf(
	desired: DesiredObject,
	type: ResourceType,
	owner: Owner,
	rules: readonly DriftRule[],
	live: LiveObject,
): readonly FieldDifference[] {
	const body = bodyOf(desired, type, owner, {});
	const wanted = rules.length === 0 ? body : keepIgnored(body, live, rules);
	const all = differencesIn(wanted, live, isSecret(desired)).map((difference) => ({
		...difference,
		...setterOf(difference.path, live),
	}));
	const ours = live.metadata.managedFields?.filter(({ manager, operation }) => manager === fieldManager && operation === "Apply") ?? [];
	const taken = all.filter(({ path }) => !ours.some((entry) => owns(entry, path.split("/").slice(1), live)));
	return taken.length === 0 ? all : taken;
}

/** Which manager owns a field, and since when: the one that wrote last where several do. */
function setterOf(path: string, live: LiveObject): { readonly manager?: string; readonly since?: string } {
	const parts = path.split("/").slice(1);
	const entries = (live.metadata.managedFields ?? []).filter((entry) => entry.manager !== fieldManager && owns(entry, parts, live));
	const [last] = entries.toSorted((a, b) => ((a.time ?? "") < (b.time ?? "") ? 1 : -1));
	if (last === undefined) return {};
	return { manager: last.manager, ...(last.time === undefined ? {} : { since: last.time }) };
}

function owns(entry: ManagedFields, parts: readonly string[], live: LiveObject): boolean {
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
