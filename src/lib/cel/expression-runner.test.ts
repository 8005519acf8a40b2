import { describe, expect, it } from "vitest";
import { createExpressionRunner } from "./expression-runner.ts";
import type { Outcome } from "./values.ts";

const variables = { values: { list: Array.from({ length: 1000 }, (_, index) => index) }, application: "shop", environment: "dev" };
const loop = "values.list.map(a, values.list.map(b, values.list.map(c, a + b + c).size()).size()).size()";
const values = (outcomes: readonly Outcome[]): readonly unknown[] =>
	outcomes.map((outcome) => (outcome.ok ? outcome.value : outcome.message));

describe("createExpressionRunner", () => {
	it("answers in order, errors among them", async () => {
		const runner = createExpressionRunner();
		const outcomes = await runner.run({ variables, expressions: ["values.list.filter(x, x > 997)", "nothing", "[1].all(x, x == 1)"] }, {});
		expect(values(outcomes)).toEqual([[998, 999], "Unknown variable: nothing", true]);
	});

	it("ends an expression that takes too long, and goes on with the next work", async () => {
		const runner = createExpressionRunner({ timeoutMs: 300 });
		const slow = runner.run({ variables, expressions: ["1", loop, "2"] }, {});
		const next = runner.run({ variables, expressions: ["3"] }, {});
		expect(values(await slow)).toEqual([1, "it takes longer than 300 ms", "an expression before it failed"]);
		expect(values(await next)).toEqual([3]);
	});

	it("ends a regular expression that backtracks for ever", async () => {
		const runner = createExpressionRunner({ timeoutMs: 300 });
		const outcomes = await runner.run({ variables, expressions: [`"${"a".repeat(60)}!".matches("^(a+)+$")`] }, {});
		expect(values(outcomes)).toEqual(["it takes longer than 300 ms"]);
	});

	it("ends an expression that takes too much memory", async () => {
		const runner = createExpressionRunner({ timeoutMs: 60_000 });
		const doubled = `values.list${".map(y, [y, y]).map(y, y + y + y + y)".repeat(1)}`;
		const nested = Array.from({ length: 22 }, (_, index) => `cel.bind(x${index + 1}, x${index} + x${index}, `).join("");
		const outcomes = await runner.run(
			{ variables, expressions: [`cel.bind(x0, values.list, ${nested}x22.size()${")".repeat(23)}`, doubled] },
			{},
		);
		expect(outcomes[0]).toMatchObject({ ok: false });
		expect(values(await runner.run({ variables, expressions: ["1"] }, {}))).toEqual([1]);
	});

	it("stops when it is told to, and works again after", async () => {
		const runner = createExpressionRunner({ timeoutMs: 60_000 });
		const abort = new AbortController();
		const work = runner.run({ variables, expressions: [loop] }, { signal: abort.signal });
		abort.abort(new Error("enough"));
		await expect(work).rejects.toThrow("enough");
		expect(values(await runner.run({ variables, expressions: ["1"] }, {}))).toEqual([1]);
	});
});
