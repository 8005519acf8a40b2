import { expect, it } from "vitest";
import { laidOver } from "./laid-over.ts";

it("keeps what is not desired, in maps and in entries of lists", () => {
	const live = {
		a: 1,
		list: [{ name: "x", image: "x:1", pull: "Always" }, { name: "theirs" }],
		rules: [{ verbs: ["get"], set: 1 }],
		args: ["a"],
	};
	const desired = { b: 2, list: [{ name: "y" }, { name: "x", image: "x:2" }], rules: [{ verbs: ["list"] }], args: ["a", "b"] };
	expect(laidOver(live, desired)).toEqual({
		a: 1,
		b: 2,
		list: [{ name: "x", image: "x:2", pull: "Always" }, { name: "theirs" }, { name: "y" }],
		rules: [{ verbs: ["list"], set: 1 }],
		args: ["a", "b"],
	});
	expect(laidOver([], [{ name: "y" }])).toEqual([{ name: "y" }]);
});

it("leaves what a manifest names with nothing behind it", () => {
	const live = { strategy: { type: "RollingUpdate" }, replicas: 1 };
	expect(laidOver(live, { strategy: null, env: null, replicas: 2 })).toEqual({ ...live, replicas: 2 });
});
