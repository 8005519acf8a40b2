import { contract } from "../api/contract.ts";
import { AppError } from "../core/app-error.ts";
import type { GitwardEvent } from "../core/views/event.ts";
import { linesOf } from "./lines.ts";
import { type RequestOptions, send } from "./send.ts";

export interface EventsOptions {
	/** Id behind which to begin; without it only new events come. */
	readonly after?: number;
	readonly application?: string;
	readonly environment?: string;
	readonly signal?: AbortSignal;
	/** Told when the connection stands or broke; for a light in the dashboard. */
	readonly onState?: (state: "live" | "reconnecting", error?: AppError) => void;
	/** The server's log is another one than before: what was read of it no longer holds. */
	readonly onReset?: () => void;
	/** Silence after which the connection counts as broken; the server's heartbeat is 15 s. */
	readonly silenceMs?: number;
}

const patience = { first: 250, most: 15_000 };

/** Events by server-sent events; a broken connection is made again, and goes on behind the last event. */
export async function* followEvents(request: RequestOptions, options: EventsOptions): AsyncGenerator<GitwardEvent> {
	const { signal, application, environment, onState, onReset, silenceMs = 45_000 } = options;
	let position: string | undefined = options.after === undefined ? undefined : String(options.after);
	let wait = patience.first;
	const stopped = () => signal?.aborted === true;
	while (!stopped()) {
		const watch = new AbortController();
		let timer = setTimeout(() => watch.abort(), silenceMs);
		const heard = () => {
			clearTimeout(timer);
			timer = setTimeout(() => watch.abort(), silenceMs);
		};
		try {
			const both = signal === undefined ? watch.signal : AbortSignal.any([signal, watch.signal]);
			const headers: Record<string, string> = position === undefined ? {} : { "last-event-id": position };
			const response = await send(request, contract.streamEvents, { query: { application, environment } }, both, headers);
			onState?.("live");
			for await (const message of messagesOf(linesOf(response), heard)) {
				wait = patience.first;
				position = message.id ?? position;
				if (message.type === "reset") onReset?.();
				else if (message.data !== "") yield contract.streamEvents.answer.parse(JSON.parse(message.data));
			}
			onState?.("reconnecting");
		} catch (error) {
			if (stopped()) return;
			if (error instanceof AppError && error.kind !== "unavailable" && error.kind !== "timeout") throw error;
			if (!(error instanceof AppError) && !watch.signal.aborted) throw error;
			onState?.("reconnecting", error instanceof AppError ? error : undefined);
		} finally {
			clearTimeout(timer);
			watch.abort();
		}
		await pause(wait * (0.5 + Math.random()), signal);
		wait = Math.min(wait * 2, patience.most);
	}
}

interface Message {
	readonly id?: string;
	readonly type: string;
	readonly data: string;
}

async function* messagesOf(lines: AsyncIterable<string>, heard: () => void): AsyncGenerator<Message> {
	let id: string | undefined;
	let type = "message";
	let data: string[] = [];
	for await (const line of lines) {
		heard();
		if (line === "") {
			if (id !== undefined || data.length > 0) yield { ...(id === undefined ? {} : { id }), type, data: data.join("\n") };
			id = undefined;
			type = "message";
			data = [];
			continue;
		}
		const colon = line.indexOf(":");
		const field = colon < 0 ? line : line.slice(0, colon);
		const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /u, "");
		if (field === "id") id = value;
		else if (field === "event") type = value;
		else if (field === "data") data.push(value);
	}
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
	return new Promise((resolve) => {
		const done = () => {
			clearTimeout(timer);
			signal?.removeEventListener("abort", done);
			resolve();
		};
		const timer = setTimeout(done, ms);
		signal?.addEventListener("abort", done, { once: true });
	});
}
