import { isCollection, isMap, isPair, isScalar, LineCounter, parseAllDocuments, visit, type Document as YamlDocument } from "yaml";
import type { SourcePlace } from "../app-error.ts";
import { expandsTooFar } from "./expansion.ts";
import { maxAliases, maxDepth, maxDocuments, maxFileBytes } from "./limits.ts";
import type { Problem } from "./problem.ts";

/** One document of a YAML or JSON file. */
export interface ReadDocument {
	readonly value: unknown;
	/** Where a key stands: the nearest thing that exists on the way to it. With `ofKey` the key itself, else its value. */
	place(path: readonly PropertyKey[], ofKey?: boolean): SourcePlace;
}

export interface ReadFile {
	readonly documents: readonly ReadDocument[];
	readonly problems: readonly Problem[];
}

/** `spec.ports[0].name`. */
export function pathText(path: readonly PropertyKey[]): string {
	return path.map((part, index) => (typeof part === "number" ? `[${part}]` : `${index === 0 ? "" : "."}${String(part)}`)).join("");
}

function depthOf(document: YamlDocument.Parsed): { readonly depth: number; readonly aliases: number } {
	let depth = 0;
	let aliases = 0;
	visit(document, {
		Alias: () => {
			aliases += 1;
		},
		Collection: (_key, _node, path) => {
			depth = Math.max(depth, path.filter(isCollection).length + 1);
			return depth > maxDepth ? visit.BREAK : undefined;
		},
	});
	return { depth, aliases };
}

/** Where a key stands that its map has already. */
function keyThatIsThereTwice(document: YamlDocument.Parsed): number | undefined {
	let found: number | undefined;
	visit(document, {
		Map: (_key, map) => {
			const seen = new Set<unknown>();
			for (const { key } of map.items) {
				if (!isScalar(key) || (key.value === "<<" && key.type === "PLAIN")) continue;
				if (seen.has(key.value)) found = key.range?.[0] ?? 0;
				if (found !== undefined) return visit.BREAK;
				seen.add(key.value);
			}
			return undefined;
		},
	});
	return found;
}

/** Too deep a nesting would exhaust the parser's stack: seen in the text before it is parsed. */
function isNestedTooDeep(text: string): boolean {
	let open = 0;
	for (const character of text) {
		if (character === "[" || character === "{") {
			open += 1;
			if (open > 1000) return true;
		} else if ((character === "]" || character === "}") && open > 0) open -= 1;
	}
	return /^(?:[ ]{0,4}- ){200}/mu.test(text) || /^[ ]{2000}/mu.test(text);
}

/** Most characters of a line that are kept of it. */
const maxQuote = 1000;

/** Reads the documents of a YAML 1.2 or JSON file with the places of everything in it. Never throws: what is wrong is a Problem. */
export function readYaml(file: string, text: string): ReadFile {
	const fail = (message: string, hint?: string): ReadFile => ({
		documents: [],
		problems: [{ place: { file }, message, ...(hint === undefined ? {} : { hint }) }],
	});
	if (Buffer.byteLength(text) > maxFileBytes) return fail("is larger than 1 MiB", "Split it into several files.");
	if (text.includes("\0")) return fail("holds a zero byte: it is no text");
	if (isNestedTooDeep(text)) return fail(`is nested more than ${maxDepth} levels deep`);

	const source = text.replace(/^\uFEFF/u, "");
	const counter = new LineCounter();
	let all: readonly YamlDocument.Parsed[];
	try {
		const parsed = parseAllDocuments(source, {
			lineCounter: counter,
			strict: true,
			// It compares each key with each: minutes for one file. Keys that stand twice are looked for below.
			uniqueKeys: false,
			merge: true,
			prettyErrors: false,
			version: "1.2",
		});
		all = Array.isArray(parsed) ? parsed : [];
	} catch (error) {
		return fail(`cannot be read: ${error instanceof Error ? error.message : String(error)}`);
	}
	if (all.length > maxDocuments) return fail(`holds more than ${maxDocuments} documents`);
	const problems: Problem[] = [];
	const documents: ReadDocument[] = [];
	for (const document of all) {
		const at = (offset: number): SourcePlace => {
			const { line, col } = counter.linePos(offset);
			const start = counter.lineStarts[line - 1] ?? 0;
			const [quote = ""] = source.slice(start, start + maxQuote).split(/[\r\n]/u, 1);
			return { file, line: Math.max(line, 1), column: Math.max(col, 1), quote };
		};
		const wrong = document.errors[0];
		if (wrong !== undefined) {
			problems.push({ place: at(wrong.pos[0]), message: explainYaml(wrong.message) });
			continue;
		}
		const again = keyThatIsThereTwice(document);
		if (again !== undefined) {
			problems.push({ place: at(again), message: "Map keys must be unique" });
			continue;
		}
		const { depth, aliases } = depthOf(document);
		if (depth > maxDepth) {
			problems.push({ place: at(document.range[0]), message: `is nested more than ${maxDepth} levels deep` });
			continue;
		}
		if (aliases > maxAliases) {
			problems.push({ place: at(document.range[0]), message: `uses more than ${maxAliases} aliases`, hint: "Write the values out." });
			continue;
		}
		try {
			const value: unknown = document.toJS({ maxAliasCount: -1 });
			if (value === null || value === undefined) continue;
			if (aliases > 0 && expandsTooFar(value)) {
				problems.push({ place: at(document.range[0]), message: "its aliases expand to too much", hint: "Write the values out." });
				continue;
			}
			documents.push({ value, place: (path, ofKey = false) => ({ ...at(offsetOf(document, path, ofKey)), key: pathText(path) }) });
		} catch (error) {
			problems.push({ place: at(document.range[0]), message: explainYaml(error instanceof Error ? error.message : String(error)) });
		}
	}
	return { documents, problems };
}

function explainYaml(message: string): string {
	if (/tab/iu.test(message)) return "uses tabs to indent: YAML wants spaces";
	return message.replace(/\s+at line \d+[\s\S]*$/u, "").replace(/\.$/u, "");
}

function offsetOf(document: YamlDocument.Parsed, path: readonly PropertyKey[], ofKey: boolean): number {
	let node: unknown = document.contents;
	let offset = document.contents?.range?.[0] ?? document.range[0];
	for (const [index, part] of path.entries()) {
		if (!isCollection(node)) break;
		const pair = isMap(node) ? node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(part)) : undefined;
		const next: unknown = pair === undefined ? (isMap(node) ? undefined : node.items[Number(part)]) : pair.value;
		if (pair !== undefined && isPair(pair) && isScalar(pair.key)) {
			offset = pair.key.range?.[0] ?? offset;
			const isLast = index === path.length - 1;
			if (isLast && ofKey) return offset;
		}
		if (next === undefined || next === null) break;
		const { range } = next as { readonly range?: readonly [number, number, number] | null };
		if (range !== undefined && range !== null) [offset] = range;
		node = next;
	}
	return offset;
}
