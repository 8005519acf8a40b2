import type { HealthRule } from "../core/documents/environment.ts";
import { celProblem } from "./rules/cel.ts";
import { createLuaRunner } from "./rules/lua.ts";

const timeoutMs = 5000;

/** What is wrong with a rule before it is ever evaluated: its syntax; undefined where it can be read. */
export async function ruleProblem({ cel, lua }: Pick<HealthRule, "cel" | "lua">): Promise<string | undefined> {
	if (cel !== undefined) return celProblem(cel);
	const runner = createLuaRunner({ timeoutMs });
	try {
		return await runner.check(lua ?? "");
	} finally {
		await runner.close();
	}
}
