import type { Route } from "../api/route.ts";
import { AppError } from "../core/app-error.ts";
import { errorOf, wrongAnswer } from "./errors.ts";

export interface RequestOptions {
	/** Address of the server, `http://127.0.0.1:7474`; empty for the page's own. */
	readonly url: string;
	/** Called for each request; the dashboard gives none. */
	readonly token?: () => string;
	/** Name and version of the program, for the audit log. */
	readonly userAgent?: string;
	readonly fetch?: typeof fetch;
}

/** What a route of the contract takes, before it is checked. */
export interface Input {
	readonly params?: Readonly<Record<string, string>>;
	readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
	readonly body?: unknown;
}

/** Sends one request of the contract; throws the server's error, or `unavailable` where there is no answer. */
export async function send(
	options: RequestOptions,
	route: Route,
	input: Input,
	signal?: AbortSignal,
	headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
	const url = `${options.url.replace(/\/+$/u, "")}${pathOf(route, input)}`;
	let response: Response;
	try {
		response = await (options.fetch ?? fetch)(url, {
			method: route.method,
			headers: {
				accept: route.stream === "sse" ? "text/event-stream" : "application/json",
				...(options.token === undefined ? {} : { authorization: `Bearer ${options.token()}` }),
				...(options.userAgent === undefined ? {} : { "user-agent": options.userAgent }),
				...(input.body === undefined ? {} : { "content-type": "application/json" }),
				...headers,
			},
			...(input.body === undefined ? {} : { body: JSON.stringify(input.body) }),
			...(signal === undefined ? {} : { signal }),
			redirect: "error",
		});
	} catch (error) {
		if (signal?.aborted === true) throw error;
		throw unreachable(options.url, error);
	}
	if (response.ok) return response;
	const failure = errorOf(await response.json().catch(() => undefined));
	throw (
		failure ?? (response.status >= 500 ? unreachable(options.url, new Error(`HTTP status ${response.status}`)) : wrongAnswer(options.url))
	);
}

function pathOf(route: Route, input: Input): string {
	const path = route.path.replaceAll(/:([a-z]+)/gu, (_, name: string) => encodeURIComponent(input.params?.[name] ?? ""));
	const query = new URLSearchParams();
	for (const [name, value] of Object.entries(input.query ?? {})) if (value !== undefined) query.set(name, String(value));
	return query.size === 0 ? path : `${path}?${query}`;
}

function unreachable(url: string, error: unknown): AppError {
	const { cause, message } = error as { cause?: { code?: string; message?: string }; message?: string };
	const reason = cause?.code === "ECONNREFUSED" ? "nothing listens there" : cause?.message || cause?.code || message || "no answer";
	return new AppError(`${url === "" ? "The server" : url} cannot be reached: ${reason}`, {
		code: "ServerUnreachable",
		kind: "unavailable",
		hint: "Start it with `gitward up --control FOLDER`, or name another with --server URL.",
		cause: error,
	});
}
