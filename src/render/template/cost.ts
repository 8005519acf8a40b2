import type { ASTNode } from "@marcbachmann/cel-js";

/** Functions whose time is within a small factor of the size of what they are given. */
const cheapCalls = new Set([
	"bool",
	"bytes",
	"contains",
	"double",
	"dyn",
	"endsWith",
	"has",
	"hasValue",
	"indexOf",
	"int",
	"join",
	"lastIndexOf",
	"or",
	"orValue",
	"size",
	"split",
	"startsWith",
	"string",
	"substring",
	"toJson",
	"trim",
	"type",
	"uint",
	"value",
]);
const maxGrowth = 32;

/**
 * Whether an expression can only take time and memory in proportion to its own length and what it names: no loops (map, filter, all …),
 * no bindings, no regular expressions, and not many parts put together. Any other is evaluated apart, under limits.
 */
export function isCheap(root: ASTNode): boolean {
	let growth = 0;
	const visit = (node: unknown): boolean => {
		if (Array.isArray(node)) return node.every(visit);
		if (typeof node !== "object" || node === null || !("op" in node)) return true;
		const { op, args } = node as { readonly op: string; readonly args: unknown };
		if ((op === "call" || op === "rcall") && !cheapCalls.has(String((args as readonly unknown[])[0]))) return false;
		if (op === "+" || op === "call" || op === "rcall") growth += 1;
		return growth <= maxGrowth && visit(args);
	};
	return visit(root);
}
