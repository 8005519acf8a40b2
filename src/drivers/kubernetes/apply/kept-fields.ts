import type { DriftRule } from "../../../core/documents/environment.ts";
import { matchesGlob } from "../../../core/glob.ts";
import type { ObjectRef } from "../../../core/object.ts";
import type { LiveObject } from "../client/client.ts";
import { every, type FieldPath, parseFieldPath } from "../live/fields.ts";

type Fields = Record<string, unknown>;

function isFields(value: unknown): value is Fields {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Rules that are for an Object. */
export function rulesAbout(rules: readonly DriftRule[], { group, kind, namespace, name }: ObjectRef): readonly DriftRule[] {
	const fits = (glob: string | undefined, text: string): boolean => glob === undefined || matchesGlob(glob, text);
	return rules.filter(
		(rule) => fits(rule.group, group) && fits(rule.kind, kind) && fits(rule.namespace, namespace) && fits(rule.name, name),
	);
}

/** Rules by which fields of an Object are left to others. */
export function rulesFor(rules: readonly DriftRule[], ref: ObjectRef): readonly DriftRule[] {
	return rulesAbout(
		rules.filter(({ mode }) => mode === "ignore"),
		ref,
	);
}

/**
 * A body in which the fields that the rules leave to others have their live values, where they exist live: so the apply neither takes
 * nor removes them. Where they do not exist live they are as desired.
 */
export function keepIgnored(body: Fields, live: LiveObject, rules: readonly DriftRule[]): Fields {
	let result: unknown = body;
	for (const { fields, managers } of rules) {
		for (const field of fields) result = withLive(result, live, parseFieldPath(field));
		for (const { manager, fieldsV1 } of live.metadata.managedFields ?? []) {
			if (managers.some((glob) => matchesGlob(glob, manager))) result = withOwned(result, live, fieldsV1);
		}
	}
	// Whatever a rule says, an Object that lost Gitward's marks or its name would be no longer Gitward's.
	return { ...(result as Fields), apiVersion: body["apiVersion"], kind: body["kind"], metadata: marked(result as Fields, body) };
}

function marked(result: Fields, body: Fields): Fields {
	const [now, wanted] = [result["metadata"], body["metadata"]].map((value) => (isFields(value) ? value : {}));
	const merged = (field: string): Fields => ({ ...(now?.[field] as Fields), ...marksIn(wanted?.[field]) });
	return {
		...now,
		...pick(wanted, ["name", "namespace", "uid", "resourceVersion"]),
		labels: merged("labels"),
		annotations: merged("annotations"),
	};
}

function marksIn(value: unknown): Fields {
	return isFields(value) ? Object.fromEntries(Object.entries(value).filter(([key]) => key.startsWith("gitward.dev/"))) : {};
}

function pick(value: Fields | undefined, keys: readonly string[]): Fields {
	return Object.fromEntries(keys.flatMap((key) => (value !== undefined && key in value ? [[key, value[key]]] : [])));
}

/** Keys by which entries of lists are told apart. */
const entryKeys: readonly string[] = ["name", "key", "mountPath", "containerPort", "port", "ip", "type", "uid"];

/** The live entry that an entry of the body stands for: of the same key, else at the same place. */
function counterpart(entry: unknown, index: number, live: readonly unknown[]): unknown {
	if (isFields(entry)) {
		const key = entryKeys.find((each) => entry[each] !== undefined);
		if (key !== undefined) return live.find((each) => isFields(each) && each[key] === entry[key]);
	}
	return live[index];
}

/** A value with the live one where the path leads; missing parts on the way end it. */
function withLive(value: unknown, live: unknown, path: FieldPath): unknown {
	const [part, ...rest] = path;
	if (part === undefined) return live === undefined ? value : live;
	if (live === undefined || live === null) return value;
	if (Array.isArray(value)) {
		if (!Array.isArray(live)) return value;
		return value.map((entry: unknown, index) => {
			if (part !== every && String(index) !== String(part)) return entry;
			return withLive(entry, counterpart(entry, index, live), rest);
		});
	}
	if (!isFields(value) || !isFields(live)) return value;
	const keys = part === every ? Object.keys(value) : [String(part)];
	const result = { ...value };
	for (const key of keys) if (key in value && key in live) result[key] = withLive(value[key], live[key], rest);
	return result;
}

/** A value with the live ones of all fields that a field set names. */
function withOwned(value: unknown, live: unknown, set: Readonly<Record<string, unknown>>): unknown {
	const keys = Object.keys(set).filter((key) => key !== ".");
	if (live === undefined) return value;
	if (keys.length === 0) return live;
	if (Array.isArray(value) && Array.isArray(live)) {
		return value.map((entry: unknown) => {
			const key = keys.find((each) => each.startsWith("k:") && isFields(entry) && isNamed(each, entry));
			const now = key === undefined ? undefined : (live as unknown[]).find((each) => isFields(each) && isNamed(key, each));
			return key === undefined ? entry : withOwned(entry, now, set[key] as Fields);
		});
	}
	if (!isFields(value) || !isFields(live)) return value;
	const result = { ...value };
	for (const key of keys) {
		const name = key.slice(2);
		if (key.startsWith("f:") && name in value) result[name] = withOwned(value[name], live[name], set[key] as Fields);
	}
	return result;
}

function isNamed(key: string, entry: Fields): boolean {
	const names = JSON.parse(key.slice(2)) as Fields;
	return Object.entries(names).every(([name, value]) => entry[name] === value);
}
