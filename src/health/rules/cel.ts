import type { Health } from "../../core/health.ts";
import { isCheap } from "../../lib/cel/cost.ts";
import { celVariables, evaluate, failed, parseExpression } from "../../lib/cel/evaluate.ts";
import type { ExpressionRunner } from "../../lib/cel/expression-runner.ts";
import type { JsonValue, Outcome, Variables } from "../../lib/cel/values.ts";
import type { LiveObject } from "../live-object.ts";
import type { CustomRule } from "./custom-rule.ts";
import { failedRule, verdict } from "./verdict.ts";

const names: Variables = { object: {}, self: {} };
const maxNodes = 10_000;
const maxText = 200_000;

/** What is wrong with an expression before it is evaluated; undefined where it can be read. */
export function celProblem(expression: string): string | undefined {
	try {
		parseExpression(expression, names);
		return undefined;
	} catch (error) {
		const outcome = failed(error);
		return outcome.ok ? undefined : reasonOf(outcome);
	}
}

/** A CEL expression over `object` (or `self`), parsed once: evaluated here where it cannot take long, else apart under limits. */
export function celRule(expression: string, runner: ExpressionRunner): CustomRule {
	let parsed: ReturnType<typeof parseExpression>;
	try {
		parsed = parseExpression(expression, names);
	} catch (error) {
		const health = healthOf(failed(error));
		return () => health;
	}
	const cheap = isCheap(parsed.ast, { loops: true });
	return (object) => {
		const value = object as JsonValue;
		const variables: Variables = { object: value, self: value };
		if (cheap && isSmall(object)) return healthOf(evaluate(parsed, celVariables(variables)));
		return runner
			.run({ variables, expressions: [expression] }, {})
			.then(([outcome]) => healthOf(outcome ?? { ok: false, message: "it was not evaluated" }))
			.catch((error: unknown) => failedRule(error instanceof Error ? error.message : String(error)));
	};
}

function healthOf(outcome: Outcome): Health | undefined {
	if (!outcome.ok) return failedRule(reasonOf(outcome));
	const { value } = outcome;
	if (value === null) return undefined;
	if (typeof value === "boolean") return { status: value ? "Healthy" : "Progressing", message: "" };
	if (typeof value === "string") return verdict(value, "");
	if (typeof value !== "object" || Array.isArray(value)) return failedRule("it gave no status, true or false, or {status, message}");
	const { status, message } = value as { readonly status?: unknown; readonly message?: unknown };
	return verdict(status, message);
}

function reasonOf({ message, at }: Outcome & { readonly ok: false }): string {
	return `${message}${at === undefined ? "" : ` (at character ${at + 1})`}`;
}

/** Whether an Object has few enough parts for a loop over them to be short, even where the loop compares them. */
function isSmall(object: LiveObject): boolean {
	let nodes = 0;
	let text = 0;
	const visit = (value: unknown): boolean => {
		nodes += 1;
		if (typeof value === "string") text += value.length;
		if (nodes > maxNodes || text > maxText) return false;
		if (typeof value !== "object" || value === null) return true;
		return Object.values(value).every(visit);
	};
	return visit(object);
}
