import type { GitwardEvent } from "../../core/views/event.ts";
import type { Operations } from "../../engine/operations.ts";
import type { StreamWriter } from "./writer.ts";

const batch = 200;

export interface EventsQuery {
	readonly after?: number | undefined;
	readonly application?: string | undefined;
	readonly environment?: string | undefined;
}

/**
 * Sends events as server-sent events until the signal. A new event only wakes the loop, which then reads the log from where the
 * client is: so nothing is queued for a slow one, nothing is lost and the order is that of the log.
 */
export async function streamEvents(
	operations: Pick<Operations, "events" | "subscribe">,
	query: EventsQuery,
	writer: StreamWriter,
	signal: AbortSignal,
	heartbeatMs: number,
): Promise<void> {
	const filter = {
		...(query.application === undefined ? {} : { application: query.application }),
		...(query.environment === undefined ? {} : { environment: query.environment }),
	};
	let seen = 0;
	let wake: () => void = () => undefined;
	const unsubscribe = operations.subscribe((event) => {
		seen = Math.max(seen, event.id);
		wake();
	});
	try {
		const [newest] = await operations.events({ limit: 1, newest: true });
		seen = Math.max(seen, newest?.id ?? 0);
		let position = Math.min(query.after ?? seen, seen);
		// An id without data is kept by the client all the same: a reconnect goes on from here although nothing came yet.
		const ahead = query.after !== undefined && query.after > seen;
		if (!(await writer.write(`retry: 1000\nid: ${position}\n\n${ahead ? "event: reset\ndata: {}\n\n" : ""}`, signal))) return;
		while (!signal.aborted) {
			const target = seen;
			if (position < target) {
				const events = await operations.events({ ...filter, after: position, limit: batch });
				const last = events.at(-1);
				if (last !== undefined && !(await writer.write(events.map(frame).join(""), signal))) return;
				position = events.length < batch ? Math.max(target, last?.id ?? 0) : (last?.id ?? target);
				continue;
			}
			const woken = await new Promise<boolean>((resolve) => {
				const timer = setTimeout(() => resolve(false), heartbeatMs);
				wake = () => {
					clearTimeout(timer);
					signal.removeEventListener("abort", wake);
					resolve(true);
				};
				signal.addEventListener("abort", wake, { once: true });
				if (signal.aborted || position < seen) wake();
			});
			signal.removeEventListener("abort", wake);
			if (!woken && !(await writer.write(": heartbeat\n\n", signal))) return;
		}
	} finally {
		unsubscribe();
	}
}

function frame(event: GitwardEvent): string {
	return `id: ${event.id}\ndata: ${JSON.stringify(event)}\n\n`;
}
