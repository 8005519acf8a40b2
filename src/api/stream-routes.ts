import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { z } from "zod";
import { AppError } from "../core/app-error.ts";
import type { Operations } from "../engine/operations.ts";
import type { Log } from "../ports/log.ts";
import { contract } from "./contract.ts";
import { connectionSignal } from "./request-scope.ts";
import { streamEvents } from "./streams/events.ts";
import { streamLogs } from "./streams/logs.ts";
import { StreamWriter } from "./streams/writer.ts";
import { validate } from "./validate.ts";

/** Limits of streams; tests make them small. */
export interface StreamLimits {
	/** Silence after which a heartbeat is sent. */
	readonly heartbeatMs: number;
	/** How long a client may take nothing before it is dropped. */
	readonly stallMs: number;
	/** Streams open at once. */
	readonly most: number;
}

/** Adds the streams of events and logs. */
export function addStreamRoutes(
	server: FastifyInstance,
	operations: Operations,
	options: {
		readonly closing: AbortSignal;
		readonly limits: StreamLimits;
		readonly log: Log;
		/** Whether what a request was let in by still holds. */
		readonly isStillKnown: (request: FastifyRequest) => boolean;
	},
): void {
	const { closing, limits, log, isStillKnown } = options;
	let open = 0;

	/** Ends with the connection, with the server, and soon after the session. */
	function streamSignal(request: FastifyRequest, reply: FastifyReply): AbortSignal {
		const ended = new AbortController();
		const look = setInterval(() => {
			if (!isStillKnown(request)) ended.abort(new AppError("The session ended", { code: "SessionEnded", kind: "denied" }));
		}, limits.heartbeatMs);
		reply.raw.once("close", () => clearInterval(look));
		return AbortSignal.any([connectionSignal(reply, closing), ended.signal]);
	}

	async function stream(reply: FastifyReply, type: string, run: (writer: StreamWriter) => Promise<void>): Promise<void> {
		open += 1;
		reply.hijack();
		const headers = {
			...(reply.getHeaders() as Record<string, string>),
			"content-type": type,
			"cache-control": "no-store",
			"x-accel-buffering": "no",
		};
		try {
			reply.raw.writeHead(200, headers);
			reply.raw.flushHeaders();
			await run(new StreamWriter(reply.raw, limits.stallMs));
			reply.raw.end();
		} catch (error) {
			log.error("a stream failed", { type, error });
			reply.raw.destroy();
		} finally {
			open -= 1;
		}
	}

	function admit(): void {
		if (open < limits.most && !closing.aborted) return;
		throw new AppError("Too many streams are open", {
			code: "TooManyStreams",
			kind: "unavailable",
			retryAfterMs: 5000,
			hint: "Close some, or ask again later.",
		});
	}

	server.get(contract.streamEvents.path, async (request, reply) => {
		const query = validate(contract.streamEvents.query, request.query, "query") as z.output<typeof contract.streamEvents.query>;
		const resumed = request.headers["last-event-id"];
		const after = typeof resumed === "string" && /^[0-9]{1,15}$/u.test(resumed) ? Number(resumed) : query.after;
		admit();
		const signal = streamSignal(request, reply);
		await stream(reply, "text/event-stream; charset=utf-8", (writer) =>
			streamEvents(operations, { ...query, after }, writer, signal, limits.heartbeatMs),
		);
	});

	server.get(contract.streamLogs.path, async (request, reply) => {
		const params = validate(contract.streamLogs.params, request.params, "params") as z.output<typeof contract.streamLogs.params>;
		const { object, tail, follow } = validate(contract.streamLogs.query, request.query, "query") as z.output<
			typeof contract.streamLogs.query
		>;
		admit();
		const signal = streamSignal(request, reply);
		const lines = operations.logs(params.name, object, { tail, follow, signal })[Symbol.asyncIterator]();
		const first = lines.next();
		// Errors that come at once get a proper status; a stream that is silent so far begins all the same.
		await Promise.race([first, new Promise((resolve) => setTimeout(resolve, 250))]);
		await stream(reply, "application/x-ndjson; charset=utf-8", (writer) =>
			streamLogs(first, lines, writer, signal, { heartbeatMs: limits.heartbeatMs, request: request.id }),
		);
	});
}
