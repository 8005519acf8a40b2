import { Worker } from "node:worker_threads";
import type { ExpressionWork } from "./expression-worker.ts";
import type { Outcome } from "./scope.ts";

/** Evaluates expressions in a thread of its own, under limits of time and memory. */
export interface ExpressionRunner {
	/** One outcome for each expression; one that exceeds a limit fails, and so do those after it. Rejects only when the signal aborts. */
	run(work: ExpressionWork, options: { readonly signal?: AbortSignal }): Promise<readonly Outcome[]>;
}

const defaultTimeoutMs = 2000;
const startTimeoutMs = 30_000;
const idleMs = 10_000;
const memoryMb = 96;
const file = new URL(import.meta.url.endsWith(".ts") ? "./expression-worker.ts" : "./expression-worker.js", import.meta.url);

/** One thread at most, started when it is first needed and ended when it was idle for a while; work waits in line. */
export function createExpressionRunner({ timeoutMs = defaultTimeoutMs }: { readonly timeoutMs?: number } = {}): ExpressionRunner {
	let worker: Worker | undefined;
	let line: Promise<unknown> = Promise.resolve();
	let idle: NodeJS.Timeout | undefined;

	function start(): Worker {
		const started = new Worker(file, {
			env: {},
			resourceLimits: { maxOldGenerationSizeMb: memoryMb, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 },
		});
		started.unref();
		started.on("exit", () => {
			if (worker === started) worker = undefined;
		});
		return started;
	}

	function stop(): void {
		void worker?.terminate();
		worker = undefined;
	}

	async function evaluate({ scope, expressions }: ExpressionWork, signal: AbortSignal | undefined): Promise<readonly Outcome[]> {
		signal?.throwIfAborted();
		clearTimeout(idle);
		const isNew = worker === undefined;
		const thread = (worker ??= start());
		const outcomes: Outcome[] = [];
		const listeners = new AbortController();
		const { promise, resolve, reject } = Promise.withResolvers<string | undefined>();
		let timer = setTimeout(() => resolve("its evaluator did not start"), startTimeoutMs);
		const begin = (): void => {
			clearTimeout(timer);
			timer = setTimeout(() => resolve(`it takes longer than ${timeoutMs} ms`), timeoutMs);
		};
		const onMessage = (outcome: Outcome): void => {
			outcomes.push(outcome);
			if (outcomes.length === expressions.length) resolve(undefined);
		};
		const onError = (error: Error & { readonly code?: string }): void =>
			resolve(error.code === "ERR_WORKER_OUT_OF_MEMORY" ? `it needs more than ${memoryMb} MiB of memory` : error.message);
		const onAbort = (): void => reject(signal?.reason as Error);
		thread.on("message", onMessage).on("error", onError);
		if (isNew) thread.once("online", begin);
		else begin();
		signal?.addEventListener("abort", onAbort, { signal: listeners.signal });
		thread.postMessage({ scope, expressions } satisfies ExpressionWork);
		try {
			const failure = await promise;
			if (failure === undefined) return outcomes;
			stop();
			return expressions.map(
				(_, index) => outcomes[index] ?? { ok: false, message: index === outcomes.length ? failure : "an expression before it failed" },
			);
		} catch (error) {
			stop();
			throw error;
		} finally {
			clearTimeout(timer);
			listeners.abort();
			thread.off("message", onMessage).off("error", onError).off("online", begin);
			// What is still thrown while it ends has nobody to listen.
			thread.on("error", () => {});
			idle = setTimeout(stop, idleMs);
			idle.unref();
		}
	}

	return {
		run(work, { signal }) {
			const result = line.then(() => evaluate(work, signal));
			line = result.catch(() => {});
			return result;
		},
	};
}
