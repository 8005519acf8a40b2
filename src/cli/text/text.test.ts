import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { sampleApplication } from "../../../test/api/samples.ts";
import { formatData } from "../output.ts";
import { adviseOn } from "./advice.ts";
import { diffLines } from "./line-diff.ts";
import { isFine } from "./marks.ts";
import { clean, createPaint, widthOf } from "./paint.ts";
import { formatTable } from "./table.ts";
import { ago, oneLine, shortRevision } from "./words.ts";
import { wrap } from "./wrap.ts";

const words = fc.array(fc.constantFrom("a", "b", "c", "d"), { maxLength: 12 }).map((lines) => lines.join("\n"));

describe("diffLines", () => {
	it("holds every changed line of both sides, in order", () => {
		fc.assert(
			fc.property(words, words, (before, after) => {
				const lines = diffLines(before, after);
				const side = (type: "removed" | "added") =>
					lines.filter((line) => line.type === type || line.type === "same").map((line) => line.text);
				const inOrder = (part: readonly string[], whole: readonly string[]) => {
					let at = 0;
					return part.every((text) => {
						at = whole.indexOf(text, at) + 1;
						return at > 0;
					});
				};
				expect(inOrder(side("removed"), before.split("\n"))).toBe(true);
				expect(inOrder(side("added"), after.split("\n"))).toBe(true);
				const count = (type: string) => lines.filter((line) => line.type === type).length;
				expect(count("removed") - count("added")).toBe(before.split("\n").length - after.split("\n").length);
				expect(count("removed") + count("added") === 0).toBe(before === after);
			}),
		);
	});

	it("leaves out what is far from a change, and is quick with large texts", () => {
		const many = Array.from({ length: 50_000 }, (_, i) => `line ${i}`);
		const changed = many.with(25_000, "other");
		expect(diffLines(many.join("\n"), changed.join("\n")).map((line) => line.type)).toEqual([
			"same",
			"same",
			"removed",
			"added",
			"same",
			"same",
		]);
		expect(diffLines(many.join("\n"), many.toReversed().join("\n")).length).toBeGreaterThan(50_000);
	});
});

describe("formatTable", () => {
	const columns = [
		{ title: "NAME", value: (row: string) => row },
		{ title: "TEXT", value: (row: string) => `${row} ${row} ${row}`, flexible: true },
	];

	it("fits the width by cutting what may be cut, and cuts nothing without a width", () => {
		fc.assert(
			fc.property(fc.array(fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }), { minLength: 1, maxLength: 5 }), (rows) => {
				const table = formatTable(columns, rows, { paint: createPaint(false), width: 50 });
				for (const line of table.trimEnd().split("\n"))
					expect(widthOf(line)).toBeLessThanOrEqual(Math.max(50, ...rows.map((row) => widthOf(row) + 2 + 8)));
			}),
		);
		expect(formatTable(columns, ["x".repeat(200)], { paint: createPaint(true) })).not.toContain("…");
	});
});

it("lets no control character through to the terminal", () => {
	fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => !/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/u.test(clean(text))));
	expect(clean("a\u001b[31mb\u001b]0;title\u0007c")).toBe("abc");
	expect(clean("user\u202e}nimda")).toBe("user\ufffd}nimda");
});

it("wraps at spaces, behind a prefix", () => {
	expect(wrap("one two three four five six", "why: ", 5, 25)).toBe("why: one two three four\n     five six\n");
	expect(wrap("one two three", "", 0, undefined)).toBe("one two three\n");
});

it("says times and Revisions shortly", () => {
	const now = Date.parse("2026-01-01T00:10:00Z");
	expect(ago("2026-01-01T00:05:00Z", now)).toBe("5 min ago");
	expect(ago("2026-01-01T00:12:00Z", now)).toBe("in 2 min");
	expect(ago(undefined)).toBe("-");
	expect(shortRevision(`main@sha1:${"a".repeat(40)}`)).toBe("main@aaaaaaa");
	expect(shortRevision(`${"a".repeat(40)}@sha1:${"a".repeat(40)}`)).toBe("aaaaaaa");
});

describe("adviseOn", () => {
	it("has a reason and an action for everything that is not fine", () => {
		const reasons = [
			"Suspended",
			"DeletionGuard",
			"DriftAsk",
			"ManualSync",
			"SyncWindow",
			"DependsOn",
			"RolledBack",
			"Backoff",
			"RetriesExhausted",
			"Project",
		] as const;
		for (const reason of reasons) {
			const application = sampleApplication("shop", { holds: [{ reason, message: "it waits" }] });
			expect(isFine(application)).toBe(false);
			const advice = adviseOn(application);
			expect(advice.why[0]).toBe(`${reason}: it waits`);
			expect(advice.actions.length).toBeGreaterThan(0);
		}
	});

	it("passes on what the error itself says to do, first", () => {
		const hint = "Install helm 3";
		const condition = {
			type: "Ready",
			status: "False",
			reason: "ProgramMissing",
			message: "no helm",
			hint,
			since: "2026-01-01T00:00:00Z",
		} as const;
		expect(adviseOn(sampleApplication("shop", { sync: "Unknown", conditions: [condition] })).actions).toEqual([hint]);
	});

	it("tells once what a Sync waits for, and proposes no logs of what never ran", () => {
		const message = "Deployment/shop: quota";
		const since = "2026-01-01T00:00:00Z";
		const degraded = { status: "Degraded", message } as const;
		const waits = sampleApplication("shop", {
			health: degraded,
			conditions: [
				{ type: "Ready", status: "False", reason: "HealthDegraded", message, since },
				{ type: "Reconciling", status: "True", reason: "WaitingForHealth", message: `waits for health: ${message}`, since },
			],
		});
		expect(adviseOn(waits).why).toEqual([`HealthDegraded: ${message}`]);
		expect(adviseOn(waits).actions).toContain("gitward logs shop");
		const { appliedRevision: _ran, ...never } = waits;
		expect(adviseOn(never).actions).not.toContain("gitward logs shop");
	});

	it("tells a thing once, since when it is so", () => {
		const condition = { status: "True", reason: "RenderFailed", message: "a.yaml is broken", since: "2026-01-01T00:00:00Z" } as const;
		const advice = adviseOn(
			sampleApplication("shop", {
				sync: "Unknown",
				conditions: [
					{ ...condition, type: "Ready", status: "False" },
					{ ...condition, type: "Stalled" },
				],
			}),
		);
		expect(advice).toMatchObject({ since: "2026-01-01T00:00:00Z", why: ["RenderFailed: a.yaml is broken"] });
		expect(advice.actions).toEqual(["mend it in Git; the next Revision is tried by itself"]);
	});
});

it.each(["json", "yaml"] as const)("%s holds no character that steers a terminal, and loses none", (format) => {
	const value = { a: "x\n\u001b[31my\u0007\n", b: "\u009b31m", c: "\u007f", d: "plain ä" };
	const text = formatData(value, format);
	expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/u);
	expect(parse(text)).toEqual(value);
});

describe("oneLine", () => {
	it("joins what has several lines", () => {
		expect(oneLine("it said last: starting\n  error: refused")).toBe("it said last: starting | error: refused");
	});
});
