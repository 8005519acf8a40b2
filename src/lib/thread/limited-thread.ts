import { Worker } from "node:worker_threads";

/** What a thread answered: one value for each part of the work; fewer, and why, where it was ended before its time. */
export interface ThreadResult<Answer> {
	readonly answers: readonly Answer[];
	readonly failure?: string;
}

/** Does work in a thread of its own, under limits of time and memory. */
export interface LimitedThread<Work, Answer> {
	/** Waits for as many messages as the work has parts. Rejects only when the signal aborts. */
	run(work: Work, parts: number, options: { readonly signal?: AbortSignal }): Promise<ThreadResult<Answer>>;
	/** Ends the thread; what waits is answered with a failure. The thread starts again where there is more work. */
	close(): Promise<void>;
}

export interface ThreadLimits {
	/** Longest time for one piece of work, in milliseconds. */
	readonly timeoutMs: number;
	/** Most memory for JavaScript values, in MiB. */
	readonly memoryMb: number;
}

const startTimeoutMs = 30_000;
const idleMs = 10_000;

/**
 * One thread at most, started when it is first needed and ended when it was idle for a while; work waits in line. The file is a module that
 * posts null when it is ready, from where on time counts, and answers each message with one message for each part of the work.
 */
export function createLimitedThread<Work, Answer>(file: URL, { timeoutMs, memoryMb }: ThreadLimits): LimitedThread<Work, Answer> {
	let worker: Worker | undefined;
	let line: Promise<unknown> = Promise.resolve();
	let idle: NodeJS.Timeout | undefined;
	let interrupt: ((why: string) => void) | undefined;

	function start(): Worker {
		const started = new Worker(file, {
			env: {},
			resourceLimits: { maxOldGenerationSizeMb: memoryMb, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 },
		});
		started.unref();
		// What is still thrown while it ends has nobody to listen.
		started.on("error", () => {});
		started.on("exit", () => {
			if (worker === started) worker = undefined;
		});
		return started;
	}

	async function stop(): Promise<void> {
		const ending = worker;
		worker = undefined;
		await ending?.terminate();
	}

	async function attempt(work: Work, parts: number, signal: AbortSignal | undefined): Promise<ThreadResult<Answer>> {
		signal?.throwIfAborted();
		clearTimeout(idle);
		const isNew = worker === undefined;
		const thread = (worker ??= start());
		const answers: Answer[] = [];
		const listeners = new AbortController();
		const { promise, resolve, reject } = Promise.withResolvers<string | undefined>();
		interrupt = resolve;
		let timer = setTimeout(() => resolve("its evaluator did not start"), startTimeoutMs);
		const begin = (): void => {
			clearTimeout(timer);
			timer = setTimeout(() => resolve(`it takes longer than ${timeoutMs} ms`), timeoutMs);
		};
		const onMessage = (answer: Answer | null): void => {
			if (answer === null) return begin();
			answers.push(answer);
			if (answers.length === parts) resolve(undefined);
		};
		const onError = (error: Error & { readonly code?: string }): void =>
			resolve(error.code === "ERR_WORKER_OUT_OF_MEMORY" ? `it needs more than ${memoryMb} MiB of memory` : error.message);
		const onExit = (): void => resolve("its evaluator ended");
		const onAbort = (): void => reject(signal?.reason as Error);
		thread.on("message", onMessage).on("error", onError).on("exit", onExit);
		if (!isNew) begin();
		signal?.addEventListener("abort", onAbort, { signal: listeners.signal });
		thread.postMessage(work);
		try {
			const failure = await promise;
			if (failure === undefined) return { answers };
			void stop();
			return { answers, failure };
		} catch (error) {
			void stop();
			throw error;
		} finally {
			interrupt = undefined;
			clearTimeout(timer);
			listeners.abort();
			thread.off("message", onMessage).off("error", onError).off("exit", onExit);
			idle = setTimeout(() => void stop(), idleMs);
			idle.unref();
		}
	}

	return {
		run(work, parts, { signal }) {
			const result = line.then(() => attempt(work, parts, signal));
			line = result.catch(() => {});
			return result;
		},
		async close() {
			clearTimeout(idle);
			interrupt?.("it was stopped");
			await stop();
		},
	};
}
