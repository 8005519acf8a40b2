import type { IncomingMessage, ServerResponse } from "node:http";
import { finished } from "node:stream";
import type { Child } from "../../lib/exec/child.ts";
import type { Exec } from "../../lib/exec/exec.ts";
import { ExecError } from "../../lib/exec/exec-error.ts";
import type { Log } from "../../ports/log.ts";
import { readCgiHead } from "./cgi-head.ts";
import { type GitRequest, readGitRequest } from "./git-request.ts";
import type { HostedRepositories } from "./hosted-repositories.ts";
import { hostingEnvironment } from "./hosting-environment.ts";
import { createPlaces } from "./places.ts";
import { createPushWatch } from "./push-watch.ts";

export interface GitHttpOptions {
	readonly repositories: HostedRepositories;
	readonly exec: Exec;
	readonly log: Log;
	/** Branches or tags of a hosted repository moved. */
	readonly onPush: (name: string) => void;
	/** Path under which repositories stand; default `/git`. */
	readonly prefix?: string;
	/** Largest request body; default 2 GiB. */
	readonly maxRequestBytes?: number;
	/** Longest request; default 10 min. */
	readonly timeoutMs?: number;
	/** Requests served at once (default 8) and waiting (default 64). */
	readonly working?: number;
	readonly waiting?: number;
}

/** Who asks, as the caller authenticated them. */
export interface GitHttpCaller {
	readonly actor: string;
}

export interface GitHttp {
	/** Answers one request; the caller has authenticated it before. Never rejects. */
	handle(request: IncomingMessage, response: ServerResponse, caller: GitHttpCaller): Promise<void>;
	/** Stops what runs and resolves when it ended. */
	close(): Promise<void>;
}

/** Serves hosted repositories over Git's smart HTTP protocol by way of `git http-backend`, streamed both ways. */
export function createGitHttp(options: GitHttpOptions): GitHttp {
	const { repositories, exec, log, prefix = "/git", maxRequestBytes = 2 * 1024 * 1024 * 1024, timeoutMs = 600_000 } = options;
	const places = createPlaces({ working: options.working ?? 8, waiting: options.waiting ?? 64 });
	const closing = new AbortController();
	const running = new Set<Promise<void>>();
	const pushes = createPushWatch(
		(name) => repositories.refs(name),
		(name) => {
			try {
				options.onPush(name);
			} catch (error) {
				log.error("a push could not be told", { repository: name, error: String(error) });
			}
		},
	);

	async function serve(request: IncomingMessage, response: ServerResponse, { actor }: GitHttpCaller): Promise<void> {
		const asked = readGitRequest(request, prefix);
		if ("status" in asked) return refuse(response, asked.status, asked.message);
		if (!(await repositories.has(asked.name))) return refuse(response, 404, "there is no such repository");
		if (Number(request.headers["content-length"] ?? 0) > maxRequestBytes)
			return refuse(response, 413, `at most ${maxRequestBytes} bytes can be sent at once`);
		const gone = new AbortController();
		response.once("close", () => gone.abort());
		const leave = await places.take(AbortSignal.any([gone.signal, closing.signal]));
		if (leave === undefined) return refuse(response, 503, "too many requests at once; try again soon", { "Retry-After": "5" });
		try {
			const isPush = asked.service === "git-receive-pack" && asked.step === "pack";
			const pushed = isPush ? await pushes.begin(asked.name) : undefined;
			try {
				await exchange(request, response, asked, actor);
			} finally {
				await pushed?.();
			}
		} finally {
			leave();
		}
	}

	async function exchange(request: IncomingMessage, response: ServerResponse, asked: GitRequest, actor: string): Promise<void> {
		// A client that left before its body was read: there is nothing to give to git.
		if (request.destroyed && !request.readableEnded) return;
		const child = exec.start("git", ["http-backend"], {
			env: cgiEnvironment(request, asked, actor, repositories.root),
			signal: closing.signal,
			timeoutMs,
			title: `git ${asked.service}`,
		});
		const isTooLarge = feed(request, child, maxRequestBytes);
		const isPush = asked.service === "git-receive-pack";
		finished(response, () => {
			child.stdout.unpipe(response);
			if (response.writableFinished) return;
			// A push that is complete goes on without its client; nobody waits for a fetch.
			if (isPush) child.stdout.resume();
			else child.stop("cancelled");
		});
		answer(child, response);
		try {
			await child.finished;
			if (response.headersSent) response.end();
			else refuse(response, 500, "git could not answer the request");
		} catch (error) {
			// git reports what it refuses in the answer itself, and then ends with an exit code.
			if (error instanceof ExecError && error.facts.cause === "failed" && response.headersSent && !isTooLarge()) {
				response.end();
				return;
			}
			if (!response.destroyed || isTooLarge())
				log.warn("a git request failed", { repository: asked.name, service: asked.service, actor, error: String(error) });
			if (isTooLarge()) refuse(response, 413, `at most ${maxRequestBytes} bytes can be sent at once`);
			else refuse(response, error instanceof ExecError && error.facts.cause === "timeout" ? 504 : 500, "git could not answer the request");
		}
	}

	return {
		handle(request, response, caller) {
			const work = serve(request, response, caller)
				.catch((error: unknown) => {
					log.error("a git request failed", { url: request.url, error: String(error) });
					refuse(response, 500, "git could not answer the request");
				})
				.finally(() => running.delete(work));
			running.add(work);
			return work;
		},
		async close() {
			closing.abort();
			await Promise.all(running);
		},
	};
}

/** Variables of CGI (RFC 3875) as git-http-backend(1) reads them; nothing of the request gets in unchecked. */
function cgiEnvironment(request: IncomingMessage, asked: GitRequest, actor: string, root: string): Readonly<Record<string, string>> {
	const header = (name: string, pattern: RegExp): string => {
		const value = request.headers[name];
		return typeof value === "string" && pattern.test(value) ? value : "";
	};
	const length = header("content-length", /^\d{1,15}$/u);
	const protocol = header("git-protocol", /^[a-z0-9=:.-]{1,100}$/u);
	return {
		...hostingEnvironment(),
		GIT_PROJECT_ROOT: root,
		GIT_HTTP_EXPORT_ALL: "1",
		PATH_INFO: `/${asked.name}.git/${asked.step === "refs" ? "info/refs" : asked.service}`,
		QUERY_STRING: asked.step === "refs" ? `service=${asked.service}` : "",
		REQUEST_METHOD: asked.step === "refs" ? "GET" : "POST",
		CONTENT_TYPE: header("content-type", /^[a-z0-9/.+-]{1,100}$/iu),
		...(length === "" ? {} : { CONTENT_LENGTH: length }),
		...(header("content-encoding", /^(?:x-)?gzip$/u) === "" ? {} : { HTTP_CONTENT_ENCODING: "gzip" }),
		...(protocol === "" ? {} : { GIT_PROTOCOL: protocol }),
		REMOTE_USER: actor.replaceAll(/[^\w.@+ -]/gu, "").slice(0, 100) || "unknown",
		REMOTE_ADDR: request.socket.remoteAddress ?? "",
	};
}

/** Passes the body on, with its limit; returns whether it was too large. */
function feed(request: IncomingMessage, child: Child, maxBytes: number): () => boolean {
	let bytes = 0;
	const isTooLarge = (): boolean => bytes > maxBytes;
	request.on("data", (chunk: Buffer) => {
		bytes += chunk.length;
		if (isTooLarge()) child.stop("output", maxBytes);
	});
	request.pipe(child.stdin);
	// A client that goes away ends the input: git then refuses the half that it has.
	finished(request, () => child.stdin.end());
	return isTooLarge;
}

/** Reads the head of the answer, then passes the rest on as it comes. */
function answer(child: Child, response: ServerResponse): void {
	let bytes: Buffer = Buffer.alloc(0);
	const onData = (chunk: Buffer): void => {
		bytes = Buffer.concat([bytes, chunk]);
		try {
			const head = readCgiHead(bytes);
			if (head === undefined) return;
			child.stdout.off("data", onData);
			if (response.destroyed || response.headersSent) {
				child.stdout.resume();
				return;
			}
			for (const [name, value] of head.headers) response.appendHeader(name, value);
			response.writeHead(head.status);
			response.write(head.rest);
			child.stdout.pipe(response, { end: false });
		} catch {
			child.stdout.off("data", onData);
			child.stop("failed");
		}
	};
	child.stdout.on("data", onData);
}

/** Ends a response that has no head yet; one that has is cut off, so that nobody takes it for complete. */
function refuse(response: ServerResponse, status: number, message: string, headers: Readonly<Record<string, string>> = {}): void {
	if (response.writableEnded || response.destroyed) return;
	if (response.headersSent) {
		response.destroy();
		return;
	}
	// The body may not have been read: the connection is of no further use.
	response.writeHead(status, { "Content-Type": "text/plain; charset=utf-8", Connection: "close", ...headers });
	response.end(`${message}\n`);
}
