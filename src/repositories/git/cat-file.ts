import type { Child } from "../../lib/exec/child.ts";

/** An object as git gives it. */
export interface GitObject {
	readonly oid: string;
	readonly type: string;
	readonly size: number;
	/** Undefined where it is larger than the limit that was asked for. */
	readonly content: Buffer | undefined;
}

/** One request to `git cat-file --batch`. */
export interface CatFileRequest {
	/** An oid, or `<oid>^{commit}`; nothing else. */
	readonly name: string;
	readonly limit: number;
	/** Undefined: there is no such object. */
	done(object: GitObject | undefined): void;
}

/** A running `git cat-file --batch` that answers in order. */
export interface CatFile {
	readonly waiting: number;
	send(request: CatFileRequest): void;
	/** When it last answered something, by the clock that was given. */
	readonly lastAnswer: number;
	/** With a reason, it counts as a failure of the request that it is at. */
	stop(reason?: Error): void;
}

export interface CatFileOptions {
	readonly child: Child;
	readonly now: () => number;
	/** After each answer. */
	readonly onAnswer: () => void;
	/** It ended: what it did not answer, the one it was at first, and why; no reason where it was stopped on purpose. */
	readonly onEnd: (unanswered: readonly CatFileRequest[], reason?: Error) => void;
}

/** What is skipped rather than starting a new process, in bytes. */
const maxSkip = 32 * 1024 * 1024;

interface Body {
	readonly header: { readonly oid: string; readonly type: string; readonly size: number };
	readonly content: Buffer | undefined;
	filled: number;
}

/** Speaks the protocol of `git cat-file --batch`: `<oid> <type> <size>\n<content>\n` or `<name> missing\n`. */
export function createCatFile({ child, now, onAnswer, onEnd }: CatFileOptions): CatFile {
	const queue: CatFileRequest[] = [];
	let rest: Buffer = Buffer.alloc(0);
	let body: Body | undefined;
	let lastAnswer = now();
	let ended = false;

	function end(reason?: Error): void {
		if (ended) return;
		ended = true;
		child.stop("cancelled");
		onEnd(queue.splice(0), reason);
	}

	function answer(object: GitObject | undefined): void {
		lastAnswer = now();
		queue.shift()?.done(object);
		onAnswer();
	}

	/** Takes one header line off `rest`; false where it is not complete yet. */
	function takeHeader(): boolean {
		const newline = rest.indexOf(0x0a);
		if (newline === -1) return false;
		const line = rest.toString("latin1", 0, newline);
		rest = rest.subarray(newline + 1);
		const [oid = "", type = "", size = ""] = line.split(" ");
		if (type === "missing") {
			answer(undefined);
			return true;
		}
		const bytes = Number(size);
		const request = queue[0];
		if (request === undefined || !/^\d+$/u.test(size)) {
			end(new Error(`unexpected answer ${JSON.stringify(line.slice(0, 100))}`));
			return false;
		}
		const fits = bytes <= request.limit;
		body = { header: { oid, type, size: bytes }, content: fits ? Buffer.allocUnsafe(bytes) : undefined, filled: 0 };
		if (!fits && bytes > maxSkip) {
			answer({ ...body.header, content: undefined });
			end();
			return false;
		}
		return true;
	}

	/** Takes what `rest` has of the body; false where more is to come. */
	function takeBody(current: Body): boolean {
		const { size } = current.header;
		const part = Math.min(size - current.filled, rest.length);
		if (current.content !== undefined) rest.copy(current.content, current.filled, 0, part);
		current.filled += part;
		rest = rest.subarray(part);
		// A newline follows the content.
		if (current.filled < size || rest.length === 0) return false;
		rest = rest.subarray(1);
		body = undefined;
		answer({ ...current.header, content: current.content });
		return true;
	}

	child.stdout.on("data", (chunk: Buffer) => {
		rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
		lastAnswer = now();
		while (!ended && (body === undefined ? takeHeader() : takeBody(body)));
	});
	child.finished.then(
		() => end(new Error("git cat-file ended by itself")),
		(error: Error) => end(error),
	);

	return {
		get waiting() {
			return queue.length;
		},
		get lastAnswer() {
			return lastAnswer;
		},
		send(request) {
			if (queue.length === 0) lastAnswer = now();
			queue.push(request);
			child.stdin.write(`${request.name}\n`);
		},
		stop(reason) {
			child.stdin.end();
			end(reason);
		},
	};
}
