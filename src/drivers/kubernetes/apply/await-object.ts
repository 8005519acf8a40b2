import { AppError } from "../../../core/app-error.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { KubernetesClient, LiveObject, ObjectName, ResourceType } from "../client/client.ts";
import { isCode } from "./about.ts";
import { pause } from "./pause.ts";

/** Before a watch that the server ended is begun anew. */
const againMs = 250;

export interface AwaitOptions {
	readonly signal: AbortSignal | undefined;
	readonly clock: Clock;
	/** Milliseconds after which it gives up. */
	readonly limitMs: number;
	/** What is waited for, for the error: `it to be deleted`. */
	readonly what: string;
}

/**
 * Looks at one object now and at each of its changes, by a watch of it alone, until `look` gives a value. `look` is given undefined where
 * the object is not there. Throws `WaitedTooLong` (timeout) at the limit.
 */
export async function awaitObject<Result>(
	client: KubernetesClient,
	type: ResourceType,
	name: ObjectName,
	look: (object: LiveObject | undefined) => Result | undefined | Promise<Result | undefined>,
	{ signal, clock, limitMs, what }: AwaitOptions,
): Promise<Result> {
	const limit = new AbortController();
	const stop = clock.after(limitMs, () => limit.abort());
	const both = signal === undefined ? limit.signal : AbortSignal.any([signal, limit.signal]);
	try {
		for (;;) {
			const result = await awaitOnce(client, type, name, look, both);
			if (result !== undefined) return result;
			await pause(clock, againMs, both);
		}
	} catch (error) {
		signal?.throwIfAborted();
		if (!limit.signal.aborted) throw error;
		throw new AppError(`waited ${Math.round(limitMs / 1000)} s in vain for ${what}`, {
			code: "WaitedTooLong",
			kind: "timeout",
			cause: error,
		});
	} finally {
		stop();
	}
}

/** One list of the single object and the watch that follows it; undefined where the watch ended before anything was found. */
async function awaitOnce<Result>(
	client: KubernetesClient,
	type: ResourceType,
	{ namespace, name }: ObjectName,
	look: (object: LiveObject | undefined) => Result | undefined | Promise<Result | undefined>,
	signal: AbortSignal,
): Promise<Result | undefined> {
	const narrow = { fieldSelector: `metadata.name=${name}`, signal, ...(type.namespaced ? { namespace } : {}) };
	let resourceVersion = "";
	let object: LiveObject | undefined;
	for await (const page of client.list(type, narrow)) {
		({ resourceVersion } = page);
		object = page.items.at(0) ?? object;
	}
	const now = await look(object);
	if (now !== undefined) return now;
	// The watch is ended by its signal however this function is left.
	const end = new AbortController();
	try {
		for await (const line of client.watch(type, { ...narrow, resourceVersion, signal: AbortSignal.any([signal, end.signal]) })) {
			if (line.type === "BOOKMARK") continue;
			const found = await look(line.type === "DELETED" ? undefined : line.object());
			if (found !== undefined) return found;
		}
	} catch (error) {
		if (!isCode(error, "WatchExpired", "WatchSilent")) throw error;
	} finally {
		end.abort();
	}
	signal.throwIfAborted();
	return undefined;
}
