import { expect, it } from "vitest";
import type { ChildView } from "../../../src/core/views/application.ts";
import { descendants } from "./descendants.ts";

function child(key: string, parent: string): ChildView {
	return { key, kind: "Pod", name: key, namespace: "shop", parent, health: { status: "Healthy", message: "" }, logs: false };
}

it("lists what is beneath an Object, each below what it belongs to, and comes to an end in a circle", () => {
	const all = [child("rs", "web"), child("pod-1", "rs"), child("other", "api"), child("pod-2", "rs"), child("loop", "loop")];
	expect(descendants(all, "web").map((each) => `${each.depth} ${each.child.key}`)).toEqual(["1 rs", "2 pod-1", "2 pod-2"]);
	expect(descendants(all, "loop").length).toBe(10);
});
