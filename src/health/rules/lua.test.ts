import { afterAll, describe, expect, it } from "vitest";
import type { HealthRule } from "../../core/documents/environment.ts";
import type { Health } from "../../core/health.ts";
import { live, status } from "../fixture.ts";
import { createHealth, type HealthAssessor } from "../health.ts";
import type { LiveObject } from "../live-object.ts";
import { ruleProblem } from "../rule-problem.ts";
import { scripts } from "./scripts.fixture.ts";

const open: HealthAssessor[] = [];
afterAll(() => Promise.all(open.map((assessor) => assessor.close())));

function assessorFor(lua: string, timeoutMs = 10_000): HealthAssessor {
	const rule: HealthRule = { group: "example.com", kind: "*", lua };
	const assessor = createHealth([rule], { timeoutMs });
	open.push(assessor);
	return assessor;
}

const thing = (fields: Readonly<Record<string, unknown>> = {}): LiveObject => live("Thing.example.com", fields);
const assessors = new Map<string, HealthAssessor>();
async function judged(script: keyof typeof scripts, fields: Readonly<Record<string, unknown>>): Promise<Health> {
	const assessor = assessors.get(script) ?? assessorFor(scripts[script]);
	assessors.set(script, assessor);
	return assessor.assess(thing(fields));
}

describe("scripts in the style of Argo CD's", () => {
	it.each<readonly [keyof typeof scripts, Readonly<Record<string, unknown>>, Health]>([
		["conditions", {}, { status: "Progressing", message: "Waiting for the operator" }],
		["conditions", status({ Other: "True", Ready: "True X up" }), { status: "Healthy", message: "up" }],
		["conditions", status({ Ready: "False X down" }), { status: "Degraded", message: "down" }],
		["conditions", { status: { conditions: null } }, { status: "Progressing", message: "Waiting for the operator" }],
		[
			"counting",
			{ status: { shards: { a: { ready: 2, total: 2 }, b: { ready: 1, total: 2 } } } },
			{ status: "Progressing", message: "3/4 ready (75%)" },
		],
		["counting", { status: { shards: { a: { ready: 2, total: 2 } } } }, { status: "Healthy", message: "2/2 ready (100%)" }],
		["phases", { status: { phase: "Running" } }, { status: "Healthy", message: "Running" }],
		["phases", { status: { phase: "Broken", reason: "disk" } }, { status: "Degraded", message: "Broken: disk" }],
		["phases", { status: { phase: "New" } }, { status: "Progressing", message: "New" }],
		["generation", { status: { observedGeneration: 1 } }, { status: "Progressing", message: "Waiting for generation 2, at 1" }],
		["generation", { status: { observedGeneration: 2 } }, { status: "Healthy", message: "" }],
		["annotations", { metadata: { annotations: { "example.com/paused": "true" } } }, { status: "Suspended", message: "Paused" }],
		["annotations", { metadata: { annotations: {} } }, { status: "Healthy", message: "" }],
		[
			"versions",
			{ status: { versions: ["v1.9.2", "v1.10.0"], current: "v1.10.0" } },
			{ status: "Healthy", message: "newest of 2 is v1.10.0" },
		],
		[
			"versions",
			{ status: { versions: ["v1.9.2", "v1.10.0"], current: "v1.9.2" } },
			{ status: "Progressing", message: "newest of 2 is v1.10.0" },
		],
		["ages", { status: { startedAt: "2020-01-01T00:00:00Z" } }, { status: "Degraded", message: "Not done for over a day" }],
		["ages", { status: { startedAt: "2999-01-01T00:00:00Z" } }, { status: "Progressing", message: "Started" }],
		[
			"items",
			{
				status: {
					items: [
						{ name: "b", ok: false },
						{ name: "c", ok: true },
						{ name: "a", ok: false },
					],
				},
			},
			{ status: "Degraded", message: "Not well: a, b" },
		],
		["items", { status: { items: [] } }, { status: "Progressing", message: "No items" }],
		["protected", { status: { replicas: "many" } }, { status: "Unknown", message: "replicas is no number" }],
		["protected", { status: { replicas: "3" } }, { status: "Healthy", message: "6" }],
	])("%s of %j", async (script, fields, health) => {
		expect(await judged(script, fields)).toEqual(health);
	});
});

describe("limits", () => {
	it("ends a script that does not end, and goes on with the next", async () => {
		const assessor = createHealth(
			[
				{ group: "example.com", kind: "Endless", lua: "while true do end" },
				{ group: "example.com", kind: "Caught", lua: "while true do pcall(string.rep, 'x', 1e9) end" },
				{ group: "example.com", kind: "Thing", lua: "return {status='Healthy'}" },
			],
			{ timeoutMs: 300 },
		);
		open.push(assessor);
		const answers = ["Endless.example.com", "Thing.example.com", "Caught.example.com", "Thing.example.com"].map((kind) =>
			assessor.assess(live(kind)),
		);
		const late = { status: "Unknown", message: "The health rule failed: it takes longer than 300 ms" };
		const well = { status: "Healthy", message: "" };
		expect(await Promise.all(answers.map(async (answer) => answer))).toEqual([late, well, late, well]);
	});

	it("answers what is under way when it is closed", async () => {
		const assessor = assessorFor("while true do end", 60_000);
		await assessor.assess(live("ConfigMap"));
		const answer = assessor.assess(thing());
		await Promise.resolve();
		await assessor.close();
		expect(await answer).toMatchObject({ status: "Unknown" });
	});

	it("says Unknown of what cannot be handed over", async () => {
		expect(await assessorFor("return {status='Healthy'}").assess(thing({ spec: () => {} }))).toMatchObject({ status: "Unknown" });
	});

	it("asks Gitward where a script returns nothing", async () => {
		expect(await assessorFor("return nil").assess(thing(status({ Ready: "False InstallFailed no" })))).toEqual({
			status: "Degraded",
			message: "no",
		});
	});

	it("tells what cannot be read before it is used", async () => {
		expect(await ruleProblem({ lua: "return {}" })).toBeUndefined();
		expect(await ruleProblem({ lua: "return {\n\n" })).toContain("line 3");
	});
});
