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
/** Loops that give no more than they are given. */
const cheapLoops = new Set(["all", "exists", "exists_one", "filter"]);
/** What may stand in a loop: it takes no longer than what it looks at is large. */
const cheapInLoop = new Set(["endsWith", "has", "hasValue", "orValue", "size", "startsWith", "string"]);
const maxGrowth = 32;

/**
 * Whether an expression can only take time and memory in proportion to its own length and what it names: no loops (map, filter, all …),
 * no bindings, no regular expressions, and not many parts put together. With `loops`, single loops that only look and compare are
 * cheap too: right where what is named is small. Any other is evaluated apart, under limits.
 */
export function isCheap(root: ASTNode, { loops = false }: { readonly loops?: boolean } = {}): boolean {
	let growth = 0;
	const visit = (node: unknown, inLoop: boolean): boolean => {
		if (Array.isArray(node)) return node.every((item) => visit(item, inLoop));
		if (typeof node !== "object" || node === null || !("op" in node)) return true;
		const { op, args } = node as { readonly op: string; readonly args: unknown };
		if (op === "call" || op === "rcall") {
			const [name, receiver, rest] = args as readonly [string, unknown, unknown];
			if (op === "rcall" && loops && !inLoop && cheapLoops.has(name)) return visit(receiver, false) && visit(rest, true);
			if (!(inLoop ? cheapInLoop : cheapCalls).has(name)) return false;
		}
		if (inLoop && (op === "+" || op === "in")) return false;
		if (op === "+" || op === "call" || op === "rcall") growth += 1;
		return growth <= maxGrowth && visit(args, inLoop);
	};
	return visit(root, false);
}
