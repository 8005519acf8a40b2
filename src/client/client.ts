import type { z } from "zod";
import { type Contract, contract, type RouteName } from "../api/contract.ts";
import type { Route } from "../api/route.ts";
import type { LogLineView } from "../api/schemas.ts";
import type { GitwardEvent } from "../core/views/event.ts";
import { errorOf, wrongAnswer } from "./errors.ts";
import { type EventsOptions, followEvents } from "./events.ts";
import { linesOf } from "./lines.ts";
import { type Input, type RequestOptions, send } from "./send.ts";

type Given<R, K extends string> =
	R extends Readonly<Record<K, infer S extends z.ZodType>>
		? undefined extends z.input<S>
			? { readonly [P in K]?: z.input<S> }
			: { readonly [P in K]: z.input<S> }
		: unknown;
type QueryGiven<R> = R extends { readonly query: infer S extends z.ZodType } ? { readonly query?: z.input<S> } : unknown;

/** What a route takes: its params, query and body, as the contract has them. */
export type InputOf<K extends RouteName> = Given<Contract[K], "params"> & QueryGiven<Contract[K]> & Given<Contract[K], "body">;
export type AnswerOf<K extends RouteName> = z.output<Contract[K]["answer"]>;

type CallName = { [K in RouteName]: Contract[K] extends { stream: string } ? never : K }[RouteName];
type ListName = {
	[K in CallName]: AnswerOf<K> extends { items: unknown[] } ? ("next" extends keyof AnswerOf<K> ? K : never) : never;
}[CallName];
type ItemOf<K extends ListName> = AnswerOf<K> extends { items: (infer T)[] } ? T : never;

export interface SignalOption {
	readonly signal?: AbortSignal;
}

/** Speaks to one Gitward server. Every error is an AppError: the server's own, or `unavailable` (ServerUnreachable) where it cannot be reached. */
export interface Client {
	call<K extends CallName>(name: K, input: InputOf<K>, options?: SignalOption): Promise<AnswerOf<K>>;
	/** All items of a listing, page by page. */
	all<K extends ListName>(name: K, input: InputOf<K>, options?: SignalOption): Promise<ItemOf<K>[]>;
	logs(input: InputOf<"streamLogs">, options?: SignalOption): AsyncGenerator<LogLineView>;
	/** Events as they come; after a broken connection it goes on where it was. Ends with the signal. */
	events(options?: EventsOptions): AsyncGenerator<GitwardEvent>;
}

/** A client from the contract. In the dashboard give no token: its cookie speaks for it. */
export function createClient(options: RequestOptions): Client {
	async function call<K extends CallName>(name: K, input: InputOf<K>, { signal }: SignalOption = {}): Promise<AnswerOf<K>> {
		const route: Route = contract[name];
		const response = await send(options, route, input as Input, signal);
		if (response.status === 204) return undefined as AnswerOf<K>;
		const body: unknown = await response.json().catch(() => undefined);
		// `waiting` comes with 202, which fetch takes for a success.
		const error = errorOf(body);
		if (error !== undefined) throw error;
		const parsed = route.answer.safeParse(body);
		if (!parsed.success) throw wrongAnswer(options.url);
		return parsed.data as AnswerOf<K>;
	}

	return {
		call,
		async all<K extends ListName>(name: K, input: InputOf<K>, signal?: SignalOption) {
			const items: ItemOf<K>[] = [];
			let cursor: string | undefined;
			do {
				const query = { limit: 500, ...(input as { query?: object }).query, ...(cursor === undefined ? {} : { cursor }) };
				const page = (await call(name, { ...input, query }, signal)) as { items: ItemOf<K>[]; next?: string };
				items.push(...page.items);
				cursor = page.next;
			} while (cursor !== undefined);
			return items;
		},
		async *logs(input, { signal } = {}) {
			const response = await send(options, contract.streamLogs, input, signal);
			for await (const line of linesOf(response)) {
				if (line === "") continue;
				const value: unknown = JSON.parse(line);
				const error = errorOf(value);
				if (error !== undefined) throw error;
				yield contract.streamLogs.answer.parse(value);
			}
		},
		events: (events = {}) => followEvents(options, events),
	};
}
