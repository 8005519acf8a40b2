import { closeSync, constants, mkdirSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { open, rename } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { ObjectKey } from "../../../core/object.ts";
import { errnoOf } from "../fs-error.ts";
import { type ProcessSpec, processSchema } from "../kinds/process.ts";

/** What a Process is to be, as it was last applied. */
export interface ProcessWish {
	readonly key: ObjectKey;
	readonly application: string;
	readonly namespace: string;
	readonly name: string;
	readonly spec: ProcessSpec;
	/** Deleted: it is stopped, then forgotten. */
	readonly removed: boolean;
}

const instanceSchema = z.strictObject({
	/** Value of its marker. */
	id: z.string(),
	/** Which of the two ports of each entry it has. */
	slot: z.union([z.literal(0), z.literal(1)]),
	/** Digest of what it runs. */
	runs: z.string(),
	/** Milliseconds since 1970. */
	startedAt: z.number(),
	/** Absent until the process was started and this was noted. */
	pid: z.int().positive().optional(),
	start: z.string().optional(),
	boot: z.string().optional(),
});

/** One started process. */
export type InstanceState = z.infer<typeof instanceSchema>;

const runSchema = z.strictObject({
	/** The one that serves. */
	active: instanceSchema.optional(),
	/** A replacement that is not yet healthy. */
	next: instanceSchema.optional(),
	/** Those that are being stopped. */
	leaving: z.array(instanceSchema).default([]),
	/** A replacement took over, but `afterSwitch` has not ended well yet. */
	switching: z.boolean().default(false),
	/** How it ended for good: it is not started again until what it runs changes. */
	ended: z.strictObject({ runs: z.string(), code: z.number().nullable(), signal: z.string().nullable() }).optional(),
	/** The slot that served last. */
	slot: z.union([z.literal(0), z.literal(1)]).default(0),
	/** Starts so far. */
	starts: z.int().min(0).default(0),
});

/** What runs for a Process. */
export type RunState = z.infer<typeof runSchema>;

const wishSchema = z.strictObject({
	key: z.string(),
	application: z.string(),
	namespace: z.string(),
	name: z.string(),
	spec: processSchema.shape.spec,
	removed: z.boolean(),
});

export const noRun: RunState = { leaving: [], switching: false, slot: 0, starts: 0 };

export function makeStateFolder(folder: string): void {
	mkdirSync(folder, { recursive: true, mode: 0o700 });
}

/** Undefined where there is none, or where a power cut left one that is not whole. */
export function readWish(folder: string): ProcessWish | undefined {
	return readJson(join(folder, "wish.json"), wishSchema);
}

/** Survives a power cut when it resolves. */
export async function writeWish(folder: string, wish: ProcessWish): Promise<void> {
	const file = join(folder, "wish.json");
	const next = `${file}.next`;
	const handle = await open(next, "w", 0o600);
	try {
		await handle.writeFile(JSON.stringify(wish));
		await handle.datasync();
	} finally {
		await handle.close();
	}
	await rename(next, file);
	const holder = await open(folder, constants.O_RDONLY);
	try {
		await holder.sync();
	} finally {
		await holder.close();
	}
}

export function readRun(folder: string): RunState {
	return readJson(join(folder, "run.json"), runSchema) ?? noRun;
}

/** Survives a kill of Gitward. After a power cut nothing of it is true anyway: no process runs any more. */
export function writeRun(folder: string, state: RunState): void {
	const file = join(folder, "run.json");
	const next = `${file}.next`;
	const fd = openSync(next, "w", 0o600);
	try {
		writeSync(fd, JSON.stringify(state));
	} finally {
		closeSync(fd);
	}
	renameSync(next, file);
}

function readJson<T>(file: string, schema: z.ZodType<T>): T | undefined {
	let text: string;
	try {
		text = readFileSync(file, "utf8");
	} catch (error) {
		if (errnoOf(error) === "ENOENT") return undefined;
		throw error;
	}
	try {
		return schema.parse(JSON.parse(text));
	} catch {
		return undefined;
	}
}
