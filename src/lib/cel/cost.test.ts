import { describe, expect, it } from "vitest";
import { isCheap } from "./cost.ts";
import { parseExpression } from "./evaluate.ts";

const cheap = (expression: string, loops: boolean): boolean => isCheap(parseExpression(expression, { o: {} }).ast, { loops });
const ready = "o.conditions.exists(c, c.type == 'Ready' && c.status == 'True')";

describe("isCheap", () => {
	it.each([
		["o.a.b == 'x' ? [1, 2] : []", true, true],
		["o.a.contains('x') && has(o.b)", true, true],
		[ready, false, true],
		[`${ready} ? 'Healthy' : {'status': 'Progressing', 'message': o.message}`, false, true],
		["o.list.filter(c, c.a.startsWith('x')).size() > 2", false, true],
		["o.list.all(a, o.list.exists(b, a == b))", false, false],
		["o.list.map(a, a)", false, false],
		["o.list.exists(a, a in o.list)", false, false],
		["o.list.exists(a, a + a == 'x')", false, false],
		["o.list.exists(a, o.text.contains(a))", false, false],
		["o.a.matches('^(a+)+$')", false, false],
		["cel.bind(x, o.a, x + x)", false, false],
		[Array.from({ length: 40 }, () => "o.a").join(" + "), false, false],
	])("%s", (expression, alone, withLoops) => {
		expect(cheap(expression, false)).toBe(alone);
		expect(cheap(expression, true)).toBe(withLoops);
	});
});
