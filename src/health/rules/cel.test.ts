import { afterAll, describe, expect, it } from "vitest";
import type { Health } from "../../core/health.ts";
import { live, status } from "../fixture.ts";
import { createHealth, type HealthAssessor } from "../health.ts";
import type { LiveObject } from "../live-object.ts";
import { ruleProblem } from "../rule-problem.ts";

const open: HealthAssessor[] = [];
afterAll(() => Promise.all(open.map((assessor) => assessor.close())));

function judge(cel: string, object: LiveObject, timeoutMs = 10_000): Health | Promise<Health> {
	const assessor = createHealth([{ group: "example.com", kind: "Thing", cel }], { timeoutMs });
	open.push(assessor);
	return assessor.assess(object);
}

const thing = live("Thing.example.com", { spec: { n: 3 }, ...status({ Ready: "True", Synced: "False" }) });

describe("rules in CEL", () => {
	it.each<readonly [string, Health]>([
		["'Degraded'", { status: "Degraded", message: "" }],
		["object.spec.n == 3", { status: "Healthy", message: "" }],
		["self.spec.n > 3", { status: "Progressing", message: "" }],
		["{'status': 'Suspended', 'message': 'n is ' + string(object.spec.n)}", { status: "Suspended", message: "n is 3" }],
		[
			"object.status.conditions.exists(c, c.type == 'Ready' && c.status == 'True') ? 'Healthy' : 'Progressing'",
			{ status: "Healthy", message: "" },
		],
		["object.status.?phase.orValue('none') == 'none'", { status: "Healthy", message: "" }],
		["has(object.status.phase) ? 'Healthy' : 'Unknown'", { status: "Unknown", message: "" }],
	])("%s is answered at once", (cel, health) => {
		expect(judge(cel, thing)).toEqual(health);
	});

	it.each([
		["object.status.nothing.x == 1", "No such key: nothing"],
		["object.", "at character"],
		["other.spec", "Unknown variable: other"],
		["3", "gave no status"],
		["['Healthy']", "gave no status"],
		["'Fine'", '"Fine"; expected is one of Healthy'],
		["{'message': 'x'}", "none; expected is one of"],
		["{'status': 3}", "a number; expected is one of"],
	])("%s is Unknown, and says why", async (cel, words) => {
		const health = await judge(cel, thing);
		expect(health.status).toBe("Unknown");
		expect(health.message).toContain(words);
	});

	it("leaves to Gitward what it has no opinion about", () => {
		expect(judge("null", thing)).toEqual({ status: "Healthy", message: "" });
	});

	it("evaluates apart what may take long, and ends it when it does", async () => {
		const list = Array.from({ length: 1000 }, (_, index) => index);
		const big = live("Thing.example.com", { status: { list } });
		expect(await judge("object.status.list.map(x, x * 2).size() == 1000", big)).toEqual({ status: "Healthy", message: "" });
		const endless = "object.status.list.all(a, object.status.list.all(b, object.status.list.all(c, a + b + c >= 0)))";
		expect(await judge(endless, big, 300)).toEqual({ status: "Unknown", message: "The health rule failed: it takes longer than 300 ms" });
	});

	it("evaluates apart what is large", async () => {
		const conditions = Array.from({ length: 20_000 }, (_, index) => ({ type: `T${index}`, status: "True" }));
		const health = judge("object.status.conditions.all(c, c.status == 'True')", live("Thing.example.com", { status: { conditions } }));
		expect(health).toBeInstanceOf(Promise);
		expect(await health).toEqual({ status: "Healthy", message: "" });
	});

	it("does not keep a message without end", async () => {
		const health = await judge("{'status': 'Degraded', 'message': object.text}", live("Thing.example.com", { text: "x".repeat(100_000) }));
		expect(health.message).toHaveLength(2000);
	});

	it("tells what cannot be read before it is used", async () => {
		expect(await ruleProblem({ cel: "object.spec" })).toBeUndefined();
		expect(await ruleProblem({ cel: "object.spec ==" })).toContain("at character");
	});
});

describe("which rule counts", () => {
	const assessor = createHealth([
		{ group: "", kind: "ConfigMap", cel: "'Degraded'" },
		{ group: "*.example.com", kind: "*", cel: "'Suspended'" },
		{ group: "*.example.com", kind: "Late", cel: "'Missing'" },
	]);
	it.each([
		["ConfigMap", "Degraded"],
		["Secret", "Healthy"],
		["Thing.a.example.com", "Suspended"],
		["Late.a.example.com", "Suspended"],
		["Thing.example.com", "Healthy"],
	])("for %s", (kind, expected) => {
		expect(assessor.assess(live(kind))).toMatchObject({ status: expected });
	});

	it.each([
		["'Healthy'", { status: "Progressing", message: "It is being deleted" }],
		["object.nothing", { status: "Progressing", message: "It is being deleted" }],
		["null", { status: "Progressing", message: "It is being deleted" }],
		["{'status': 'Degraded', 'message': 'backup failed'}", { status: "Degraded", message: "backup failed" }],
	])("while an Object is being deleted: %s", async (cel, expected) => {
		const leaving = live("ConfigMap", { metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } });
		const health = createHealth([{ group: "", kind: "ConfigMap", cel }]);
		open.push(health);
		expect(await health.assess(leaving)).toEqual(expected);
	});
});
