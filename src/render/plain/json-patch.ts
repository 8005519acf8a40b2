import { isDeepStrictEqual } from "node:util";
import { weightOf } from "../weight.ts";

/** One operation of RFC 6902. */
export interface JsonPatchOperation {
	readonly op: "add" | "remove" | "replace" | "move" | "copy" | "test";
	readonly path: string;
	readonly from?: string | undefined;
	readonly value?: unknown;
}

/** Most that one patch adds to a value, in characters. */
const maxGrowth = 8 * 1024 * 1024;

type Container = Record<string, unknown> | unknown[];

function tokens(pointer: string): readonly string[] {
	if (pointer === "") return [];
	if (!pointer.startsWith("/")) throw new Error(`${JSON.stringify(pointer)} is no JSON pointer: it must start with /`);
	return pointer
		.slice(1)
		.split("/")
		.map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function indexIn(list: readonly unknown[], token: string, pointer: string, most: number): number {
	const index = token === "-" && most === list.length ? list.length : /^(?:0|[1-9][0-9]*)$/u.test(token) ? Number(token) : -1;
	if (index < 0 || index > most) throw new Error(`${pointer} does not exist`);
	return index;
}

function child(container: unknown, token: string, pointer: string): unknown {
	if (Array.isArray(container)) return container[indexIn(container, token, pointer, container.length - 1)];
	if (typeof container === "object" && container !== null && Object.hasOwn(container, token))
		return (container as Record<string, unknown>)[token];
	throw new Error(`${pointer} does not exist`);
}

function read(root: unknown, pointer: string): unknown {
	let value = root;
	for (const token of tokens(pointer)) value = child(value, token, pointer);
	return value;
}

/** Changes the container of what a pointer names; gives the new root, which is another only for the empty pointer. */
function change(root: unknown, pointer: string, apply: (container: Container, token: string) => void, whole: () => unknown): unknown {
	const path = tokens(pointer);
	const last = path.at(-1);
	if (last === undefined) return whole();
	let container = root;
	for (const token of path.slice(0, -1)) container = child(container, token, pointer);
	if (typeof container !== "object" || container === null) throw new Error(`${pointer} does not exist`);
	apply(container as Container, last);
	return root;
}

function add(root: unknown, pointer: string, value: unknown): unknown {
	return change(
		root,
		pointer,
		(container, token) => {
			if (Array.isArray(container)) container.splice(indexIn(container, token, pointer, container.length), 0, value);
			else Object.defineProperty(container, token, { value, enumerable: true, configurable: true, writable: true });
		},
		() => value,
	);
}

function remove(root: unknown, pointer: string): unknown {
	return change(
		root,
		pointer,
		(container, token) => {
			child(container, token, pointer);
			if (Array.isArray(container)) container.splice(Number(token), 1);
			else delete container[token];
		},
		() => undefined,
	);
}

/** A copy of a value that is put in; copies of copies would double with each operation. */
type Copy = (value: unknown) => unknown;

function copying(): Copy {
	let left = maxGrowth;
	return (value) => {
		left -= weightOf(value, left);
		if (left < 0) throw new Error(`what it adds and copies is more than ${maxGrowth / 1024 / 1024} MiB`);
		return structuredClone(value);
	};
}

function step(root: unknown, operation: JsonPatchOperation, copyOf: Copy): unknown {
	const { op, path, from = "", value } = operation;
	switch (op) {
		case "add":
			return add(root, path, copyOf(value));
		case "remove":
			return remove(root, path);
		case "replace":
			read(root, path);
			return path === "" ? copyOf(value) : add(remove(root, path), path, copyOf(value));
		case "move": {
			if (path.startsWith(`${from}/`)) throw new Error(`${from} cannot be moved into itself`);
			const moved = read(root, from);
			return add(remove(root, from), path, moved);
		}
		case "copy":
			return add(root, path, copyOf(read(root, from)));
		case "test":
			if (!isDeepStrictEqual(read(root, path), value)) throw new Error(`${path} is not ${JSON.stringify(value)}`);
			return root;
	}
}

/** Applies a JSON patch (RFC 6902) to a plain value, which stays as it is. Throws Error, and changes nothing, where an operation fails. */
export function applyJsonPatch(root: unknown, operations: readonly JsonPatchOperation[]): unknown {
	const copyOf = copying();
	return operations.reduce((value, operation) => step(value, operation, copyOf), structuredClone(root));
}
