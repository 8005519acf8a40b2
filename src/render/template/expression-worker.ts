// Runs in a worker thread: evaluates expressions that could take much time or memory, and answers each by itself.
import { parentPort } from "node:worker_threads";
import { evaluate, failed, parseExpression, variablesOf } from "./evaluate.ts";
import type { Outcome, TemplateScope } from "./scope.ts";

/** What the worker is asked for: one answer comes for each expression, in order. */
export interface ExpressionWork {
	readonly scope: TemplateScope;
	readonly expressions: readonly string[];
}

function outcomeOf(expression: string, variables: Readonly<Record<string, unknown>>): Outcome {
	try {
		return evaluate(parseExpression(expression), variables);
	} catch (error) {
		return failed(error);
	}
}

parentPort?.on("message", ({ scope, expressions }: ExpressionWork) => {
	const variables = variablesOf(scope);
	for (const expression of expressions) parentPort?.postMessage(outcomeOf(expression, variables));
});
