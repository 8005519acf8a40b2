import type { LiveObject, WatchLine } from "./client.ts";

type LineType = WatchLine["type"] | "ERROR";

export interface ScannedLine {
	readonly type: LineType;
	readonly resourceVersion: string;
	object(): LiveObject;
}

/**
 * How the API server writes objects of its own types: the fields of metadata stand in a fixed order, and none of those before resourceVersion
 * can hold a quote. So a line that begins like this is certain.
 */
const usual =
	/^\{"type":"(?<type>[A-Z]+)","object":\{"kind":"[^"\\]*","apiVersion":"[^"\\]*","metadata":\{(?:"name":"[^"\\]*",?)?(?:"generateName":"[^"\\]*",?)?(?:"namespace":"[^"\\]*",?)?(?:"selfLink":"[^"\\]*",?)?(?:"uid":"[^"\\]*",?)?"resourceVersion":"(?<version>[^"\\]*)"/u;
const opening = /^\{"type":"(?<type>[A-Z]+)","object":\{/u;

/** Reads type and resourceVersion of a line of a watch, by the cheapest way that is certain. Undefined for a line that is none. */
export function scanWatchLine(line: string): ScannedLine | undefined {
	if (!line.endsWith("}}")) return parsed(line);
	const fast = usual.exec(line)?.groups;
	if (fast !== undefined) return scanned(line, fast["type"] ?? "", fast["version"] ?? "");
	const type = opening.exec(line)?.groups?.["type"];
	if (type !== undefined && type !== "ERROR") {
		const version = versionOf(line, line.indexOf('"object":') + 9);
		if (version !== undefined) return scanned(line, type, version);
	}
	return parsed(line);
}

function scanned(line: string, type: string, resourceVersion: string): ScannedLine | undefined {
	if (!isType(type)) return undefined;
	return { type, resourceVersion, object: () => (JSON.parse(line) as { readonly object: LiveObject }).object };
}

function parsed(line: string): ScannedLine | undefined {
	try {
		const value = JSON.parse(line) as { readonly type?: unknown; readonly object?: LiveObject };
		const { type, object } = value;
		if (typeof type !== "string" || !isType(type) || typeof object !== "object" || object === null) return undefined;
		return { type, resourceVersion: object.metadata?.resourceVersion ?? "", object: () => object };
	} catch {
		return undefined;
	}
}

function isType(type: string): type is LineType {
	return type === "ADDED" || type === "MODIFIED" || type === "DELETED" || type === "BOOKMARK" || type === "ERROR";
}

/**
 * `metadata.resourceVersion` of the JSON object that starts at `start`, by hopping from quote to quote and counting braces in between.
 * Undefined where there is none, or the text is not as compact as the API server writes it.
 */
function versionOf(text: string, start: number): string | undefined {
	let depth = 0;
	let isMetadata = false;
	let at = start;
	while (at < text.length) {
		const code = text.charCodeAt(at);
		if (code === 0x7b || code === 0x5b) depth += 1;
		else if (code === 0x7d || code === 0x5d) {
			depth -= 1;
			if (depth === 0 || (isMetadata && depth === 1)) return undefined;
		} else if (code === 0x22) {
			const end = stringEnd(text, at);
			if (end === -1) return undefined;
			if (text.charCodeAt(end + 1) === 0x3a) {
				if (depth === 1) isMetadata = text.startsWith('"metadata":{', at);
				else if (depth === 2 && isMetadata && text.startsWith('"resourceVersion":"', at)) {
					const close = stringEnd(text, at + 18);
					const value = close === -1 ? "\\" : text.slice(at + 19, close);
					return value.includes("\\") ? undefined : value;
				}
			}
			at = end;
		}
		at += 1;
	}
	return undefined;
}

/** Where the string that starts at `start` ends. */
function stringEnd(text: string, start: number): number {
	for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
		let slashes = 0;
		while (text.charCodeAt(end - 1 - slashes) === 0x5c) slashes += 1;
		if (slashes % 2 === 0) return end;
	}
	return -1;
}
