import { createLimitedThread } from "../thread/limited-thread.ts";
import type { ExpressionWork } from "./expression-worker.ts";
import type { Outcome } from "./values.ts";

/** Evaluates expressions in a thread of its own, under limits of time and memory. */
export interface ExpressionRunner {
	/** One outcome for each expression; one that exceeds a limit fails, and so do those after it. Rejects only when the signal aborts. */
	run(work: ExpressionWork, options: { readonly signal?: AbortSignal }): Promise<readonly Outcome[]>;
	/** Ends the thread; it starts again where there is more work. */
	close(): Promise<void>;
}

const defaultTimeoutMs = 2000;
const memoryMb = 96;
const file = new URL(import.meta.url.endsWith(".ts") ? "./expression-worker.ts" : "./expression-worker.js", import.meta.url);

/** One thread at most, started when it is first needed and ended when it was idle for a while; work waits in line. */
export function createExpressionRunner({ timeoutMs = defaultTimeoutMs }: { readonly timeoutMs?: number } = {}): ExpressionRunner {
	const thread = createLimitedThread<ExpressionWork, Outcome>(file, { timeoutMs, memoryMb });
	return {
		async run(work, options) {
			const { answers, failure } = await thread.run(work, work.expressions.length, options);
			if (failure === undefined) return answers;
			return work.expressions.map(
				(_, index) => answers[index] ?? { ok: false, message: index === answers.length ? failure : "an expression before it failed" },
			);
		},
		close: () => thread.close(),
	};
}
