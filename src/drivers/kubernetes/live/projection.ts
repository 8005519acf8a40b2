import { hash } from "node:crypto";
import type { DriftRule } from "../../../core/documents/environment.ts";
import { matchesGlob } from "../../../core/glob.ts";
import { canonicalJson } from "../../../core/hash.ts";
import type { LiveObject } from "../client/client.ts";
import { fieldManager } from "../marks.ts";
import { beneath, type Ignored, ignoredBy, type PathTree } from "./ignored.ts";

/** A set of fields as managedFields write it, FieldsV1: `f:` a field, `k:` an entry by its key, `v:` a value, `i:` a place, `.` the thing itself. */
type FieldSet = Readonly<Record<string, unknown>>;

/**
 * Hash of what Gitward's manager owns of an object, fields and values, less what is ignored. It changes when somebody takes, changes or removes
 * such a field, and at nothing else: defaults, status and fields of others are not in it. `rules` are those that fit the object. 22 characters,
 * 132 bits.
 */
export function projectionHash(object: LiveObject, rules: readonly DriftRule[]): string {
	return hash("sha256", projection(object, ignoredBy(rules)), "base64url").slice(0, 22);
}

/** The text that `projectionHash` is of; empty where Gitward's manager owns nothing. */
export function projection(object: LiveObject, ignored: Ignored | undefined): string {
	const entries = object.metadata.managedFields ?? [];
	const ours = entries.find(({ manager, operation, subresource }) => manager === fieldManager && operation === "Apply" && !subresource);
	if (ours?.fieldsV1 === undefined) return "";
	if (ignored === undefined) return ofSet(ours.fieldsV1, object);
	const others = entries.filter((entry) => entry !== ours && ignored.managers.some((glob) => matchesGlob(glob, entry.manager)));
	return lessIgnored(
		ours.fieldsV1,
		object,
		ignored.paths,
		others.map(({ fieldsV1 }) => fieldsV1),
	);
}

function isSet(value: unknown): value is FieldSet {
	return typeof value === "object" && value !== null;
}

function isEmpty(set: unknown): boolean {
	return Object.keys(set as FieldSet).length === 0;
}

/** Without anything to ignore: the way that nearly all objects take. */
function ofSet(set: FieldSet, value: unknown): string {
	let text = "";
	let entries: Entries | undefined;
	for (const key of Object.keys(set).sort()) {
		text += key;
		if (key === ".") continue;
		let child: unknown;
		if (key.startsWith("f:")) child = isSet(value) ? value[key.slice(2)] : undefined;
		else {
			entries ??= entriesOf(value, key);
			child = entries(key)?.value;
		}
		const below = set[key];
		text += isSet(below) && !isEmpty(below) ? `{${ofSet(below, child)}}` : leaf(child);
	}
	return text;
}

/**
 * The same, less the paths and what is in other sets. Nothing is left of a field of which everything is ignored, whether it is still ours
 * or not: so it makes no difference when somebody takes it.
 */
function lessIgnored(set: FieldSet, value: unknown, paths: PathTree | undefined, others: readonly FieldSet[]): string {
	let text = "";
	let entries: Entries | undefined;
	for (const key of Object.keys(set).sort()) {
		if (key === ".") continue;
		let child: unknown;
		let path: PathTree | undefined;
		if (key.startsWith("f:")) {
			const name = key.slice(2);
			child = isSet(value) ? value[name] : undefined;
			path = beneath(paths, name);
		} else {
			entries ??= entriesOf(value, key);
			const found = entries(key);
			child = found?.value;
			path = beneath(paths, String(found?.index ?? ""));
		}
		if (path?.isEnd === true) continue;
		const theirs = others.flatMap((other) => (isSet(other[key]) ? [other[key]] : []));
		const below = set[key];
		const isLeaf = !isSet(below) || isEmpty(below);
		if (theirs.some((other) => isLeaf || isEmpty(other))) continue;
		const inner = isLeaf ? leaf(child) : lessIgnored(below, child, path, theirs);
		if (isLeaf || inner !== "") text += isLeaf ? key + inner : `${key}{${inner}}`;
	}
	return text;
}

function leaf(value: unknown): string {
	if (value === undefined) return "-";
	return typeof value === "object" ? `=${canonicalJson(value)}` : `=${JSON.stringify(value)}`;
}

type Entries = (key: string) => { readonly value: unknown; readonly index: number } | undefined;

/** Entries of a list by the keys of a field set, of which `first` is one: all of a list are of one sort. */
function entriesOf(list: unknown, first: string): Entries {
	if (!Array.isArray(list)) return () => undefined;
	const entries = list as readonly unknown[];
	if (first.startsWith("i:"))
		return (key) => {
			const index = Number(key.slice(2));
			return index in entries ? { value: entries[index], index } : undefined;
		};
	const names = first.startsWith("k:") ? Object.keys(parsedKey(first).value as object) : undefined;
	const byKey = new Map<string, number>();
	for (const [index, entry] of entries.entries()) {
		const id = names === undefined ? entry : names.map((name) => (isSet(entry) ? entry[name] : undefined));
		const text = JSON.stringify(id);
		if (!byKey.has(text)) byKey.set(text, index);
	}
	return (key) => {
		const index = byKey.get(parsedKey(key).text);
		return index === undefined ? undefined : { value: entries[index], index };
	};
}

interface ParsedKey {
	readonly value: unknown;
	/** As `entriesOf` names entries. */
	readonly text: string;
}

/** Keys are the same in thousands of objects: `k:{"name":"web"}`. */
const parsedKeys = new Map<string, ParsedKey>();
const mostParsedKeys = 1000;

function parsedKey(key: string): ParsedKey {
	let parsed = parsedKeys.get(key);
	if (parsed === undefined) {
		const value: unknown = JSON.parse(key.slice(2));
		parsed = { value, text: JSON.stringify(key.startsWith("k:") ? Object.values(value as object) : value) };
		if (parsedKeys.size >= mostParsedKeys) parsedKeys.clear();
		parsedKeys.set(key, parsed);
	}
	return parsed;
}
