import { describe, expect, it } from "vitest";
import type { EnvironmentView } from "../../../src/core/views/environment.ts";
import { readyConditions, sampleApplication } from "../applications/sample.ts";
import { judge } from "../applications/select.ts";
import { columnsOf } from "./lanes.ts";
import { controlProblem, overallOf } from "./overall.ts";

const environment = (name: string, after: readonly string[] = [], patch: Partial<EnvironmentView> = {}): EnvironmentView => ({
	name,
	target: "host",
	health: { status: "Healthy", message: "" },
	applications: 1,
	outOfSync: 0,
	after: [...after],
	conditions: [],
	policy: { drift: "heal", sync: "automatic", prune: true, maxDeletePercent: 30 },
	...patch,
});

describe("columnsOf", () => {
	const names = (environments: readonly EnvironmentView[]): readonly (readonly string[])[] =>
		columnsOf(environments).map((column) => column.map(({ name }) => name));

	it("stands in the order towards production, whatever the order of the listing", () => {
		expect(names([environment("production", ["staging"]), environment("staging", ["dev"]), environment("dev")])).toEqual([
			["dev"],
			["staging"],
			["production"],
		]);
	});

	it("puts those side by side that come after the same", () => {
		expect(names([environment("dev"), environment("eu", ["dev"]), environment("us", ["dev"]), environment("world", ["eu", "us"])])).toEqual(
			[["dev"], ["eu", "us"], ["world"]],
		);
	});

	it("ends on a cycle and on names it does not know", () => {
		expect(names([environment("a", ["b"]), environment("b", ["a"]), environment("c", ["gone"])])).toEqual([["c"], ["a", "b"]]);
	});
});

describe("overallOf", () => {
	const all = [environment("dev"), environment("production", ["dev"])];

	it("says that everything converged", () => {
		expect(overallOf(judge([sampleApplication()]), all)).toEqual({
			tone: "good",
			title: "Everything runs what Git says",
			detail: "1 application in 2 environments, all converged",
			problems: [],
		});
	});

	it("names what does not, the worst and oldest first", () => {
		const overall = overallOf(
			judge([
				sampleApplication({ name: "late", sync: "OutOfSync", conditions: readyConditions("False", "later") }),
				sampleApplication({ name: "down", health: { status: "Degraded", message: "exited with 1" } }),
				sampleApplication({ name: "fine" }),
			]),
			all,
		);
		expect(overall.tone).toBe("bad");
		expect(overall.title).toBe("2 of 3 applications do not converge");
		expect(overall.problems.map(({ subject, why }) => `${subject}: ${why}`)).toEqual(["down: exited with 1", "late: later"]);
	});

	it("tells an environment that cannot be reached", () => {
		const closed = environment("dev", [], {
			conditions: [
				{ type: "Ready", status: "False", reason: "TargetUnavailable", message: "no such folder", since: "2026-03-01T11:00:00Z" },
			],
		});
		expect(overallOf(judge([sampleApplication()]), [closed])).toMatchObject({
			tone: "bad",
			title: "1 environment cannot be reached",
			problems: [{ subject: "dev", why: "no such folder" }],
		});
	});

	it("is calm about what moves or is held, and when there is nothing", () => {
		expect(overallOf(judge([sampleApplication({ sync: "Syncing" })]), all).title).toBe("1 application on its way");
		expect(overallOf(judge([sampleApplication({ suspended: true })]), all).title).toBe("Converged, with 1 application held");
		expect(overallOf([], all).title).toBe("Nothing to run yet");
	});
});

it("tells refused control documents by their condition", () => {
	const condition = {
		type: "Ready" as const,
		status: "False" as const,
		reason: "DocumentInvalid",
		message: "a.yaml:1",
		since: "2026-03-01T11:00:00Z",
	};
	expect(controlProblem({ source: "/control", conditions: [condition] })).toBe(condition);
	expect(controlProblem({ source: "/control", conditions: [{ ...condition, status: "True" }] })).toBeUndefined();
	expect(controlProblem(undefined)).toBeUndefined();
});
