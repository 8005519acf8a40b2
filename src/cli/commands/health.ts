import { resolve } from "node:path";
import { text as readAll } from "node:stream/consumers";
import { AppError, type SourcePlace } from "../../core/app-error.ts";
import type { HealthRule } from "../../core/documents/environment.ts";
import type { Health } from "../../core/health.ts";
import { createHealth } from "../../health/health.ts";
import type { LiveObject } from "../../health/live-object.ts";
import { ruleProblem } from "../../health/rule-problem.ts";
import { readManifests } from "../../render/plain/manifests.ts";
import type { Io } from "../io.ts";
import { type Format, formatData } from "../output.ts";
import { readText } from "../read-text.ts";
import { paintHealth } from "../text/marks.ts";
import { formatTable } from "../text/table.ts";

export interface HealthCommandOptions {
	/** File of a health script. */
	readonly lua?: string;
	/** A CEL expression. */
	readonly cel?: string;
	readonly output: Format;
}

interface Row extends Health {
	readonly apiVersion: string;
	readonly kind: string;
	readonly namespace?: string;
	readonly name: string;
}

/** Prints how healthy live Objects are, without a server: one Object gives one answer, several give a list. */
export async function health(io: Io, file: string, options: HealthCommandOptions): Promise<void> {
	const objects = await readObjects(io, file);
	const rules = await rulesOf(io, options);
	const assessor = createHealth(rules);
	try {
		const rows: Row[] = [];
		for (const object of objects) rows.push(rowOf(object, await assessor.assess(object)));
		print(io, rows, options.output);
	} finally {
		await assessor.close();
	}
}

async function readObjects(io: Io, file: string): Promise<readonly LiveObject[]> {
	const name = file === "-" ? "standard input" : file;
	const text = file === "-" ? await readAll(process.stdin) : await readText(resolve(io.cwd, file));
	const objects = readManifests(name, text, "kubernetes").flatMap(({ value, place }) => {
		const object = asObject(value, place([]));
		const items = object["items"];
		if (object["kind"] !== "List" || !Array.isArray(items)) return [object];
		return items.map((item: unknown, index) => asObject(item, place(["items", index])));
	});
	if (objects.length > 0) return objects;
	throw new AppError(`${name} holds no Object`, { code: "ObjectInvalid", kind: "invalid", place: { file: name } });
}

function asObject(value: unknown, place: SourcePlace): LiveObject {
	const object = typeof value === "object" && value !== null && !Array.isArray(value) ? (value as LiveObject) : undefined;
	if (typeof object?.["apiVersion"] === "string" && typeof object["kind"] === "string") return object;
	throw new AppError("an Object has apiVersion and kind, and both are text", {
		code: "ObjectInvalid",
		kind: "invalid",
		place: withoutEmptyKey(place),
		hint: "Give it as the API does: kubectl get KIND NAME -o yaml.",
	});
}

/** The Object itself has no key. */
function withoutEmptyKey({ key, ...place }: SourcePlace): SourcePlace {
	return key === undefined || key === "" ? place : { ...place, key };
}

async function rulesOf(io: Io, { lua, cel }: HealthCommandOptions): Promise<readonly HealthRule[]> {
	if (lua === undefined && cel === undefined) return [];
	const script = lua === undefined ? undefined : await readText(resolve(io.cwd, lua));
	const rule = script === undefined ? { cel } : { lua: script };
	const problem = await ruleProblem(rule);
	if (problem === undefined) return [{ group: "*", kind: "*", ...rule }];
	const line = Number(/^line (?<line>[0-9]+): /u.exec(problem)?.groups?.["line"] ?? Number.NaN);
	throw new AppError(`the health rule cannot be read: ${problem}`, {
		code: "HealthRuleInvalid",
		kind: "invalid",
		...(lua === undefined ? {} : { place: { file: lua, ...(Number.isNaN(line) ? {} : { line }) } }),
	});
}

function rowOf(object: LiveObject, { status, message }: Health): Row {
	const { name, namespace } = (object["metadata"] ?? {}) as { readonly name?: unknown; readonly namespace?: unknown };
	return {
		apiVersion: String(object["apiVersion"]),
		kind: String(object["kind"]),
		...(typeof namespace === "string" ? { namespace } : {}),
		name: typeof name === "string" ? name : "",
		status,
		message,
	};
}

function print(io: Io, rows: readonly Row[], format: Format): void {
	if (format !== "table") {
		const [first] = rows;
		const single = rows.length === 1 && first !== undefined ? { status: first.status, message: first.message } : rows;
		io.out(formatData(single, format));
		return;
	}
	io.out(
		formatTable<Row>(
			[
				{ title: "OBJECT", value: ({ kind, namespace, name }) => `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}` },
				{ title: "HEALTH", value: ({ status }) => status, paint: (text, { status }) => paintHealth(io.paint, text, status) },
				{ title: "MESSAGE", value: ({ message }) => message },
			],
			rows,
			{ paint: io.paint, width: io.width },
		),
	);
}
