// Runs in a worker thread: evaluates expressions that could take much time or memory, and answers each by itself.
import { parentPort } from "node:worker_threads";
import { celVariables, evaluate, failed, parseExpression } from "./evaluate.ts";
import type { Outcome, Variables } from "./values.ts";

/** What the worker is asked for: one answer comes for each expression, in order. */
export interface ExpressionWork {
	readonly variables: Variables;
	readonly expressions: readonly string[];
}

parentPort?.on("message", ({ variables, expressions }: ExpressionWork) => {
	const known = celVariables(variables);
	const outcomeOf = (expression: string): Outcome => {
		try {
			return evaluate(parseExpression(expression, variables), known);
		} catch (error) {
			return failed(error);
		}
	};
	for (const expression of expressions) parentPort?.postMessage(outcomeOf(expression));
});
parentPort?.postMessage(null);
