import { AppError } from "../../../core/app-error.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { LiveObject, ResourceType, WatchLine, WatchOptions } from "./client.ts";
import type { Connection } from "./connection.ts";
import { createLineSplitter } from "./lines.ts";
import { networkError } from "./network-error.ts";
import { apiVersionOf, collectionPath, query } from "./paths.ts";
import type { Requester } from "./requester.ts";
import { statusError } from "./status-error.ts";
import { scanWatchLine } from "./watch-line.ts";

export interface WatchContext {
	readonly requester: Requester;
	readonly connection: Connection;
	readonly clock: Clock;
	/** Milliseconds in which at least a bookmark has to come. */
	readonly silenceMs: number;
}

const maxLineBytes = 16 * 1024 * 1024;

/** Follows the objects of a type; see KubernetesClient.watch. */
export async function* watch(context: WatchContext, type: ResourceType, options: WatchOptions): AsyncGenerator<WatchLine, void, undefined> {
	const { requester, connection, clock, silenceMs } = context;
	const subject = { title: `The watch of ${type.plural}`, type: `${type.kind}, ${apiVersionOf(type)}` };
	const stream = await requester.open({
		method: "GET",
		path:
			collectionPath(type, options.namespace) +
			query({
				watch: true,
				allowWatchBookmarks: true,
				resourceVersion: options.resourceVersion,
				labelSelector: options.labelSelector,
				fieldSelector: options.fieldSelector,
				// Spread, so that watches that began together do not all end together.
				timeoutSeconds: 300 + Math.floor(Math.random() * 300),
			}),
		subject,
		signal: options.signal,
		repeatable: true,
	});
	const stopListening = listenForSilence(clock, silenceMs, stream.waiting, () => stream.stop(silent(subject.title, silenceMs)));
	const splitter = createLineSplitter(
		maxLineBytes,
		() => new AppError(`${subject.title} sent a line of more than 16 MiB`, { code: "AnswerTooLarge", kind: "invalid" }),
	);
	try {
		for (let chunks = await stream.read(); chunks !== undefined; chunks = await stream.read()) {
			for (const chunk of chunks) {
				for (const text of splitter.push(chunk)) {
					const line = scanWatchLine(text);
					if (line === undefined) throw unreadable(subject.title);
					if (line.type === "ERROR") throw errorOf(line.object(), subject);
					yield line as WatchLine;
				}
			}
		}
	} catch (error) {
		throw networkError(error, connection);
	} finally {
		stopListening();
		stream.stop();
	}
}

/** Calls `onSilence` once `waiting` passes the limit; costs one timer for each limit. */
function listenForSilence(clock: Clock, limitMs: number, waiting: () => number, onSilence: () => void): () => void {
	let stop = (): void => {};
	const look = (): void => {
		const left = limitMs - waiting();
		if (left <= 0) onSilence();
		else stop = clock.after(Math.max(left, 1), look);
	};
	stop = clock.after(limitMs, look);
	return () => stop();
}

function silent(title: string, ms: number): AppError {
	return new AppError(`${title} was silent for ${Math.round(ms / 1000)} s, without even a bookmark`, {
		code: "WatchSilent",
		kind: "unavailable",
	});
}

function unreadable(title: string): AppError {
	return new AppError(`${title} sent a line that is no event`, { code: "AnswerUnreadable", kind: "unavailable" });
}

function errorOf(status: LiveObject, subject: { readonly title: string; readonly type: string }): AppError {
	const { code } = status as unknown as { readonly code?: unknown };
	return statusError({ status: typeof code === "number" ? code : 500, headers: {}, text: JSON.stringify(status) }, subject);
}
