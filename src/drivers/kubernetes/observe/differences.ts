import type { FieldDifference } from "../../../core/change.ts";
import type { Json } from "../../../core/object.ts";

/** Most differences that are told of one Object. */
const most = 200;
/** Longest text of a value that is told, in characters. */
const longest = 4000;

/** Fields that the server keeps by itself: they differ without anybody's doing. */
const noise: ReadonlySet<string> = new Set([
	"/metadata/managedFields",
	"/metadata/resourceVersion",
	"/metadata/generation",
	"/metadata/uid",
	"/metadata/creationTimestamp",
	"/metadata/selfLink",
]);

type Fields = Readonly<Record<string, unknown>>;

/** A part of a JSON pointer, RFC 6901. */
export function pointerPart(key: string): string {
	return key.replaceAll("~", "~0").replaceAll("/", "~1");
}

function isFields(value: unknown): value is Fields {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

function shown(value: unknown): Json {
	if (typeof value === "string" && value.length > longest) return `${value.slice(0, longest)}…`;
	return value as Json;
}

function isSecretPath(path: string): boolean {
	return path.startsWith("/data/") || path.startsWith("/stringData/");
}

/** Values of a Secret as `***`, however deep; that two differ is still to be seen, as both sides are told. */
function masked(path: string, value: unknown): unknown {
	if (value === undefined) return undefined;
	if (isSecretPath(path)) return "***";
	if ((path === "/data" || path === "/stringData") && isFields(value))
		return Object.fromEntries(Object.keys(value).map((key) => [key, "***"]));
	if (path === "" && isFields(value)) {
		return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, masked(`/${pointerPart(key)}`, field)]));
	}
	// A client-side apply keeps the whole Secret, values and all, in an annotation.
	if (path === `/metadata/annotations/${pointerPart(lastApplied)}`) return "***";
	if (path === "/metadata/annotations" && isFields(value) && lastApplied in value) return { ...value, [lastApplied]: "***" };
	if (path === "/metadata" && isFields(value) && isFields(value["annotations"])) {
		return { ...value, annotations: masked("/metadata/annotations", value["annotations"]) };
	}
	return value;
}

const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";

/** Whether the values of a kind are secrets. */
export function isSecret({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }): boolean {
	return kind === "Secret" && apiVersion === "v1";
}

const entryKeys: readonly string[] = ["name", "key", "mountPath", "containerPort", "port", "ip", "type"];

/** Key of the entries of two lists, where they have one: such lists are compared entry by entry, whatever their order. */
export function entryKey(before: readonly unknown[], after: readonly unknown[]): string | undefined {
	return entryKeys.find((key) =>
		[before, after].every(
			(list) =>
				list.every((entry) => isFields(entry) && ["string", "number"].includes(typeof entry[key])) &&
				new Set(list.map((entry) => (entry as Fields)[key])).size === list.length,
		),
	);
}

/** The fields in which two states of an object differ; values of Secrets are `***`. */
export function differencesOf(before: unknown, after: unknown, secret: boolean): readonly FieldDifference[] {
	const found: FieldDifference[] = [];
	const tell = (path: string, from: unknown, to: unknown): void => {
		if (found.length >= most) return;
		const old = secret ? masked(path, from) : from;
		const next = secret ? masked(path, to) : to;
		found.push({ path, ...(old === undefined ? {} : { before: shown(old) }), ...(next === undefined ? {} : { after: shown(next) }) });
	};
	const walk = (path: string, from: unknown, to: unknown): void => {
		if (from === to || noise.has(path)) return;
		if (isFields(from) && isFields(to)) {
			for (const key of new Set([...Object.keys(from), ...Object.keys(to)])) walk(`${path}/${pointerPart(key)}`, from[key], to[key]);
			return;
		}
		if (Array.isArray(from) && Array.isArray(to)) return walkList(path, from, to);
		tell(path, from, to);
	};
	const walkList = (path: string, from: readonly unknown[], to: readonly unknown[]): void => {
		const key = entryKey(from, to);
		if (key === undefined || from.length === 0 || to.length === 0) {
			if (JSON.stringify(from) === JSON.stringify(to)) return;
			if (from.length !== to.length) return tell(path, from, to);
			for (const [index, entry] of to.entries()) walk(`${path}/${index}`, from[index], entry);
			return;
		}
		const rest = new Map(from.map((entry) => [(entry as Fields)[key], entry]));
		for (const [index, entry] of to.entries()) {
			const id = (entry as Fields)[key];
			walk(`${path}/${index}`, rest.get(id), entry);
			rest.delete(id);
		}
		for (const [id, entry] of rest) walk(`${path}/${from.findIndex((each) => (each as Fields)[key] === id)}`, entry, undefined);
	};
	walk("", before, after);
	return found;
}

/** The one difference of an Object that is to be made: all of it. */
export function wholeObject(object: Fields, secret: boolean): readonly FieldDifference[] {
	return [{ path: "", after: shown(secret ? masked("", object) : object) }];
}
