import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import type { GitwardEvent } from "../../../src/core/views/event.ts";
import { client } from "../api/client.ts";
import { eventsKey, isLoggedOut, sessionQuery } from "../api/queries.ts";
import { createBatch } from "./batch.ts";
import { mergeEvents } from "./event-log.ts";
import { refresh } from "./refresh.ts";

/** How the page hears of news: `reconnecting` means that what it shows may be old. */
export interface LiveState {
	readonly state: "connecting" | "live" | "reconnecting";
	/** ISO 8601. */
	readonly since: string;
}

const connecting: LiveState = { state: "connecting", since: "" };
const LiveContext = createContext<LiveState>(connecting);

/** Whether the page is live. */
export function useLive(): LiveState {
	return useContext(LiveContext);
}

function addToLogs(queries: QueryClient, events: readonly GitwardEvent[]): void {
	queries.setQueryData<readonly GitwardEvent[]>(eventsKey, (known) => mergeEvents(known ?? [], events));
	for (const name of new Set(events.map((event) => event.application))) {
		if (name === undefined) continue;
		const own = events.filter((event) => event.application === name);
		queries.setQueryData<readonly GitwardEvent[]>([...eventsKey, name], (known) => (known === undefined ? known : mergeEvents(known, own)));
	}
}

/** Follows the events until the signal; what they concern is asked for in batches. */
async function follow(queries: QueryClient, signal: AbortSignal, onState: (state: LiveState["state"]) => void): Promise<void> {
	const refreshes = createBatch<GitwardEvent>((events) => refresh(queries, events), 250);
	const logs = createBatch<GitwardEvent>((events) => Promise.resolve(addToLogs(queries, events)), 80);
	try {
		await followWith(queries, signal, onState, (event) => {
			logs.add(event);
			refreshes.add(event);
		});
	} finally {
		refreshes.close();
		logs.close();
	}
}

async function followWith(
	queries: QueryClient,
	signal: AbortSignal,
	onState: (state: LiveState["state"]) => void,
	onEvent: (event: GitwardEvent) => void,
): Promise<void> {
	const { items } = await client.call("listEvents", { query: { newest: true, limit: 200 } }, { signal });
	queries.setQueryData<readonly GitwardEvent[]>(eventsKey, items);
	let broken = false;
	const stream = client.events({
		after: items.at(-1)?.id ?? 0,
		signal,
		onState: (state) => {
			onState(state);
			// The log brings what was missed; what no event tells is asked for.
			if (state === "live" && broken) void queries.invalidateQueries();
			broken = state !== "live";
		},
		onReset: () => {
			queries.setQueryData<readonly GitwardEvent[]>(eventsKey, []);
			void queries.invalidateQueries();
		},
	});
	for await (const event of stream) onEvent(event);
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		const timer = setTimeout(resolve, ms);
		signal.addEventListener("abort", () => {
			clearTimeout(timer);
			resolve();
		});
	});
}

/** Keeps everything below live by server-sent events. */
export function Live({ children }: { readonly children: ReactNode }): ReactNode {
	const queries = useQueryClient();
	const [live, setLive] = useState<LiveState>(connecting);
	useEffect(() => {
		const abort = new AbortController();
		const onState = (state: LiveState["state"]): void => {
			setLive((before) => (before.state === state ? before : { state, since: new Date().toISOString() }));
		};
		const run = async (): Promise<void> => {
			while (!abort.signal.aborted) {
				try {
					await follow(queries, abort.signal, onState);
				} catch (error) {
					if (abort.signal.aborted) return;
					onState("reconnecting");
					if (isLoggedOut(error)) {
						await queries.resetQueries({ queryKey: sessionQuery.queryKey });
						return;
					}
					await pause(3000, abort.signal);
					void queries.invalidateQueries();
				}
			}
		};
		void run();
		return () => abort.abort();
	}, [queries]);
	return <LiveContext.Provider value={live}>{children}</LiveContext.Provider>;
}
